// rfb.log: VNC logins (https://docs.zeek.org/en/master/scripts/base/protocols/rfb/main.zeek.html).
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, type Seen, tapOf, textOf } from './log.ts';

interface Login extends OfConn {
  clientVersion: string | null;
  serverVersion: string | null;
  security: number | null;
  isSuccess: boolean | null;
  isShared: boolean | null;
  name: string | null;
  width: number | null;
  height: number | null;
  isLogged: boolean;
}

/** RFC 6143 §8.1.2, and the registry of IANA. */
const SECURITY: Readonly<Record<number, string>> = {
  ...{ 0: 'Invalid', 1: 'None', 2: 'VNC', 16: 'Tight', 17: 'Ultra', 18: 'TLS', 19: 'VeNCrypt' },
  ...{ 20: 'GTK-VNC SASL', 21: 'MD5 hash authentication', 22: 'Colin Dean xvp', 30: 'Apple Remote Desktop' },
};

const columns: readonly Column<Login>[] = [
  ...connColumns,
  ['client_major_version', 'string', ({ clientVersion }) => clientVersion?.split('.')[0]],
  ['client_minor_version', 'string', ({ clientVersion }) => clientVersion?.split('.')[1]],
  ['server_major_version', 'string', ({ serverVersion }) => serverVersion?.split('.')[0]],
  ['server_minor_version', 'string', ({ serverVersion }) => serverVersion?.split('.')[1]],
  [
    'authentication_method',
    'string',
    ({ security }) => (security === null ? null : (SECURITY[security] ?? `unknown-${security}`)),
  ],
  ['auth', 'bool', ({ isSuccess }) => isSuccess],
  ['share_flag', 'bool', ({ isShared }) => isShared],
  ['desktop_name', 'string', ({ name }) => name],
  ['width', 'count', ({ width }) => width],
  ['height', 'count', ({ height }) => height],
];

export const rfbLog: LogKind<Login> = { path: 'rfb', columns };

const CLIENT_VERSION = 'vnc.client_proto_ver';
const SERVER_VERSION = 'vnc.server_proto_ver';
const CLIENT_CHOICE = 'vnc.client_security_type';
const SERVER_CHOICE = 'vnc.server_security_type';
const RESULT = 'vnc.auth_result';
const SHARED = 'vnc.share_desktop_flag';
const NAME = 'vnc.desktop_name';
const FIELDS = [
  ...[CLIENT_VERSION, SERVER_VERSION, CLIENT_CHOICE, SERVER_CHOICE, RESULT, SHARED, NAME],
  ...['vnc.width', 'vnc.height'],
];

export const rfbReader: LogReader = {
  protocols: ['vnc'],
  make(logs) {
    const tap = tapOf(['vnc'], FIELDS);
    const write = (row: Login): void => {
      if (!row.isLogged) logs.write(rfbLog, row);
      row.isLogged = true;
    };
    return (p, layer, seen) => {
      const row = seen.conn.keep('rfb', () => begun(seen), write);
      if (row.isLogged) return;
      tap.take(p, layer);
      read(row, tap);
      // The screen follows.
      if (row.name !== null) write(row);
    };
  },
};

function begun({ conn, time }: Seen): Login {
  return {
    ...{ conn, time, clientVersion: null, serverVersion: null, security: null, isSuccess: null },
    ...{ isShared: null, name: null, width: null, height: null, isLogged: false },
  };
}

function read(row: Login, tap: Tap): void {
  row.clientVersion ??= textOf(tap, CLIENT_VERSION);
  row.serverVersion ??= textOf(tap, SERVER_VERSION);
  // Up to version 3.3 the server decides (RFC 6143 §A.1).
  row.security ??= numberOf(tap, CLIENT_CHOICE) ?? numberOf(tap, SERVER_CHOICE);
  if (tap.has(RESULT)) row.isSuccess = tap.number(RESULT) === 0;
  if (tap.has(SHARED)) row.isShared = tap.number(SHARED) !== 0;
  row.name ??= textOf(tap, NAME);
  row.width ??= numberOf(tap, 'vnc.width');
  row.height ??= numberOf(tap, 'vnc.height');
}
