// socks.log: what is asked of a proxy (https://docs.zeek.org/en/master/logs/socks.html).
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, tapOf, textOf } from './log.ts';

interface Target {
  readonly host: string | null;
  readonly name: string | null;
  readonly port: number | null;
}

interface Asked extends OfConn {
  readonly version: number;
  user: string | null;
  status: string | null;
  request: Target | null;
  bound: Target | null;
}

const columns: readonly Column<Asked>[] = [
  ...connColumns,
  ['version', 'count', ({ version }) => version],
  ['user', 'string', ({ user }) => user],
  // As Zeek does by default, passwords are not logged.
  ['password', 'string', () => null],
  ['status', 'string', ({ status }) => status],
  ['request.host', 'addr', ({ request }) => request?.host],
  ['request.name', 'string', ({ request }) => request?.name],
  ['request_p', 'port', ({ request }) => request?.port],
  ['bound.host', 'addr', ({ bound }) => bound?.host],
  ['bound.name', 'string', ({ bound }) => bound?.name],
  ['bound_p', 'port', ({ bound }) => bound?.port],
];

export const socksLog: LogKind<Asked> = { path: 'socks', columns };

/** By the code of the reply: RFC 1928 §6, from 0 on, and of version 4, from 0x5a on. */
const STATUS_5 = [
  ...[
    'succeeded',
    'general SOCKS server failure',
    'connection not allowed by ruleset',
    'Network unreachable',
  ],
  ...['Host unreachable', 'Connection refused', 'TTL expired', 'Command not supported'],
  'Address type not supported',
];
const STATUS_4 = [
  ...['succeeded', 'general SOCKS server failure', 'request failed because client is not running identd'],
  "request failed because client's identd could not confirm the user ID string in the request",
];
const FIRST_4 = 0x5a;

const VERSION = 'socks.version';
const USER = 'socks.username';
const ADDRESS = 'socks.dst';
const ADDRESS_6 = 'socks.dstV6';
const NAME = 'socks.remote_name';
const PORT = 'socks.port';
const RESULT_4 = 'socks.results_4';
const RESULT_5 = 'socks.results_5';

export const socksReader: LogReader = {
  protocols: ['socks'],
  make(logs) {
    const tap = tapOf(['socks'], [VERSION, USER, ADDRESS, ADDRESS_6, NAME, PORT, RESULT_4, RESULT_5]);
    return (p, layer, { conn, time }) => {
      tap.take(p, layer);
      if (![USER, PORT, RESULT_4, RESULT_5].some((field) => tap.has(field))) return;
      // A login has a version of its own (RFC 1929 §2), and exists only in version 5.
      const version = tap.number(VERSION) === 4 || tap.has(RESULT_4) ? 4 : 5;
      const row = conn.keep(
        'socks',
        (): Asked => ({ conn, time, version, user: null, status: null, request: null, bound: null }),
        (asked) => {
          if (asked.request !== null || asked.user !== null) logs.write(socksLog, asked);
        },
      );
      row.user ??= textOf(tap, USER);
      row.status = statusOf(tap) ?? row.status;
      if (!tap.has(PORT)) return;
      if (tap.has(RESULT_4) || tap.has(RESULT_5)) row.bound ??= targetOf(tap);
      else row.request ??= targetOf(tap);
    };
  },
};

function targetOf(tap: Tap): Target {
  const host = textOf(tap, ADDRESS) ?? textOf(tap, ADDRESS_6);
  return { host, name: textOf(tap, NAME), port: numberOf(tap, PORT) };
}

function statusOf(tap: Tap): string | null {
  if (tap.has(RESULT_5)) return STATUS_5[tap.number(RESULT_5)] ?? `unknown-${tap.number(RESULT_5)}`;
  if (!tap.has(RESULT_4)) return null;
  return STATUS_4[tap.number(RESULT_4) - FIRST_4] ?? `unknown-${tap.number(RESULT_4)}`;
}
