// Network Block Device over TCP (its doc/proto.md), recognized by content.
import { u16, u32 } from '../../core/bytes.ts';
import { uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpHeuristics } from '../../core/table.ts';

const REQUEST = 0x25609513;
const REPLY = 0x67446698;
const REQUEST_BYTES = 28;
const REPLY_BYTES = 16;
const READ = 0;
const WRITE = 1;
const PENDING_MAX = 256;

const commandNames: Record<number, string> = {
  [READ]: 'Read',
  [WRITE]: 'Write',
  2: 'Disconnect',
};

const fn = {
  magic: uint('nbd.magic', 'Magic').hex(4),
  type: uint('nbd.type', 'Type').named(commandNames),
  error: uint('nbd.error', 'Error'),
  handle: uint64('nbd.handle', 'Handle').hex(),
  from: uint64('nbd.from', 'From').hex(),
  length: uint('nbd.len', 'Length'),
};

/** Pending reads by handle, with the length of their data. */
const makeReads = (): { reads: Map<string, number> } => ({ reads: new Map() });
const handleAt = (b: Uint8Array, at: number): string => `${u32(b, at)} ${u32(b, at + 4)}`;

function nbdLength(p: Packet): number {
  const { buf: b, at, end } = p;
  const magic = u32(b, at);
  if (magic === REPLY) {
    const read = p.session.knownState<{ reads: Map<string, number> }>(p, 'nbd')?.reads;
    return REPLY_BYTES + (read?.get(handleAt(b, at + 8)) ?? 0);
  }
  if (magic !== REQUEST) return 0;
  if (end - at < REQUEST_BYTES) return REQUEST_BYTES;
  return REQUEST_BYTES + (u16(b, at + 6) === WRITE ? u32(b, at + 24) : 0);
}

export const nbd = protocol({
  name: 'nbd',
  title: 'Network Block Device',
  column: 'NBD',
  fields: fn,
  heuristics: [
    [
      tcpHeuristics,
      (p) => {
        if (p.end - p.at < REPLY_BYTES) return false;
        const magic = u32(p.buf, p.at);
        return (
          magic === REPLY ||
          (magic === REQUEST && u32(p.buf, p.at + 4) <= 0xffff && p.end - p.at >= REQUEST_BYTES)
        );
      },
    ],
  ],
  framing: { header: REPLY_BYTES, length: nbdLength },
  step(p) {
    const { buf: b, at, end } = p;
    if (end - at < REPLY_BYTES) return p.cut(REPLY_BYTES);
    if (u32(b, at) === REQUEST) {
      if (end - at < REQUEST_BYTES) return p.cut(REQUEST_BYTES);
      const { reads } = p.session.stateOf(p, 'nbd', makeReads);
      if (reads.size >= PENDING_MAX) reads.delete(reads.keys().next().value!);
      if (u16(b, at + 6) === READ) reads.set(handleAt(b, at + 8), u32(b, at + 24));
    } else p.session.knownState<{ reads: Map<string, number> }>(p, 'nbd')?.reads.delete(handleAt(b, at + 8));
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < REPLY_BYTES) return;
    const isRequest = u32(b, start) === REQUEST;
    out.add(fn.magic, start, 4);
    out.add(isRequest ? fn.type : fn.error, start + 4, 4);
    out.add(fn.handle, start + 8, 8);
    if (!isRequest || length < REQUEST_BYTES) return;
    out.add(fn.from, start + 16, 8);
    out.add(fn.length, start + 24, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < REQUEST_BYTES || u32(b, start) !== REQUEST) return 'Reply';
    const from = (BigInt(u32(b, start + 16)) << 32n) | BigInt(u32(b, start + 20));
    return `${commandNames[u16(b, start + 6)] ?? 'Unknown'} Request  Offset:0x${from.toString(16)} Length:${u32(b, start + 24)}`;
  },
});
