// dhcp.log: the messages of a transaction, of all connections that carry them, in one row
// (https://docs.zeek.org/en/master/logs/dhcp.html).
import type { Tap } from '@eyrie/dissect';
import type { Conn } from '../conn/conn.ts';
import type { Column, LogKind } from '../write/log-kind.ts';
import { type LogReader, numberOf, tapOf, textOf } from './log.ts';

interface Transaction {
  readonly start: number;
  last: number;
  readonly conns: Conn[];
  clientAddress: string | null;
  serverAddress: string | null;
  mac: string | null;
  hostName: string | null;
  clientName: string | null;
  domain: string | null;
  requested: string | null;
  assigned: string | null;
  leaseS: number | null;
  clientText: string | null;
  serverText: string | null;
  readonly types: string[];
}

const columns: readonly Column<Transaction>[] = [
  ['ts', 'time', ({ start }) => start],
  ['uids', 'set[string]', ({ conns }) => conns.map(({ uid }) => uid)],
  ['client_addr', 'addr', ({ clientAddress }) => clientAddress],
  ['server_addr', 'addr', ({ serverAddress }) => serverAddress],
  ['mac', 'string', ({ mac }) => mac],
  ['host_name', 'string', ({ hostName }) => hostName],
  ['client_fqdn', 'string', ({ clientName }) => clientName],
  ['domain', 'string', ({ domain }) => domain],
  ['requested_addr', 'addr', ({ requested }) => requested],
  ['assigned_addr', 'addr', ({ assigned }) => assigned],
  ['lease_time', 'interval', ({ leaseS }) => leaseS],
  ['client_message', 'string', ({ clientText }) => clientText],
  ['server_message', 'string', ({ serverText }) => serverText],
  ['msg_types', 'vector[string]', ({ types }) => types],
  ['duration', 'interval', ({ start, last }) => last - start],
];

export const dhcpLog: LogKind<Transaction> = { path: 'dhcp', columns };

/** RFC 2132 §9.6, RFC 3203, RFC 4388. */
const TYPES = [
  ...['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM', 'FORCERENEW'],
  ...['LEASEQUERY', 'LEASEUNASSIGNED', 'LEASEUNKNOWN', 'LEASEACTIVE'],
];
/** Those that servers send. */
const OF_SERVER = new Set(['OFFER', 'ACK', 'NAK', 'FORCERENEW']);

/** A transaction is over after that long without a message. */
const QUIET_S = 30;
/** At once; beyond, the oldest is logged. */
const OPEN_MAX = 1024;
/** Of one transaction, which may be repeated without end: connections and messages that are logged. */
const CONNS_MAX = 16;
const TYPES_MAX = 64;
const ANY = '0.0.0.0';
const SERVER_PORT = 67;

const TYPE = 'dhcp.option.dhcp';
const FIELDS = [
  ...[TYPE, 'dhcp.id', 'dhcp.hw.mac_addr', 'dhcp.ip.client', 'dhcp.ip.your', 'dhcp.option.dhcp_server_id'],
  ...[
    'dhcp.option.hostname',
    'dhcp.option.domain_name',
    'dhcp.option.requested_ip_address',
    'dhcp.fqdn.name',
  ],
  ...['dhcp.option.ip_address_lease_time', 'dhcp.option.message'],
];

export const dhcpReader: LogReader = {
  protocols: ['dhcp'],
  make(logs) {
    const tap = tapOf(['dhcp'], FIELDS);
    /** By transaction and client, the oldest first. */
    const open = new Map<string, Transaction>();

    function end(key: string, row: Transaction): void {
      if (open.delete(key)) logs.write(dhcpLog, row);
    }

    function endOld(now: number): void {
      for (const [key, row] of open) {
        if (now - row.last < QUIET_S && open.size <= OPEN_MAX) return;
        end(key, row);
      }
    }

    return (p, layer, { conn, time }) => {
      tap.take(p, layer);
      if (!tap.has(TYPE)) return;
      endOld(time);
      const key = `${tap.number('dhcp.id')} ${tap.text('dhcp.hw.mac_addr')}`;
      const row = open.get(key) ?? begun(time);
      open.set(key, row);
      // It is logged with the last connection of the transaction, at the latest.
      conn.keep(
        'dhcp',
        () => ({}),
        () => {
          for (const [each, left] of open) if (left.conns.at(-1) === conn) end(each, left);
        },
      );
      if (row.conns.length < CONNS_MAX && !row.conns.includes(conn)) row.conns.push(conn);
      row.last = time;
      read(tap, row, conn);
    };
  },
};

function begun(time: number): Transaction {
  return {
    ...{
      start: time,
      last: time,
      conns: [],
      clientAddress: null,
      serverAddress: null,
      mac: null,
      hostName: null,
    },
    ...{ clientName: null, domain: null, requested: null, assigned: null, leaseS: null },
    ...{ clientText: null, serverText: null, types: [] },
  };
}

function read(tap: Tap, row: Transaction, conn: Conn): void {
  const number = tap.number(TYPE);
  const type = TYPES[number] ?? `UNKNOWN-${number}`;
  if (row.types.length < TYPES_MAX) row.types.push(type);
  row.mac ??= textOf(tap, 'dhcp.hw.mac_addr');
  row.hostName ??= textOf(tap, 'dhcp.option.hostname');
  row.clientName ??= textOf(tap, 'dhcp.fqdn.name');
  row.requested = textOf(tap, 'dhcp.option.requested_ip_address') ?? row.requested;
  if (!OF_SERVER.has(type)) {
    row.clientText = textOf(tap, 'dhcp.option.message') ?? row.clientText;
    return;
  }
  row.serverText = textOf(tap, 'dhcp.option.message') ?? row.serverText;
  row.serverAddress = textOf(tap, 'dhcp.option.dhcp_server_id') ?? row.serverAddress;
  row.domain = textOf(tap, 'dhcp.option.domain_name') ?? row.domain;
  row.leaseS = numberOf(tap, 'dhcp.option.ip_address_lease_time') ?? row.leaseS;
  if (type === 'ACK') row.assigned = known(tap.text('dhcp.ip.your')) ?? row.assigned;
  // A client that has no address yet is answered at the one it will have, or by broadcast.
  row.clientAddress ??= known(tap.text('dhcp.ip.client')) ?? known(clientHost(conn));
}

function clientHost({ orig, resp }: Conn): string {
  return resp.port === SERVER_PORT ? orig.host : '';
}

function known(address: string): string | null {
  return address === '' || address === ANY ? null : address;
}
