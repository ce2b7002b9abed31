// ntlm.log: logins by NTLM, whatever protocol carries them (https://docs.zeek.org/en/master/logs/ntlm.html).
import { type Packet, protocolNamed, type Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Seen, tapOf, textOf } from './log.ts';

interface Login extends OfConn {
  user: string | null;
  host: string | null;
  domain: string | null;
  serverNetbiosName: string | null;
  serverName: string | null;
  serverTree: string | null;
  isSuccess: boolean | null;
}

const columns: readonly Column<Login>[] = [
  ...connColumns,
  ['username', 'string', ({ user }) => user],
  ['hostname', 'string', ({ host }) => host],
  ['domainname', 'string', ({ domain }) => domain],
  ['server_nb_computer_name', 'string', ({ serverNetbiosName }) => serverNetbiosName],
  ['server_dns_computer_name', 'string', ({ serverName }) => serverName],
  ['server_tree_name', 'string', ({ serverTree }) => serverTree],
  ['success', 'bool', ({ isSuccess }) => isSuccess],
];

export const ntlmLog: LogKind<Login> = { path: 'ntlm', columns };

const TYPE = 'ntlmssp.messagetype';
/** [MS-NLMP] §2.2.1. */
const NEGOTIATE = 1;
const AUTHENTICATE = 3;

const RESULT = 'spnego.negResult';
/** RFC 4178 §4.2.2: negState. */
const ACCEPTED = 0;
const INCOMPLETE = 1;

const USER = 'ntlmssp.auth.username';
const HOST = 'ntlmssp.auth.hostname';
const DOMAIN = 'ntlmssp.auth.domain';
const NETBIOS_NAME = 'ntlmssp.challenge.target_info.nb_computer_name';
const DNS_NAME = 'ntlmssp.challenge.target_info.dns_computer_name';
const DNS_TREE = 'ntlmssp.challenge.target_info.dns_tree_name';

interface State {
  login: Login | null;
}

export const ntlmReader: LogReader = {
  protocols: ['ntlmssp', 'spnego'],
  make(logs) {
    const tap = tapOf(['ntlmssp'], [TYPE, USER, HOST, DOMAIN, NETBIOS_NAME, DNS_NAME, DNS_TREE]);
    const outcome = tapOf(['spnego'], [RESULT]);
    const spnego = protocolNamed('spnego')!.id;

    function end(state: State): void {
      if (state.login !== null) logs.write(ntlmLog, state.login);
      state.login = null;
    }

    function negotiated(p: Packet, layer: number, seen: Seen): void {
      const state = seen.conn.kept<State>('ntlm');
      if (state === undefined || state.login === null) return;
      outcome.take(p, layer);
      const result = outcome.number(RESULT);
      // While it goes on, or where it is not said, the login is not over.
      if (Number.isNaN(result) || result === INCOMPLETE) return;
      state.login.isSuccess = result === ACCEPTED;
      end(state);
    }

    return (p, layer, seen) => {
      if (p.proto[layer] === spnego) return negotiated(p, layer, seen);
      tap.take(p, layer);
      if (!tap.has(TYPE)) return;
      const state = seen.conn.keep('ntlm', (): State => ({ login: null }), end);
      // Another user may log in over the same connection.
      if (tap.number(TYPE) === NEGOTIATE && state.login?.user != null) end(state);
      state.login ??= begun(seen);
      read(state.login, tap);
    };
  },
};

function begun({ conn, time }: Seen): Login {
  return {
    ...{ conn, time, user: null, host: null, domain: null, serverNetbiosName: null, serverName: null },
    ...{ serverTree: null, isSuccess: null },
  };
}

function read(login: Login, tap: Tap): void {
  if (tap.number(TYPE) === AUTHENTICATE) {
    login.user = filled(textOf(tap, USER));
    login.host = filled(textOf(tap, HOST));
    login.domain = filled(textOf(tap, DOMAIN));
  }
  login.serverNetbiosName ??= textOf(tap, NETBIOS_NAME);
  login.serverName ??= textOf(tap, DNS_NAME);
  login.serverTree ??= textOf(tap, DNS_TREE);
}

function filled(text: string | null): string | null {
  return text === '' ? null : text;
}
