// snmp.log: a row for each session, when its connection ends (https://docs.zeek.org/en/master/logs/snmp.html).
import { type Packet, type Tap, type TreeNode, treeOf } from '@eyrie/dissect';
import { textOfBytes } from '../write/byte-text.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Seen, tapOf, textOf } from './log.ts';

interface SnmpSession extends OfConn {
  last: number;
  readonly version: number;
  community: string | null;
  /** Variables asked for, and answered. */
  gets: number;
  bulkGets: number;
  responses: number;
  sets: number;
  description: string | null;
  /** Seconds since 1970. */
  upSince: number | null;
}

/** RFC 1157, RFC 1901, RFC 3411. */
const VERSIONS: Readonly<Record<number, string>> = { 0: '1', 1: '2c', 3: '3' };

const columns: readonly Column<SnmpSession>[] = [
  ...connColumns,
  ['duration', 'interval', ({ time, last }) => last - time],
  ['version', 'string', ({ version }) => VERSIONS[version] ?? 'unknown'],
  ['community', 'string', ({ community }) => community],
  ['get_requests', 'count', ({ gets }) => gets],
  ['get_bulk_requests', 'count', ({ bulkGets }) => bulkGets],
  ['get_responses', 'count', ({ responses }) => responses],
  ['set_requests', 'count', ({ sets }) => sets],
  ['display_string', 'string', ({ description }) => description],
  ['up_since', 'time', ({ upSince }) => upSince],
];

export const snmpLog: LogKind<SnmpSession> = { path: 'snmp', columns };

/** Kinds of PDU (RFC 3416 §3). */
const GET = 0;
const GET_NEXT = 1;
const RESPONSE = 2;
const SET = 3;
const GET_BULK = 5;
/** sysDescr and sysUpTime of RFC 3418. */
const DESCRIPTION = '1.3.6.1.2.1.1.1.0';
const UP_TIME = '1.3.6.1.2.1.1.3.0';
/** sysUpTime counts hundredths of a second. */
const TICKS = 100;

const VERSION = 'snmp.version';
const VERSION_3 = 'snmp.msgVersion';
const KIND = 'snmp.data';
const NAME = 'snmp.name';
const OCTETS = 'snmp.value.octets';
const TIMETICKS = 'snmp.value.timeticks';

export const snmpReader: LogReader = {
  protocols: ['snmp'],
  make(logs) {
    const tap = tapOf(['snmp'], [VERSION, VERSION_3, 'snmp.community', KIND, NAME, OCTETS, TIMETICKS]);
    return (p, layer, seen) => {
      tap.take(p, layer);
      const version = tap.has(VERSION) ? tap.number(VERSION) : tap.number(VERSION_3);
      if (Number.isNaN(version)) return;
      const row = seen.conn.keep(
        'snmp',
        () => begun(seen, version),
        (session) => logs.write(snmpLog, session),
      );
      row.last = seen.time;
      row.community ??= textOf(tap, 'snmp.community');
      count(row, tap.number(KIND), tap.values(NAME).length);
      if (tap.number(KIND) === RESPONSE) readSystem(row, p, tap, seen.time);
    };
  },
};

function begun({ conn, time }: Seen, version: number): SnmpSession {
  return {
    ...{ conn, time, last: time, version, community: null, gets: 0, bulkGets: 0, responses: 0, sets: 0 },
    ...{ description: null, upSince: null },
  };
}

function count(row: SnmpSession, kind: number, variables: number): void {
  if (kind === GET || kind === GET_NEXT) row.gets += variables;
  else if (kind === GET_BULK) row.bulkGets += variables;
  else if (kind === RESPONSE) row.responses += variables;
  else if (kind === SET) row.sets += variables;
}

function readSystem(row: SnmpSession, p: Packet, tap: Tap, time: number): void {
  const names = tap.texts(NAME);
  if (names.includes(DESCRIPTION)) {
    const value = boundTo(p, tap, DESCRIPTION, OCTETS);
    if (value instanceof Uint8Array) row.description = textOfBytes(value);
  }
  if (names.includes(UP_TIME)) {
    const ticks = boundTo(p, tap, UP_TIME, TIMETICKS);
    if (ticks !== null) row.upSince = time - Number(ticks) / TICKS;
  }
}

/** The tap has names and values one after the other; which belong together stands in the tree. */
function boundTo(p: Packet, tap: Tap, name: string, field: string): unknown {
  if (tap.values(NAME).length === 1) return tap.values(field)[0] ?? null;
  let value: unknown = null;
  let isNamed = false;
  const visit = (node: TreeNode): void => {
    if (node.field?.name === NAME) isNamed = node.value === name;
    else if (isNamed && node.field?.name === field) value ??= node.value;
    for (const child of node.children) visit(child);
  };
  treeOf(p).forEach(visit);
  return value;
}
