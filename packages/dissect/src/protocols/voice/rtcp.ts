// RTP Control Protocol (RFC 3550 §6, RFC 4585, RFC 3611): compound packets of reports and feedback.
import { ascii, u16, u24, u32 } from '../../core/bytes.ts';
import { bool, bytes, int, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpHeuristics } from '../../core/table.ts';
import { mediaSessionOf } from './media-sessions.ts';

const SR = 200;
const RR = 201;
const SDES = 202;
const BYE = 203;
const APP = 204;
const RTPFB = 205;
const PSFB = 206;

const types: Readonly<Record<number, string>> = {
  192: 'Full Intra-frame Request (H.261)',
  193: 'Negative Acknowledgement (H.261)',
  200: 'Sender Report',
  201: 'Receiver Report',
  202: 'Source description',
  203: 'Goodbye',
  204: 'Application specific',
  205: 'Generic RTP Feedback',
  206: 'Payload-specific Feedback',
  207: 'Extended report (RFC 3611)',
};

/** Formats of payload-specific feedback (RFC 4585 §6.3, RFC 5104 §4.3). */
const payloadFeedback: Readonly<Record<number, string>> = {
  1: 'PLI',
  2: 'SLI',
  3: 'RPSI',
  4: 'FIR',
  5: 'TSTR',
  6: 'TSTN',
  7: 'VBCM',
  15: 'ALFB',
};

const sdesTypes: Readonly<Record<number, string>> = {
  0: 'END',
  1: 'CNAME (user and domain)',
  2: 'NAME (common name)',
  3: 'EMAIL (e-mail address)',
  4: 'PHONE (phone number)',
  5: 'LOC (geographic location)',
  6: 'TOOL (name/version of source app)',
  7: 'NOTE (note about source)',
  8: 'PRIV (private extensions)',
};

const f = {
  version: uint('rtcp.version', 'Version').mask(0xc0),
  padding: bool('rtcp.padding', 'Padding').mask(0x20),
  reportCount: uint('rtcp.rc', 'Reception report count').mask(0x1f),
  sourceCount: uint('rtcp.sc', 'Source count').mask(0x1f),
  subtype: uint('rtcp.app.subtype', 'Subtype').mask(0x1f),
  feedback: uint('rtcp.psfb.fmt', 'RTCP Feedback message type (FMT)').mask(0x1f).named(payloadFeedback),
  rtpFeedback: uint('rtcp.rtpfb.fmt', 'RTCP Feedback message type (FMT)').mask(0x1f),
  type: uint('rtcp.pt', 'Packet type').named(types),
  length: uint('rtcp.length', 'Length'),
  senderSsrc: uint('rtcp.senderssrc', 'Sender SSRC').at(-1, 4).hex(),
  mediaSsrc: uint('rtcp.mediassrc', 'Media source SSRC').at(-1, 4).hex(),
  ntpMsw: uint('rtcp.timestamp.ntp.msw', 'Timestamp, MSW'),
  ntpLsw: uint('rtcp.timestamp.ntp.lsw', 'Timestamp, LSW'),
  rtpTime: uint('rtcp.timestamp.rtp', 'RTP timestamp'),
  packets: uint('rtcp.sender.packetcount', "Sender's packet count"),
  octets: uint('rtcp.sender.octetcount', "Sender's octet count"),
  identifier: uint('rtcp.ssrc.identifier', 'Identifier').at(-1, 4).hex(),
  fraction: uint('rtcp.ssrc.fraction', 'Fraction lost'),
  lost: int('rtcp.ssrc.cum_nr', 'Cumulative number of packets lost'),
  highest: uint('rtcp.ssrc.ext_high', 'Extended highest sequence number received'),
  jitter: uint('rtcp.ssrc.jitter', 'Interarrival jitter'),
  lsr: uint('rtcp.ssrc.lsr', 'Last SR timestamp'),
  dlsr: uint('rtcp.ssrc.dlsr', 'Delay since last SR timestamp'),
  sdesType: uint('rtcp.sdes.type', 'Type').named(sdesTypes),
  sdesLength: uint('rtcp.sdes.length', 'Length'),
  sdesText: text('rtcp.sdes.text', 'Text'),
  appName: text('rtcp.app.name', 'Name (ASCII)'),
  appData: bytes('rtcp.app.data', 'Application specific data'),
  setupFrame: uint('rtcp.setup-frame', 'Setup frame'),
  setupMethod: text('rtcp.setup-method', 'Setup Method'),
};

/** Maximum number of packets shown per datagram. */
const PACKETS_MAX = 100;

/**
 * RFC 3550 §A.2, as checked by Wireshark: version 2, a report (or a type that occurs alone) first, a multiple of 4
 * bytes.
 */
function looksLikeRtcp(p: Packet): boolean {
  const { buf: b, at } = p;
  if (b[at]! >> 6 !== 2 || p.end - at < 4) return false;
  const type = b[at + 1]!;
  if (type !== SR && type !== RR && type !== BYE && type !== APP && type !== PSFB) return false;
  return (p.wireEnd - at) % 4 === 0 && (u16(b, at + 2) + 1) * 4 <= p.wireEnd - at;
}

/** Calls `each` with the range of each packet of a datagram (§6.1). */
function eachPacket(
  b: Uint8Array,
  start: number,
  end: number,
  each: (at: number, stop: number) => void,
): void {
  for (let at = start, packets = 0; at + 4 <= end && packets < PACKETS_MAX; packets++) {
    if (b[at]! >> 6 !== 2) return;
    const stop = Math.min(end, at + (u16(b, at + 2) + 1) * 4);
    each(at, stop);
    at = stop;
  }
}

