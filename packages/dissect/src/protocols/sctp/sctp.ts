// Stream Control Transmission Protocol (RFC 9260), with reassembly of fragmented messages.
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { alias, uint } from '../../core/field.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { ipProtocols, sctpPayloads, sctpPorts, tcpPorts, udpPorts } from '../../core/table.ts';
import { runFramed } from '../../flows/framing.ts';
import { Association } from './association.ts';
import {
  chunkFields,
  DATA,
  DATA_HEADER,
  emitChunk,
  I_DATA,
  I_DATA_HEADER,
  INIT,
  INIT_ACK,
  SACK,
} from './chunks.ts';
import { chunkName } from './names.ts';

const SCTP = 132;
const HEADER = 12;
const CHUNK_HEADER = 4;
/** Maximum chunks dissected per packet. */
const CHUNKS_MAX = 1000;

/** Marks of the layer: two bits for each of the first DATA chunks. */
const RETRANSMITTED = 1;
const FRAGMENT = 2;
const READ = 4;
const MARKED_MAX = 15;
/** Mark of a continuation layer behind a DATA chunk, which has no common header. */
const CONTINUED = 1 << 30;

/** Ports whose protocol is that of TCP or of UDP (https://www.iana.org/assignments/service-names-port-numbers). */
const likeTcp = new Set([22, 80, 443, 465, 636, 802, 993, 995, 3249, 5061, 5671, 8883]);
const likeUdp = new Set([53, 853, 2944, 3868, 4739]);

const srcport = uint('sctp.srcport', 'Source port');
const dstport = uint('sctp.dstport', 'Destination port');
const f = {
  srcport,
  dstport,
  port: alias('sctp.port', 'Port', [srcport, dstport]).behindAll(),
  tag: uint('sctp.verification_tag', 'Verification tag').hex(4),
  checksum: uint('sctp.checksum', 'Checksum').hex(4),
  checksumStatus: uint('sctp.checksum.status', 'Checksum Status').named({ 2: 'Unverified' }),
  ...chunkFields,
};

export const sctp: Protocol = protocol({
  name: 'sctp',
  title: 'Stream Control Transmission Protocol',
  column: 'SCTP',
  fields: f,
  on: [
    [ipProtocols, SCTP],
    // Encapsulation in UDP (RFC 6951).
    [udpPorts, 9899],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = SCTP;
    p.session.flows.see(p);
    p.payload[p.layer] = p.end;
    walkChunks(p, start + HEADER);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    let at = p.start[layer]!;
    const end = p.stop[layer]!;
    if ((p.mark[layer]! & CONTINUED) === 0) {
      out.add(f.srcport, at, 2);
      out.add(f.dstport, at + 2, 2);
      out.add(f.tag, at + 4, 4);
      out.add(f.checksum, at + 8, 4);
      // A CRC32c, verified only on demand, as in Wireshark.
      out.add(f.checksumStatus, at + 8, 0, 2);
      at += HEADER;
    }
    for (let i = 0; i < CHUNKS_MAX && at + CHUNK_HEADER <= end; i++) {
      const length = u16(b, at + 2);
      if (length < CHUNK_HEADER) return;
      emitChunk(b, at, Math.min(at + length, end), baseOf(p, b[at]!), out);
      at += (length + 3) & ~3;
    }
  },
  headline: (p, layer) =>
    (p.mark[layer]! & CONTINUED) !== 0 || p.stop[layer]! - p.start[layer]! < HEADER
      ? ''
      : `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`,
  info: chunksText,
});

const association = (p: Packet): Association => p.session.stateOf(p, 'sctp', () => new Association());

/** Initial TSN to which a chunk's relative TSN refers; a SACK refers to the other direction; -1 if unknown. */
function baseOf(p: Packet, type: number): number {
  if (p.transport !== SCTP) return -1;
  const direction = type === SACK ? p.direction ^ 1 : p.direction;
  return association(p).directions[direction]!.base;
}

function walkChunks(p: Packet, at: number): void {
  const b = p.buf;
  const { end } = p;
  // Chunks of one packet may belong to different conversations.
  const { flow, direction } = p;
  let dataChunks = 0;
  const first = p.layer;
  for (let i = 0; i < CHUNKS_MAX && at < p.wireEnd; i++) {
    p.at = at;
    if (at + CHUNK_HEADER > end) {
      if (p.wireEnd - at >= CHUNK_HEADER) p.cut(CHUNK_HEADER);
      return;
    }
    const type = b[at]!;
    const length = u16(b, at + 2);
    if (length < CHUNK_HEADER) {
      p.malformed();
      return;
    }
    const next = at + ((length + 3) & ~3);
    p.flow = flow;
    p.direction = direction;
    if (at + length > end) {
      p.cut(length);
      return;
    }
    if (type === INIT || type === INIT_ACK) {
      if (length >= 20) association(p).directions[direction]!.begin(u32(b, at + 16));
    } else if (type === DATA || type === I_DATA) {
      const layer = p.layer;
      const found = dataChunk(p, type, at, length);
      if (dataChunks < MARKED_MAX) p.mark[first]! |= (found & 3) << (dataChunks * 2);
      dataChunks++;
      if (found & READ && next < p.wireEnd) {
        // Chunks after a message have a tree of their own, after that of the message.
        p.stop[layer] = next;
        p.at = next;
        if (!p.push(sctp, SHOWN)) return;
        p.mark[p.layer] = CONTINUED;
      }
    }
    at = next;
  }
  p.flow = flow;
  p.direction = direction;
}

