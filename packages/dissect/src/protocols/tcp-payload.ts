// Which protocol takes the payload of a segment, or of several that make up a message.
import { data } from '../core/data.ts';
import type { Packet } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../core/table.ts';
import { runFramed } from '../flows/framing.ts';
import { KEEP_ALIVE } from '../flows/tcp-analysis.ts';

/** Heuristics are not tried any more once they have failed on this many payloads of a conversation. */
const GUESSES_MAX = 64;

/** Systems give ports from here on to clients: Linux 32768 to 60999, others 49152 to 65535 (RFC 6335 §6). */
const EPHEMERAL_FROM = 32_768;

/** Tries, in this order: the conversation's known or announced protocol, the server's port, either port, heuristics. */
export function dissectPayload(p: Packet): void {
  // RFC 9293 §3.8.4: the payload of a keep-alive is one octet of garbage.
  if (p.analysis & KEEP_ALIVE) {
    p.run(data);
    return;
  }
  const { flows, tcp: analysis } = p.session;
  const known = flows.application(p.flow);
  if (known !== 0 && offer(p, flows.protocolOf(known))) return;
  const announced = p.session.announced(p);
  if (announced !== undefined && offer(p, announced)) return;
  const serverPort = analysis.serverPort(p.flow);
  const server = tcpPorts.get(serverPort);
  if (server !== undefined && offerByPort(p, serverPort, server)) return;
  const lowPort = Math.min(p.srcPort, p.dstPort);
  const low = tcpPorts.get(lowPort);
  if (low !== undefined && low !== server && offerByPort(p, lowPort, low)) return;
  const highPort = Math.max(p.srcPort, p.dstPort);
  const high = tcpPorts.get(highPort);
  if (high !== undefined && high !== server && high !== low && offerByPort(p, highPort, high)) return;
  if (!guess(p)) p.run(data);
}

/** A port that a client may have by chance says less than a signature of text or TLS, which no other protocol matches. */
function offerByPort(p: Packet, port: number, made: Protocol): boolean {
  return (port >= EPHEMERAL_FROM && beginsTextOrTls(p) && guess(p)) || offer(p, made);
}

function beginsTextOrTls({ buf, at, end }: Packet): boolean {
  if (end - at < 2) return false;
  const [first, second] = [buf[at]!, buf[at + 1]!];
  return (first === 0x16 && second === 3) || (isPrintable(first) && isPrintable(second));
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}

function guess(p: Packet): boolean {
  const { flows } = p.session;
  if (flows.guesses(p.flow) >= GUESSES_MAX) return false;
  for (const { protocol: made, matches } of tcpHeuristics.entries) {
    if (!matches(p) || !offer(p, made)) continue;
    flows.setApplication(p.flow, made);
    return true;
  }
  flows.addGuess(p.flow);
  return false;
}

function offer(p: Packet, made: Protocol): boolean {
  return made.framing === null ? p.offer(made) : runFramed(p, made, made.framing);
}
