// Real-time Transport Protocol (RFC 3550 §5), where announced by signalling: its header is too unspecific for a
// heuristic.
import { spells, u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { byEncoding, byType, payloadTypeName, zrtp } from './codecs.ts';
import { encodingOf, mediaSessionOf } from './media-sessions.ts';
import { rtcp } from './rtcp.ts';

const HEADER = 12;

const f = {
  version: uint('rtp.version', 'Version').at(0, 1).mask(0xc0),
  padding: bool('rtp.padding', 'Padding').at(0, 1).mask(0x20),
  ext: bool('rtp.ext', 'Extension').at(0, 1).mask(0x10),
  cc: uint('rtp.cc', 'Contributing source identifiers count').at(0, 1).mask(0x0f),
  marker: bool('rtp.marker', 'Marker').at(1, 1).mask(0x80),
  type: uint('rtp.p_type', 'Payload type').at(1, 1).mask(0x7f).named(payloadTypeName),
  seq: uint('rtp.seq', 'Sequence number').at(2, 2),
  timestamp: uint('rtp.timestamp', 'Timestamp').at(4, 4),
  ssrc: uint('rtp.ssrc', 'Synchronization Source identifier').at(8, 4).hex(),
  csrcs: none('rtp.csrc.items', 'Contributing Source identifiers'),
  csrc: uint('rtp.csrc.item', 'CSRC item').at(-1, 4).hex(),
  extProfile: uint('rtp.ext.profile', 'Defined by profile').at(-1, 2).hex(),
  extLength: uint('rtp.ext.len', 'Extension length'),
  setupFrame: uint('rtp.setup-frame', 'Setup frame'),
  setupMethod: text('rtp.setup-method', 'Setup Method'),
  payload: bytes('rtp.payload', 'Payload'),
  encrypted: bytes('srtp.enc_payload', 'SRTP Encrypted Payload'),
  paddingCount: uint('rtp.padding.count', 'Padding count'),
};

/** Offset of the payload, after CSRC list and header extension (§5.1, §5.3.1); -1 if truncated. */
function payloadStart(b: Uint8Array, start: number, end: number): number {
  let at = start + HEADER + (b[start]! & 0x0f) * 4;
  if (b[start]! & 0x10) {
    if (end - at < 4) return -1;
    at += 4 + u16(b, at + 2) * 4;
  }
  return at <= end ? at : -1;
}

/** End of the payload: the last byte of a padded packet is the length of the padding (§5.1). */
function payloadEnd(b: Uint8Array, start: number, from: number, end: number): number {
  return b[start]! & 0x20 && end > from ? Math.max(from, end - b[end - 1]!) : end;
}

export const rtp: Protocol = protocol({
  name: 'rtp',
  title: 'Real-Time Transport Protocol',
  column: (p) => (mediaSessionOf(p)?.isSecure === true ? 'SRTP' : 'RTP'),
  fields: f,
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (b[start]! >> 6 !== 2) {
      if (b[start] === 0x10 && spells(b, start + 4, p.end, 'ZRTP')) return zrtp;
      return REJECTED;
    }
    if (p.end - start < HEADER) return p.cut(HEADER);
    // RFC 5761 §4: RTCP multiplexed on the RTP port has packet types that no RTP payload type uses.
    if (b[start + 1]! >= 200 && b[start + 1]! <= 204) {
      p.flags[p.count - 1] = 0;
      return rtcp;
    }
    // Once a stream is identified, no look-up of announcements is needed.
    if (p.flow >= 0 && p.session.flows.application(p.flow) === 0) p.session.flows.setApplication(p.flow, rtp);
    const at = payloadStart(b, start, p.end);
    if (at < 0) return p.cut(p.wireEnd - start + 1);
    p.at = at;
    if (p.wireEnd === p.end) p.end = p.wireEnd = payloadEnd(b, start, at, p.end);
    if (at >= p.end) return null;
    const next = readerOf(p, b[start + 1]! & 0x7f);
    if (next === null) p.at = p.end;
    return next;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const session = mediaSessionOf(p);
    if (session !== null) {
      out.group(`[Stream setup by ${session.method} (frame ${session.setupFrame})]`, start, 0);
      out.add(f.setupFrame, start, 0, session.setupFrame);
      out.add(f.setupMethod, start, 0, session.method);
      out.close();
    }
    for (const field of [f.version, f.padding, f.ext, f.cc, f.marker, f.type, f.seq, f.timestamp, f.ssrc])
      out.fixed(field);
    if (stop - start < HEADER) return;
    let at = start + HEADER;
    const sources = b[start]! & 0x0f;
    if (sources > 0) {
      out.open(f.csrcs, at, sources * 4);
      for (let i = 0; i < sources; i++, at += 4) out.add(f.csrc, at, 4);
      out.close();
    }
    if (b[start]! & 0x10) {
      out.add(f.extProfile, at, 2);
      out.add(f.extLength, at + 2, 2);
    }
    const payload = payloadStart(b, start, stop);
    if (payload < 0) return;
    const end = payloadEnd(b, start, payload, stop);
    const field = session?.isSecure === true ? f.encrypted : f.payload;
    if (end > payload) out.add(field, payload, end - payload);
    if (end < stop) out.add(f.paddingCount, stop - 1, 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return null;
    const type = b[start + 1]! & 0x7f;
    const name = type >= 96 ? (encodingOf(p, type) ?? payloadTypeName(type)) : payloadTypeName(type);
    const mark = b[start + 1]! & 0x80 ? ', Mark' : '';
    return `PT=${name}, SSRC=0x${u32(b, start + 8)
      .toString(16)
      .toUpperCase()}, Seq=${u16(b, start + 2)}, Time=${u32(b, start + 4)}${mark}`;
  },
});

/** The protocol of this payload type; null if there is none, so that the bytes are RTP's. */
function readerOf(p: Packet, type: number): Protocol | null {
  if (type < 96) return byType[type] ?? null;
  if (mediaSessionOf(p)?.isSecure === true) return null;
  const encoding = encodingOf(p, type);
  return (encoding === undefined ? byType[type] : byEncoding.get(encoding.toUpperCase())) ?? null;
}