/** Reads a message or stores a fragment: READ when its payload was dealt with, and the mark for the Info column. */
function dataChunk(p: Packet, type: number, at: number, length: number): number {
  const b = p.buf;
  const header = type === DATA ? DATA_HEADER : I_DATA_HEADER;
  if (length < header) return 0;
  const tsn = u32(b, at + 4);
  const { isQuoted } = p;
  const sender = association(p).directions[p.direction]!;
  if (!isQuoted && !sender.see(tsn)) return RETRANSMITTED;
  const isFirst = (b[at + 1]! & 2) !== 0;
  const isLast = (b[at + 1]! & 1) !== 0;
  const payload = at + header;
  const end = at + length;
  if (payload >= end) return 0;
  const id = type === DATA ? u32(b, at + 12) : isFirst ? u32(b, at + 16) : 0;
  if (isFirst && isLast) {
    deliver(p, id, payload, end);
    return READ;
  }
  const whole = isQuoted ? null : sender.add(tsn, b.subarray(payload, end), isFirst, isLast);
  if (whole === null) return READ | FRAGMENT;
  p.within('Reassembled SCTP Message', whole, 0, whole.length, whole.length, (q) =>
    deliver(q, id, 0, whole.length),
  );
  return READ;
}

/** Dissector of [at, end): by payload protocol identifier, then by port, the lower first. */
function deliver(p: Packet, id: number, at: number, end: number): void {
  const { at: oldAt, end: oldEnd, wireEnd } = p;
  p.at = at;
  p.end = p.wireEnd = end;
  choose(p, id, p.srcPort, p.dstPort);
  p.at = oldAt;
  p.end = oldEnd;
  p.wireEnd = wireEnd;
}

function choose(p: Packet, id: number, srcPort: number, dstPort: number): void {
  const byId = id === 0 ? undefined : sctpPayloads.get(id);
  if (byId !== undefined && offer(p, byId)) return;
  const low = byPort(Math.min(srcPort, dstPort));
  if (low !== undefined && offer(p, low)) return;
  const high = byPort(Math.max(srcPort, dstPort));
  if (high !== undefined && high !== low && offer(p, high)) return;
  p.run(data);
}

function byPort(port: number): Protocol | undefined {
  const own = sctpPorts.get(port);
  if (own !== undefined) return own;
  return likeTcp.has(port) ? tcpPorts.get(port) : likeUdp.has(port) ? udpPorts.get(port) : undefined;
}

function offer(p: Packet, made: Protocol): boolean {
  return made.framing === null ? p.offer(made) : runFramed(p, made, made.framing);
}

/** `SACK (Ack=3, Arwnd=4096) DATA (TSN=2) DATA (TSN=3) ` */
function chunksText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < HEADER) return '';
  // The layer's span ends with its first message; the chunks go on to where IP ends.
  let end = p.stop[layer]!;
  for (let i = layer + 1; i < p.count; i++)
    if (p.protocols[i] === sctp && p.layerFrom[i] === p.layerFrom[layer]) end = p.stop[i]!;
  let text = '';
  let dataChunks = 0;
  let at = start + HEADER;
  for (let i = 0; i < CHUNKS_MAX && at + CHUNK_HEADER <= end; i++) {
    const type = b[at]!;
    const length = u16(b, at + 2);
    if (length < CHUNK_HEADER) break;
    text += chunkName(type);
    if (type === DATA || type === I_DATA) {
      const mark = dataChunks < MARKED_MAX ? (p.mark[layer]! >> (dataChunks * 2)) & 3 : 0;
      text += dataText(p, b, type, at, Math.min(length, end - at), mark);
      dataChunks++;
    } else if (type === SACK && length >= 16 && at + 16 <= end)
      text += sackText(p, b, at, Math.min(at + length, end));
    text += ' ';
    at += (length + 3) & ~3;
  }
  return text;
}

function dataText(p: Packet, b: Uint8Array, type: number, at: number, length: number, mark: number): string {
  if (length < (type === DATA ? DATA_HEADER : I_DATA_HEADER) || at + u16(b, at + 2) > at + length) return '';
  const base = baseOf(p, type);
  const tsn = u32(b, at + 4);
  const text = ` (TSN=${base < 0 ? tsn : (tsn - base) >>> 0})`;
  return mark === RETRANSMITTED
    ? `${text} (retransmission)`
    : mark === FRAGMENT
      ? `${text} (Message Fragment)`
      : text;
}

function sackText(p: Packet, b: Uint8Array, at: number, end: number): string {
  const base = baseOf(p, SACK);
  const tsn = u32(b, at + 4);
  const gaps = u16(b, at + 12);
  let reach = 0;
  for (let i = 0; i < gaps && at + 20 + i * 4 <= end; i++) reach = Math.max(reach, u16(b, at + 18 + i * 4));
  const ack = base < 0 ? tsn : (tsn - base) >>> 0;
  return ` (Ack=${ack}${reach > 0 ? `+${reach}` : ''}, Arwnd=${u32(b, at + 8)})`;
}
