// SOCKS versions 4, 4A and 5 (RFC 1928, RFC 1929): the negotiation with the proxy, then the relayed protocol.
import { indexOf, u16 } from '../../core/bytes.ts';
import { ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { runFramed } from '../../flows/framing.ts';

const PORT = 1080;
const USER_PASSWORD = 2;
const GSS = 1;
const GUESSES_MAX = 32;

/** State of the conversation. */
const START = 0;
const METHOD_REPLY = 1;
const AUTHENTICATION = 2;
const AUTHENTICATION_REPLY = 3;
const COMMAND = 4;
const COMMAND_REPLY = 5;
const V4_REPLY = 6;
const OPEN = 7;

const commandNames: Readonly<Record<number, string>> = {
  1: 'Connect',
  2: 'Bind',
  3: 'UdpAssociate',
  0x80: 'Ping',
  0x81: 'Traceroute',
};

const v4Results: Readonly<Record<number, string>> = {
  90: 'Granted',
  91: 'Rejected or Failed',
  92: 'Rejected: could not connect to identd on client',
  93: 'Rejected: identd and client report different users',
};

/** RFC 1928 §6. */
const v5Results: Readonly<Record<number, string>> = {
  0: 'Succeeded',
  1: 'General SOCKS server failure',
  2: 'Connection not allowed by ruleset',
  3: 'Network unreachable',
  4: 'Host unreachable',
  5: 'Connection refused',
  6: 'TTL expired',
  7: 'Command not supported',
  8: 'Address type not supported',
};

const f = {
  version: uint('socks.version', 'Version').at(0, 1),
  command: uint('socks.command', 'Command').named(commandNames),
  port: uint('socks.port', 'Port'),
  dst: ipv4('socks.dst', 'Remote Address'),
  dst6: ipv6('socks.dstV6', 'Remote Address(ipv6)'),
  remoteName: text('socks.remote_name', 'Remote name'),
  username: text('socks.username', 'User name'),
  password: text('socks.password', 'Password'),
  result4: uint('socks.results_4', 'Results(V4)').named(v4Results),
  result5: uint('socks.results_5', 'Results(V5)').named(v5Results),
};

interface SocksState {
  phase: number;
  version: number;
  command: number;
  port: number;
  next: Protocol | null;
  guesses: number;
}
const newState = (): SocksState => ({
  phase: START,
  version: 0,
  command: 0,
  port: 0,
  next: null,
  guesses: 0,
});

export const socks: Protocol = protocol({
  name: 'socks',
  title: 'Socks Protocol',
  column: 'Socks',
  fields: f,
  on: [[tcpPorts, PORT]],
  step(p) {
    const layer = p.count - 1;
    const state = p.session.stateOf(p, 'socks', newState);
    p.mark[layer] = state.phase | (state.version << 4) | (state.command << 8);
    if (state.phase === OPEN) through(p, state);
    else {
      const isClient = p.dstPort === PORT;
      advance(p.buf, p.at, p.end, state, isClient);
      p.mark[layer] = (p.mark[layer]! & 15) | (state.version << 4) | (state.command << 8);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const phase = p.mark[layer]! & 15;
    if (phase === OPEN || start >= end) return;
    out.fixed(f.version);
    if (phase === AUTHENTICATION) {
      const user = start + 2 + (b[start + 1] ?? 0);
      if (user >= end) return;
      out.add(f.username, start + 2, user - start - 2);
      if (user + 1 + b[user]! <= end) out.add(f.password, user + 1, b[user]!);
    } else if (phase === START && b[start] === 4 && end - start >= 8) {
      out.add(f.command, start + 1, 1);
      out.add(f.port, start + 2, 2);
      out.add(f.dst, start + 4, 4);
      const zero = indexOf(b, 0, start + 8, end);
      if (zero >= 0) out.add(f.username, start + 8, zero - start - 8);
    } else if (phase === V4_REPLY && end - start >= 8) {
      out.add(f.result4, start + 1, 1);
      out.add(f.port, start + 2, 2);
      out.add(f.dst, start + 4, 4);
    } else if ((phase === COMMAND || phase === COMMAND_REPLY) && end - start >= 10) {
      out.add(phase === COMMAND ? f.command : f.result5, start + 1, 1);
      const type = b[start + 3];
      const at = start + 4;
      const length = type === 1 ? 4 : type === 4 ? 16 : 1 + b[at]!;
      if (at + length + 2 > end) return;
      if (type === 1) out.add(f.dst, at, 4);
      else if (type === 4) out.add(f.dst6, at, 16);
      else out.add(f.remoteName, at + 1, b[at]!);
      out.add(f.port, at + length, 2);
    }
  },
  info(p, layer) {
    const mark = p.mark[layer]!;
    const version = (mark >> 4) & 15;
    const command = commandNames[mark >> 8] ?? 'Unknown';
    switch (mark & 15) {
      case START:
        return version === 0 ? 'Unknown' : `Version: ${version} Connect to server request`;
      case METHOD_REPLY:
        return `Version: ${version} Connect to server response`;
      case AUTHENTICATION:
        return `Version: ${version} User authentication request`;
      case AUTHENTICATION_REPLY:
        return `Version: ${version} User authentication reply`;
      case COMMAND:
        return `Version: ${version} Command Request - ${command}`;
      case COMMAND_REPLY:
        return `Version: ${version} Command Response - ${command}`;
      case V4_REPLY:
        return `Version: ${version} ${command} Response`;
    }
    return `Version: ${version}`;
  },
});

/** Advances the state by one message. */
function advance(b: Uint8Array, at: number, end: number, state: SocksState, isClient: boolean): void {
  switch (state.phase) {
    case START:
      if (!isClient || (b[at] !== 4 && b[at] !== 5)) return;
      state.version = b[at]!;
      if (b[at] === 5) state.phase = METHOD_REPLY;
      else if (end - at >= 8) {
        state.command = b[at + 1]!;
        state.port = u16(b, at + 2);
        state.phase = V4_REPLY;
      }
      return;
    case METHOD_REPLY:
      if (isClient || end - at < 2) return;
      state.phase = b[at + 1] === USER_PASSWORD || b[at + 1] === GSS ? AUTHENTICATION : COMMAND;
      return;
    case AUTHENTICATION:
      if (isClient) state.phase = AUTHENTICATION_REPLY;
      return;
    case AUTHENTICATION_REPLY:
      if (!isClient) state.phase = COMMAND;
      return;
    case COMMAND: {
      if (!isClient || end - at < 7) return;
      state.command = b[at + 1]!;
      // RFC 1928 §4: the port comes last.
      state.port = u16(b, end - 2);
      state.phase = COMMAND_REPLY;
      return;
    }
    case COMMAND_REPLY:
    case V4_REPLY:
      if (!isClient) state.phase = OPEN;
  }
}

function offer(p: Packet, made: Protocol): boolean {
  return made.framing === null ? p.offer(made) : runFramed(p, made, made.framing);
}

/** Relayed data: dissected by destination port, or by heuristics. */
function through(p: Packet, state: SocksState): void {
  if (state.next !== null && offer(p, state.next)) return;
  const byPort = tcpPorts.get(state.port);
  if (byPort !== undefined && byPort !== socks && offer(p, byPort)) return;
  if (state.guesses >= GUESSES_MAX) return;
  state.guesses++;
  for (const { protocol: guess, matches } of tcpHeuristics.entries) {
    if (!matches(p) || !offer(p, guess)) continue;
    state.next = guess;
    return;
  }
}
