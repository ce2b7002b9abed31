// Conversations that leave HTTP: 101 Switching Protocols (RFC 9110 §7.8) and tunnels by CONNECT (§9.3.6). What comes
// then is read as the new protocol, below an http layer that only says how it came there.
import { ascii } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { runFramed } from '../../flows/framing.ts';
import type { Exchange, HttpMemory } from './exchange.ts';
import type { Head } from './head.ts';

const upgrades = new Map<string, Protocol>();

/** Enters a protocol by its token in the Upgrade header. */
export function onUpgrade(token: string, made: Protocol): void {
  upgrades.set(token, made);
}

export function isSwitched(memory: HttpMemory): boolean {
  return memory.isSwitched;
}

/** Called with every response: does the conversation leave HTTP after it? */
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

/** The mark of a layer that stands for a tunnel; its note is the conversation's memory. */
export const TUNNEL = 5;

/** Reads what comes after the switch. `isOwn`: the innermost layer was pushed for it, and is no message of HTTP. */
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
    // Nothing of it can be read before more segments have come: then HTTP isn't listed either.
    if (isOwn && p.count === layer + 1) p.flags[layer] = 0;
  }
  p.at = p.end;
  return null;
}

/** Guesses by content in a tunnel stop after this many payloads. */
const GUESSES_MAX = 32;

/** What the far server's port says, else what the bytes say; what nobody knows stays HTTP's, as in Wireshark. */
function throughTunnel(p: Packet, memory: HttpMemory): void {
  const byPort = memory.inTunnel ?? tcpPorts.get(memory.tunnelPort);
  // A second HTTP inside would follow this very state.
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

/** The conversation begins with that protocol, on a port of HTTP. */
export function beginWith(memory: HttpMemory, made: Protocol): void {
  memory.isSwitched = true;
  memory.next = made;
}
