// Conversations that leave HTTP: 101 Switching Protocols (RFC 9110 §7.8) and CONNECT tunnels (§9.3.6). Subsequent data
// are dissected as the new protocol, below an HTTP layer that states the reason.
import { ascii } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { runFramed } from '../../flows/framing.ts';
import type { Exchange, HttpMemory } from './exchange.ts';
import type { Head } from './head.ts';

const upgrades = new Map<string, Protocol>();

/** Registers a protocol by its token in the Upgrade header. */
export function onUpgrade(token: string, made: Protocol): void {
  upgrades.set(token, made);
}

export function isSwitched(memory: HttpMemory): boolean {
  return memory.isSwitched;
}

/** Determines from a response whether the conversation leaves HTTP after it. */
export function switchProtocol(
  p: Packet,
  memory: HttpMemory,
  exchange: Exchange,
  b: Uint8Array,
  start: number,
  head: Head,
): void {
  const { code, upgradeStart, upgradeStop } = head;
  if (code === 101 && upgradeStop > upgradeStart) {
    const token = ascii(b, upgradeStart, Math.min(upgradeStop, upgradeStart + 64))
      .trim()
      .toLowerCase();
    memory.isSwitched = true;
    memory.next = upgrades.get(token) ?? upgrades.get(token.split('/')[0]!) ?? null;
    const chosen = /^sec-websocket-protocol:[ \t]*([^\s,]+)/im.exec(ascii(b, start, head.end));
    if (chosen !== null)
      p.session.stateOf(p, 'websocket.protocol', () => ({ name: chosen[1]!.toLowerCase() }));
  } else if (code === 200 && exchange.isConnect && exchange.target !== null) {
    const target = ascii(exchange.target, 0, Math.min(exchange.target.length, 300));
    const found = /^(.*):(\d{1,5})$/.exec(target);
    memory.isSwitched = true;
    memory.tunnelHost = found?.[1] ?? '';
    memory.tunnelPort = Number(found?.[2] ?? 0);
    memory.next = null;
  }
}

/** Mark of a layer that represents a tunnel; its note is the conversation's state. */
export const TUNNEL = 5;

/** Dissects data after the switch. `isOwn`: the innermost layer was pushed for them, and is not an HTTP message. */
export function stepSwitched(p: Packet, memory: HttpMemory, isOwn: boolean): null {
  const layer = p.count - 1;
  const isTunnel = memory.next === null && memory.tunnelPort > 0;
  if (isOwn && isTunnel) {
    p.mark[layer] = TUNNEL;
    p.notes[layer] = memory;
  } else if (isOwn) p.flags[layer] = p.flags[layer]! & LISTED;
  if (isTunnel) throughTunnel(p, memory);
  else if (memory.next === null) p.run(data);
  else {
    offer(p, memory.next);
    // If more segments are needed first, HTTP is not listed either.
    if (isOwn && p.count === layer + 1) p.flags[layer] = 0;
  }
  p.at = p.end;
  return null;
}

/** Maximum number of payloads in a tunnel on which heuristics are tried. */
const GUESSES_MAX = 32;

/**
 * Dissects tunnelled data by the server's port, else by heuristics; unrecognized data remain HTTP's, as in Wireshark.
 */
function throughTunnel(p: Packet, memory: HttpMemory): void {
  const byPort = memory.inTunnel ?? tcpPorts.get(memory.tunnelPort);
  // HTTP within the tunnel would use this same state.
  if (byPort !== undefined && byPort.name !== 'http' && offer(p, byPort)) return;
  if (memory.guesses >= GUESSES_MAX) return;
  memory.guesses++;
  for (const { protocol: guess, matches } of tcpHeuristics.entries) {
    if (guess.name === 'http' || !matches(p) || !offer(p, guess)) continue;
    memory.inTunnel = guess;
    return;
  }
}

function offer(p: Packet, made: Protocol): boolean {
  return made.framing === null ? p.offer(made) : runFramed(p, made, made.framing);
}

/** Starts the conversation with that protocol, on an HTTP port. */
export function beginWith(memory: HttpMemory, made: Protocol): void {
  memory.isSwitched = true;
  memory.next = made;
}
