// Rows as Suricata's EVE JSON (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html), one event a line, for what
// reads eve.json. They are made of the columns of Zeek's logs, of those that Suricata has an event for.

import { Conn } from '../conn/conn.ts';
import { withEscapes } from './byte-text.ts';
import { eveEvents, eveTime } from './eve-events.ts';
import type { Columns, EveEvent } from './eve-values.ts';
import type { LogKind } from './log-kind.ts';

/** Digits of the connection's id that make its number: 62 to that power is below 2^53. */
const ID_DIGITS = 8;
const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** By protocol number; beyond these the number itself. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  ...{ 1: 'ICMP', 2: 'IGMP', 6: 'TCP', 17: 'UDP', 41: 'IPv6', 47: 'GRE', 50: 'ESP', 51: 'AH' },
  ...{ 58: 'IPv6-ICMP', 89: 'OSPF', 103: 'PIM', 112: 'VRRP', 132: 'SCTP' },
};

/** Lines with their line feeds; '' for a log that Suricata has no event for. */
export function eveLines<Row>({ path, columns }: LogKind<Row>, row: Row): string {
  const events = eveEvents[path];
  if (events === undefined) return '';
  const value: Columns = (name) => columns.find(([each]) => each === name)?.[2](row);
  const conn = connOf(row);
  let lines = '';
  for (const event of events(value, row)) lines += `${JSON.stringify(whole(event, conn), written)}\n`;
  return lines;
}

/** The connection that a row is, or is of; of several the first. */
function connOf(row: unknown): Conn | null {
  if (row instanceof Conn) return row;
  const { conn, conns } = row as { readonly conn?: Conn; readonly conns?: readonly Conn[] };
  return conn ?? conns?.[0] ?? null;
}

function whole({ type, time, isFromServer = false, body }: EveEvent, conn: Conn | null): object {
  const timestamp = eveTime(time);
  if (conn === null) return { timestamp, event_type: type, ...body };
  const [from, to] = isFromServer ? [conn.resp, conn.orig] : [conn.orig, conn.resp];
  return {
    timestamp,
    flow_id: flowId(conn.uid),
    event_type: type,
    ...(hasPorts(conn)
      ? { src_ip: from.host, src_port: from.port, dest_ip: to.host, dest_port: to.port }
      : { src_ip: from.host, dest_ip: to.host }),
    proto: PROTOCOLS[conn.ipProto] ?? String(conn.ipProto),
    community_id: conn.communityId,
    ...body,
  };
}

/** Others have none, or, as ICMP, something else in their place. */
function hasPorts({ proto }: Conn): boolean {
  return proto === 'tcp' || proto === 'udp';
}

function written(_: string, value: unknown): unknown {
  if (typeof value === 'string') return withEscapes(value);
  return value === null ? undefined : value;
}

/** The same number for all events of a connection. */
function flowId(uid: string): number {
  let id = 0;
  for (const digit of uid.slice(1, 1 + ID_DIGITS)) id = id * BASE_62.length + BASE_62.indexOf(digit);
  return id;
}
