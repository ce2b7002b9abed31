// IPv6 over IEEE 802.15.4 (RFC 4944): mesh headers, reassembly of fragments, and decompression of headers (RFC 6282).
import { u16 } from '../../../core/bytes.ts';
import { uint } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { etherTypes } from '../../../core/table.ts';
import { thenData } from '../../link/head.ts';
import { expand } from './iphc.ts';
import { layout, wpanHeuristics } from './wpan.ts';

/** Dispatch values and patterns, RFC 4944 §5.1. */
const IPV6 = 0x41;
const HC1 = 0x42;
const BROADCAST = 0x50;
const IPV6_TYPE = 0x86dd;
const isMesh = (c: number): boolean => c >> 6 === 2;
const isFirst = (c: number): boolean => c >> 3 === 0x18;
const isNext = (c: number): boolean => c >> 3 === 0x1c;
const isCompressed = (c: number): boolean => c >> 5 === 3;

/** Maximum number of incomplete datagrams. */
const DATAGRAMS_MAX = 64;

const f = {
  pattern: uint('6lowpan.pattern', 'Pattern').at(0, 1).hex(),
  size: uint('6lowpan.frag.size', 'Datagram size'),
  tag: uint('6lowpan.frag.tag', 'Datagram tag').hex(2),
  offset: uint('6lowpan.frag.offset', 'Datagram offset'),
};

function isLowpan(p: Packet): boolean {
  const c = p.buf[p.at]!;
  return (
    p.end - p.at >= 2 &&
    (c === IPV6 || c === HC1 || c === BROADCAST || isMesh(c) || isFirst(c) || isNext(c) || isCompressed(c))
  );
}

interface Datagram {
  readonly bytes: Uint8Array;
  /** Bytes received. */
  filled: number;
}

export const lowpan: Protocol = protocol({
  name: '6lowpan',
  title: '6LoWPAN',
  column: '6LoWPAN',
  fields: f,
  heuristics: [[wpanHeuristics, isLowpan]],
  step(p) {
    const { buf: b, end } = p;
    if (isMesh(b[p.at]!)) skipMesh(p);
    if (p.at < end && b[p.at] === BROADCAST) p.at += 2;
    if (p.at >= end) return p.cut(1);
    const dispatch = b[p.at]!;
    if (isFirst(dispatch) || isNext(dispatch)) return fragment(p);
    if (dispatch === IPV6) {
      p.at++;
      return p.at < end ? (etherTypes.get(IPV6_TYPE) ?? null) : null;
    }
    if (!isCompressed(dispatch)) {
      p.at++;
      return thenData(p);
    }
    const whole = expand(b, p.at, end, layout, -1);
    if (whole === null) return p.cut(end - p.at + 1);
    p.at = end;
    run(p, whole);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.pattern);
    if (!isFirst(b[start]!) && !isNext(b[start]!)) return;
    out.add(f.size, start, 2, u16(b, start) & 0x7ff);
    out.add(f.tag, start + 2, 2);
    if (isNext(b[start]!)) out.add(f.offset, start + 4, 1, b[start + 4]! * 8);
  },
});

function run(p: Packet, whole: Uint8Array): void {
  const ipv6 = etherTypes.get(IPV6_TYPE);
  if (ipv6 !== undefined) p.callIn('Decompressed 6LoWPAN IPHC', ipv6, whole, 0, whole.length);
}

/** Mesh header (§5.2): hops left, and two addresses of two or eight bytes. */
function skipMesh(p: Packet): void {
  const c = p.buf[p.at]!;
  const hops = (c & 15) === 15 ? 2 : 1;
  p.at = Math.min(p.end, p.at + hops + (c & 0x20 ? 2 : 8) + (c & 0x10 ? 2 : 8));
}

/**
 * Fragment header (§5.3): the first fragment begins with a compressed header; others have an offset in units of 8
 * bytes.
 */
function fragment(p: Packet): Protocol | null {
  const { buf: b, at: start, end } = p;
  const isHead = isFirst(b[start]!);
  const header = isHead ? 4 : 5;
  if (end - start < header) return p.cut(header);
  const size = u16(b, start) & 0x7ff;
  const key = `${u16(b, start + 2)}:${size}:${addressKey(b)}`;
  const datagrams = p.session.memoryOf('6lowpan', () => new Map<string, Datagram>());
  p.at = start + header;
  let datagram = datagrams.get(key);
  if (datagram === undefined) {
    if (datagrams.size >= DATAGRAMS_MAX) datagrams.delete(datagrams.keys().next().value!);
    datagram = { bytes: new Uint8Array(size), filled: 0 };
    datagrams.set(key, datagram);
  }
  const part = isHead ? headOf(p, size) : b.subarray(p.at, end);
  const offset = isHead ? 0 : b[start + 4]! * 8;
  if (part === null || offset + part.length > size) return thenData(p);
  datagram.bytes.set(part, offset);
  datagram.filled += part.length;
  if (datagram.filled < size) return thenData(p);
  datagrams.delete(key);
  p.at = end;
  run(p, datagram.bytes);
  return null;
}

function headOf(p: Packet, size: number): Uint8Array | null {
  const c = p.buf[p.at]!;
  if (c === IPV6) return p.buf.subarray(p.at + 1, p.end);
  return isCompressed(c) ? expand(p.buf, p.at, p.end, layout, size) : null;
}

/** Source and destination as text. */
function addressKey(b: Uint8Array): string {
  const { src, srcWidth, dst, dstWidth } = layout;
  return `${b.subarray(src, src + srcWidth).join('.')}-${b.subarray(dst, dst + dstWidth).join('.')}`;
}
