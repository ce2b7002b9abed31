// Media streams announced by signalling (SDP in SIP, RTSP, MGCP, SAP; RTSP Transport): endpoints of RTP and RTCP, and
// their dynamic payload types.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { netAddress } from '../../core/text.ts';
import { UDP } from '../udp.ts';

export interface MediaSession {
  /** Signalling protocol, in Wireshark's words: SDP, RTSP. */
  readonly method: string;
  readonly setupFrame: number;
  /** SRTP (RFC 3711): the payload is encrypted. */
  readonly isSecure: boolean;
  /** Encoding names of dynamic payload types, upper case (RFC 8866 §6.6). */
  readonly encodings: ReadonlyMap<number, string>;
}

interface Announced {
  readonly sessions: Map<string, MediaSession>;
  /** Number of announcements so far, which invalidates cached look-ups. */
  generation: number;
}

/** Maximum number of endpoints; the oldest are evicted. */
const SESSIONS_MAX = 4096;

function announced(p: Packet): Announced {
  return p.session.memoryOf('media', () => ({ sessions: new Map(), generation: 0 }));
}

/** Announces media to or from this endpoint; an empty address matches any. */
export function announceMedia(
  p: Packet,
  made: Protocol,
  address: string,
  port: number,
  session: MediaSession,
): void {
  if (port <= 0 || port > 0xffff) return;
  const known = announced(p);
  if (known.sessions.size >= SESSIONS_MAX) known.sessions.delete(known.sessions.keys().next().value!);
  known.sessions.set(`${address} ${port}`, session);
  known.generation++;
  p.session.expect(UDP, address, port, made);
}

interface Looked {
  generation: number;
  /** Announcements for the packet's receiver and sender. */
  receiver: MediaSession | null;
  sender: MediaSession | null;
}

/** Cached look-up of the flow's endpoints by direction; renewed after each announcement. */
function looked(p: Packet): Looked {
  const known = announced(p);
  const both = p.session.stateOf(p, 'media', () => [newLooked(), newLooked()] as const);
  const result = both[p.direction as 0 | 1];
  if (result.generation !== known.generation) {
    result.generation = known.generation;
    result.receiver = at(known, netAddress(p, p.netDst), p.dstPort);
    result.sender = at(known, netAddress(p, p.netSrc), p.srcPort);
  }
  return result;
}

function newLooked(): Looked {
  return { generation: -1, receiver: null, sender: null };
}

function at(known: Announced, address: string, port: number): MediaSession | null {
  return known.sessions.get(`${address} ${port}`) ?? known.sessions.get(` ${port}`) ?? null;
}

/** The announcement that applies to the packet: the earlier of its endpoints' two; null if there is none. */
export function mediaSessionOf(p: Packet): MediaSession | null {
  const { receiver, sender } = looked(p);
  if (receiver === null || sender === null) return receiver ?? sender;
  return sender.setupFrame < receiver.setupFrame ? sender : receiver;
}

/** Encoding name of a dynamic payload type, as announced by the receiver (RFC 3264 §5.1) or else by the sender. */
export function encodingOf(p: Packet, type: number): string | undefined {
  const { receiver, sender } = looked(p);
  return receiver?.encodings.get(type) ?? sender?.encodings.get(type);
}
