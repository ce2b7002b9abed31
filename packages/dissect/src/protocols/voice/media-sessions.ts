// Media streams that signalling announced (SDP in SIP, RTSP, MGCP, SAP; RTSP's Transport): where RTP and RTCP go, and
// what their dynamic payload types mean.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { netAddress } from '../../core/text.ts';
import { UDP } from '../udp.ts';

export interface MediaSession {
  /** SDP, RTSP: as Wireshark names it. */
  readonly method: string;
  readonly setupFrame: number;
  /** SRTP (RFC 3711): the payload is encrypted. */
  readonly isSecure: boolean;
  /** Encoding names of dynamic payload types, upper case (RFC 8866 §6.6). */
  readonly encodings: ReadonlyMap<number, string>;
}

interface Announced {
  readonly sessions: Map<string, MediaSession>;
  /** Counts announcements: what was looked up before the last one may be out of date. */
  generation: number;
}

/** Announced endpoints remembered; the oldest go first. */
const SESSIONS_MAX = 4096;

function announced(p: Packet): Announced {
  return p.session.memoryOf('media', () => ({ sessions: new Map(), generation: 0 }));
}

/** Media to or from this endpoint is `made`'s; an empty address stands for any. */
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
  /** Of the packet's receiver and sender. */
  receiver: MediaSession | null;
  sender: MediaSession | null;
}

/** What was announced of the endpoints, looked up again after every announcement: by direction. */
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

/** What announced the packet's stream: the earlier of the two; null when nothing did. */
export function mediaSessionOf(p: Packet): MediaSession | null {
  const { receiver, sender } = looked(p);
  if (receiver === null || sender === null) return receiver ?? sender;
  return sender.setupFrame < receiver.setupFrame ? sender : receiver;
}

/** The encoding that a dynamic payload type stands for: as the receiver said (RFC 3264 §5.1), else as the sender did. */
export function encodingOf(p: Packet, type: number): string | undefined {
  const { receiver, sender } = looked(p);
  return receiver?.encodings.get(type) ?? sender?.encodings.get(type);
}
