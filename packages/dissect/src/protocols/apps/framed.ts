// Stream protocols recognized by port whose header holds a message length: split into messages, named and counted, not
// dissected. A protocol that gets a dissector leaves this table.
import { uint } from '../../core/bytes.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

/** Length field at offset `at`, `width` bytes, excluding `extra` bytes; `header` bytes are needed to read it. */
interface Row {
  readonly name: string;
  readonly title: string;
  readonly column: string;
  readonly ports: readonly number[];
  readonly header: number;
  readonly at: number;
  readonly width: number;
  readonly extra: number;
  readonly isLittleEndian?: boolean;
}

const rows: readonly Row[] = [
  {
    name: '9p',
    title: 'Plan 9',
    column: '9P',
    ports: [564],
    header: 6,
    at: 0,
    width: 4,
    extra: 0,
    isLittleEndian: true,
  },
  {
    name: 'pcep',
    title: 'Path Computation Element communication Protocol',
    column: 'PCEP',
    ports: [4189],
    header: 4,
    at: 2,
    width: 2,
    extra: 0,
  },
  {
    name: 'cops',
    title: 'Common Open Policy Service',
    column: 'COPS',
    ports: [2126, 3288, 3918],
    header: 8,
    at: 4,
    width: 4,
    extra: 0,
  },
  {
    name: 'winsrepl',
    title: 'WINS (Windows Internet Name Service) Replication',
    column: 'WINS-Replication',
    ports: [42],
    header: 4,
    at: 0,
    width: 4,
    extra: 4,
  },
  {
    name: 'slsk',
    title: 'SoulSeek Protocol',
    column: 'slsk',
    ports: [2234, 2240, 5534],
    header: 4,
    at: 0,
    width: 4,
    extra: 4,
    isLittleEndian: true,
  },
  {
    name: 'dhcpfo',
    title: 'DHCP Failover',
    column: 'DHCPFO',
    ports: [647],
    header: 2,
    at: 0,
    width: 2,
    extra: 0,
  },
  {
    name: 'rpkirtr',
    title: 'RPKI-Router Protocol',
    column: 'RPKI-RTR',
    ports: [323],
    header: 8,
    at: 4,
    width: 4,
    extra: 0,
  },
  {
    name: 'ajp13',
    title: 'Apache JServ Protocol v1.3',
    column: 'AJP13',
    ports: [8009],
    header: 4,
    at: 2,
    width: 2,
    extra: 4,
  },
  {
    name: 'llrp',
    title: 'Low Level Reader Protocol',
    column: 'LLRP',
    ports: [5084],
    header: 10,
    at: 2,
    width: 4,
    extra: 0,
  },
  {
    name: 'ulp',
    title: 'OMA UserPlane Location Protocol',
    column: 'ULP',
    ports: [7275],
    header: 2,
    at: 0,
    width: 2,
    extra: 0,
  },
  {
    name: 'ilp',
    title: 'OMA Internal Location Protocol',
    column: 'ILP',
    ports: [7276],
    header: 2,
    at: 0,
    width: 2,
    extra: 0,
  },
  {
    name: 'synergy',
    title: 'Synergy',
    column: 'synergy',
    ports: [24800],
    header: 4,
    at: 0,
    width: 4,
    extra: 4,
  },
  {
    name: 'tds',
    title: 'Tabular Data Stream',
    column: 'TDS',
    ports: [1433, 2433],
    header: 8,
    at: 2,
    width: 2,
    extra: 0,
  },
  {
    name: 'hzlcst',
    title: 'Hazelcast Wire Protocol',
    column: 'HAZELCAST',
    ports: [5701],
    header: 4,
    at: 0,
    width: 4,
    extra: 4,
  },
  {
    name: 'uma',
    title: 'Unlicensed Mobile Access',
    column: 'UMA',
    ports: [14001],
    header: 2,
    at: 0,
    width: 2,
    extra: 2,
  },
  {
    name: 'dpp',
    title: 'DisplayPort over IP',
    column: 'dpp',
    ports: [7871],
    header: 4,
    at: 0,
    width: 4,
    extra: 4,
  },
  {
    name: 'gadu-gadu',
    title: 'Gadu-Gadu Protocol',
    column: 'Gadu-Gadu',
    ports: [8074],
    header: 8,
    at: 4,
    width: 4,
    extra: 8,
    isLittleEndian: true,
  },
  {
    name: 'synphasor',
    title: 'IEEE C37.118 Synchrophasor Protocol',
    column: 'SYNCHROPHASOR',
    ports: [4712],
    header: 4,
    at: 2,
    width: 2,
    extra: 0,
  },
  {
    name: 'dhcpv6.bulk_leasequery',
    title: 'DHCPv6 Bulk Leasequery',
    column: 'DHCPv6 BulkLease',
    ports: [547],
    header: 2,
    at: 0,
    width: 2,
    extra: 2,
  },
  {
    name: 'artemis',
    title: 'Artemis Core Protocol',
    column: 'ARTEMIS',
    ports: [5445],
    header: 4,
    at: 0,
    width: 4,
    extra: 4,
  },
  {
    name: 'hiqnet',
    title: 'Harman HiQnet',
    column: 'HiQnet',
    ports: [3804],
    header: 6,
    at: 2,
    width: 4,
    extra: 0,
  },
];

function framed(row: Row): Protocol {
  return protocol({
    name: row.name,
    title: row.title,
    column: row.column,
    on: [[tcpPorts, ...row.ports]],
    framing: {
      header: row.header,
      length(p) {
        const length = uint(p.buf, p.at + row.at, row.width, row.isLittleEndian) + row.extra;
        // A length smaller than the header is invalid; the header is then the message.
        return Math.max(length, row.header);
      },
    },
    step(p) {
      p.at = p.end;
      return null;
    },
  });
}

export const framedProtocols: readonly Protocol[] = rows.map(framed);
