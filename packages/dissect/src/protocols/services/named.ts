// Services that are recognized by name but not dissected.
import { spells, u16, u16le, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { MORE_SEGMENT } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

/** OPC Unified Architecture (part 6, clause 7.1.2): message type, chunk type, length. */
const opcua = protocol({
  name: 'opcua',
  title: 'OpcUa Binary Protocol',
  column: 'OpcUa',
  on: [[tcpPorts, 4840]],
  framing: { header: 8, length: (p) => Math.max(u32le(p.buf, p.at + 4), 8) },
  step(p) {
    p.at = p.end;
    return null;
  },
});

const FULL = 0x8000;
const FULL_BYTES = 12;
const MINI_BYTES = 4;
const VOICE = 2;

/** Inter-Asterisk eXchange (RFC 5456 §8): full frames, and mini frames that carry media only. */
const iax2 = protocol({
  name: 'iax2',
  title: 'Inter-Asterisk eXchange v2',
  column: 'IAX2',
  on: [[udpPorts, 4569]],
  step(p) {
    const { buf: b, at, end } = p;
    if (end - at < MINI_BYTES) return p.cut(MINI_BYTES);
    const isFull = (u16(b, at) & FULL) !== 0;
    if (isFull && end - at < FULL_BYTES) return p.cut(FULL_BYTES);
    p.at += isFull ? FULL_BYTES : MINI_BYTES;
    const isMedia = !isFull || b[at + 10] === VOICE;
    if (isMedia && p.at < end) return data;
    p.at = end;
    return null;
  },
});

/** Versions 2 to 5 of ICQ's protocol over UDP. */
const icq = protocol({
  name: 'icq',
  title: 'ICQ Protocol',
  column: (p, layer) => (p.bufferOf(layer)[p.start[layer]!] === 5 ? 'ICQv5' : 'ICQv2'),
  on: [[udpPorts, 4000]],
  step(p) {
    if (p.end - p.at < 2) return REJECTED;
    const version = u16le(p.buf, p.at);
    if (version !== 2 && version !== 5) return REJECTED;
    p.at = p.end;
    return null;
  },
});

const BLOCK_START = 0x0b;
const BLOCK_END = 0x1c;

/** Health Level 7 version 2 over the minimal lower layer protocol (MLLP): blocks delimited by control characters. */
const hl7 = protocol({
  name: 'hl7',
  title: 'Health Level Seven',
  column: 'HL7',
  on: [[tcpPorts, 2575]],
  step(p) {
    if (p.buf[p.at] !== BLOCK_START) return REJECTED;
    if (p.buf.subarray(p.at, p.end).indexOf(BLOCK_END) < 0 && p.askMore(MORE_SEGMENT)) return null;
    p.at = p.end;
    return null;
  },
});

/** Megaco (H.248.1 Annex B): text encoding, long and short form. */
const megaco = protocol({
  name: 'megaco',
  title: 'MEGACO',
  column: 'MEGACO',
  on: [
    [udpPorts, 2944],
    [tcpPorts, 2944],
  ],
  step(p) {
    if (p.buf[p.at] !== 0x21 && !spells(p.buf, p.at, p.end, 'MEGACO')) return REJECTED;
    p.at = p.end;
    return null;
  },
});

export const namedServices = [opcua, iax2, icq, hl7, megaco];