export const rtcp = protocol({
  name: 'rtcp',
  title: 'Real-time Transport Control Protocol',
  column: (p) => (mediaSessionOf(p)?.isSecure === true ? 'SRTCP' : 'RTCP'),
  fields: f,
  heuristics: [[udpHeuristics, looksLikeRtcp]],
  step(p) {
    if (p.buf[p.at]! >> 6 !== 2) return REJECTED;
    if (p.end - p.at < 4) return p.cut(4);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const session = mediaSessionOf(p);
    if (session !== null) {
      out.add(f.setupFrame, start, 0, session.setupFrame);
      out.add(f.setupMethod, start, 0, session.method);
    }
    eachPacket(b, start, p.stop[layer]!, (at, stop) => emitPacket(b, at, stop, out));
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    let text = '';
    eachPacket(b, p.start[layer]!, p.stop[layer]!, (at, stop) => {
      const type = b[at + 1]!;
      text += `${types[type] ?? 'Unknown'}   `;
      if (type === PSFB) text += `${payloadFeedback[b[at]! & 0x1f] ?? ''}  `;
      else if (type === APP && stop - at >= 12)
        text += `( ${ascii(b, at + 8, at + 12)} ) subtype=${b[at]! & 0x1f}`;
    });
    return text;
  },
});

function emitPacket(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const type = b[at + 1]!;
  out.group(types[type] ?? 'Unknown', at, stop - at);
  out.add(f.version, at, 1);
  out.add(f.padding, at, 1);
  const count = b[at]! & 0x1f;
  if (type === SR || type === RR) out.add(f.reportCount, at, 1);
  else if (type === SDES || type === BYE) out.add(f.sourceCount, at, 1);
  else if (type === APP) out.add(f.subtype, at, 1);
  else if (type === PSFB) out.add(f.feedback, at, 1);
  else if (type === RTPFB) out.add(f.rtpFeedback, at, 1);
  out.add(f.type, at + 1, 1);
  out.add(f.length, at + 2, 2);
  if (type === SR && stop - at >= 28) emitSender(at, out);
  if (type === SR || type === RR)
    emitReports(b, at + (type === SR ? 28 : 8), stop, count, out, type === RR ? at + 4 : -1);
  else if (type === SDES) emitDescriptions(b, at + 4, stop, count, out);
  else if (type === BYE)
    for (let i = 0; i < count && at + 8 + i * 4 <= stop; i++) out.add(f.identifier, at + 4 + i * 4, 4);
  else if (type === APP && stop - at >= 12) {
    out.add(f.identifier, at + 4, 4);
    out.add(f.appName, at + 8, 4);
    if (stop > at + 12) out.add(f.appData, at + 12, stop - at - 12);
  } else if ((type === PSFB || type === RTPFB) && stop - at >= 12) {
    out.add(f.senderSsrc, at + 4, 4);
    out.add(f.mediaSsrc, at + 8, 4);
  } else if (stop - at >= 8) out.add(f.senderSsrc, at + 4, 4);
  out.close();
}

/** §6.4.1. */
function emitSender(at: number, out: Sink): void {
  out.add(f.senderSsrc, at + 4, 4);
  out.add(f.ntpMsw, at + 8, 4);
  out.add(f.ntpLsw, at + 12, 4);
  out.add(f.rtpTime, at + 16, 4);
  out.add(f.packets, at + 20, 4);
  out.add(f.octets, at + 24, 4);
}

function emitReports(
  b: Uint8Array,
  at: number,
  stop: number,
  count: number,
  out: Sink,
  ssrcAt: number,
): void {
  if (ssrcAt >= 0 && ssrcAt + 4 <= stop) out.add(f.senderSsrc, ssrcAt, 4);
  for (let i = 0; i < count && at + 24 <= stop; i++, at += 24) {
    out.group(`Source ${i + 1}`, at, 24);
    out.add(f.identifier, at, 4);
    out.add(f.fraction, at + 4, 1);
    out.add(f.lost, at + 5, 3, (u24(b, at + 5) << 8) >> 8);
    out.add(f.highest, at + 8, 4);
    out.add(f.jitter, at + 12, 4);
    out.add(f.lsr, at + 16, 4);
    out.add(f.dlsr, at + 20, 4);
    out.close();
  }
}

/** Source description (§6.5): chunks of items, each padded to a multiple of 4 bytes. */
function emitDescriptions(b: Uint8Array, at: number, stop: number, count: number, out: Sink): void {
  for (let i = 0; i < count && at + 4 < stop; i++) {
    out.group(`Chunk ${i + 1}, SSRC/CSRC 0x${u32(b, at).toString(16).toUpperCase()}`, at, 0);
    out.add(f.identifier, at, 4);
    const start = at;
    at += 4;
    while (at + 2 <= stop && b[at] !== 0) {
      out.add(f.sdesType, at, 1);
      out.add(f.sdesLength, at + 1, 1);
      const length = Math.min(b[at + 1]!, stop - at - 2);
      if (length > 0) out.add(f.sdesText, at + 2, length);
      at += 2 + b[at + 1]!;
    }
    if (at < stop) out.add(f.sdesType, at, 1);
    out.close();
    at = start + Math.ceil((at + 1 - start) / 4) * 4;
  }
}
