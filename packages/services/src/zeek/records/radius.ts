// radius.log: each login, when it is granted or refused (https://docs.zeek.org/en/master/logs/radius.html).
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Seen, tapOf, textOf } from './log.ts';

interface Login extends OfConn {
  user: string | null;
  mac: string | null;
  framedAddress: string | null;
  tunnelClient: string | null;
  connectInfo: string | null;
  reply: string | null;
  result: 'success' | 'failed' | 'unknown';
  answered: number | null;
}

const columns: readonly Column<Login>[] = [
  ...connColumns,
  ['username', 'string', ({ user }) => user],
  ['mac', 'string', ({ mac }) => mac],
  ['framed_addr', 'addr', ({ framedAddress }) => framedAddress],
  ['tunnel_client', 'string', ({ tunnelClient }) => tunnelClient],
  ['connect_info', 'string', ({ connectInfo }) => connectInfo],
  ['reply_msg', 'string', ({ reply }) => reply],
  ['result', 'string', ({ result }) => result],
  [
    'ttl',
    'interval',
    ({ time, answered }) => (answered === null || answered === time ? null : answered - time),
  ],
];

export const radiusLog: LogKind<Login> = { path: 'radius', columns };

/** RFC 2865 §3. */
const ACCESS_REQUEST = 1;
const ACCESS_ACCEPT = 2;
const ACCESS_REJECT = 3;
const ACCESS_CHALLENGE = 11;

/** RFC 2865 §5, RFC 2868 §3.3. */
const CODE = 'radius.code';
const USER = 'radius.User_Name';
const STATION = 'radius.Calling_Station_Id';
const FRAMED_ADDRESS = 'radius.Framed-IP-Address';
const TUNNEL_CLIENT = 'radius.Tunnel_Client_Endpoint';
const CONNECT_INFO = 'radius.Connect_Info';
const REPLY = 'radius.Reply_Message';

export const radiusReader: LogReader = {
  protocols: ['radius'],
  make(logs) {
    const fields = [CODE, USER, STATION, FRAMED_ADDRESS, TUNNEL_CLIENT, CONNECT_INFO, REPLY];
    const tap = tapOf(['radius'], fields);
    return (p, layer, seen) => {
      tap.take(p, layer);
      const code = tap.number(CODE);
      if (![ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_CHALLENGE].includes(code)) return;
      const state = seen.conn.keep(
        'radius',
        (): { login: Login | null } => ({ login: null }),
        ({ login }) => {
          if (login !== null) logs.write(radiusLog, login);
        },
      );
      state.login ??= begun(seen);
      if (code === ACCESS_REQUEST) readRequest(state.login, tap);
      else readResponse(state.login, tap);
      if (code !== ACCESS_ACCEPT && code !== ACCESS_REJECT) return;
      state.login.result = code === ACCESS_ACCEPT ? 'success' : 'failed';
      state.login.answered = seen.time;
      logs.write(radiusLog, state.login);
      state.login = null;
    };
  },
};

function begun({ conn, time }: Seen): Login {
  return {
    ...{ conn, time, user: null, mac: null, framedAddress: null, tunnelClient: null, connectInfo: null },
    ...{ reply: null, result: 'unknown', answered: null },
  };
}

function readRequest(login: Login, tap: Tap): void {
  login.user ??= textOf(tap, USER);
  login.mac ??= macIn(textOf(tap, STATION));
  login.tunnelClient ??= textOf(tap, TUNNEL_CLIENT);
  login.connectInfo ??= textOf(tap, CONNECT_INFO);
}

function readResponse(login: Login, tap: Tap): void {
  login.framedAddress ??= textOf(tap, FRAMED_ADDRESS);
  login.reply ??= textOf(tap, REPLY);
}

/** RFC 3580 §3.21: `00-10-A4-23-19-C0`; others write it with colons, dots, or nothing between. */
function macIn(station: string | null): string | null {
  const digits = station?.replace(/[^0-9a-f]/gi, '') ?? '';
  if (digits.length !== 12 || station === null || !/^[0-9a-f:.-]+$/i.test(station)) return station;
  return digits.toLowerCase().replace(/..(?!$)/g, '$&:');
}
