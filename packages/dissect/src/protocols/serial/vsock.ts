// VM sockets between host and guests in Linux captures (https://www.tcpdump.org/linktypes/LINKTYPE_VSOCK.html), with
// the virtio header (OASIS VIRTIO 1.1 §5.10.6).
import { u16le, u32le } from '../../core/bytes.ts';
import { bytes, type Field, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';

const HEADER = 32;
const VIRTIO_HEADER = 44;
const VIRTIO = 2;

const operations = ['Unknown', 'Connect', 'Disconnect', 'Control', 'Payload'];
const transports = ['Unknown', 'No info', 'Virtio'];
const virtioOperations = [
  'Invalid',
  'Request',
  'Response',
  'Rst',
  'Shutdown',
  'RW',
  'Credit update',
  'Credit response',
];

const f = {
  src: uint64('vsock.src_cid', 'Source cid').at(0, 8).le(),
  dst: uint64('vsock.dst_cid', 'Destination cid').at(8, 8).le(),
  srcPort: uint('vsock.src_port', 'Source port').at(16, 4).le(),
  dstPort: uint('vsock.dst_port', 'Destination port').at(20, 4).le(),
  operation: uint('vsock.op', 'Operation')
    .at(24, 2)
    .le()
    .named({ ...operations }),
  transport: uint('vsock.trans', 'Transport')
    .at(26, 2)
    .le()
    .named({ ...transports }),
  length: uint('vsock.trans_len', 'Transport length').at(28, 2).le(),
  reserved: bytes('vsock.reserved', 'Reserved').at(30, 2),
  payload: bytes('vsock.payload', 'Payload'),
};
/** Fields of the virtio header, which follows the pseudo-header. */
const virtio = {
  virtioSrc: uint64('vsock.virtio.src_cid', 'Source cid').le(),
  virtioDst: uint64('vsock.virtio.dst_cid', 'Destination cid').le(),
  virtioSrcPort: uint('vsock.virtio.src_prot', 'Source port').le(),
  virtioDstPort: uint('vsock.virtio.dst_prot', 'Destination port').le(),
  virtioLength: uint('vsock.virtio.len', 'Length').le(),
  type: uint('vsock.virtio.type', 'Type').le().named({ 1: 'Stream' }),
  virtioOperation: uint('vsock.virtio.op', 'Operation')
    .le()
    .named({ ...virtioOperations }),
  flags: uint('vsock.virtio.flags', 'Flags').le().hex(4),
  allocated: uint('vsock.virtio.buf_alloc', 'Buf alloc').le(),
  forwarded: uint('vsock.virtio.fwd_cnt', 'Fwd cnt').le(),
};
const virtioLayout: readonly (readonly [Field, number])[] = [
  [virtio.virtioSrc, 8],
  [virtio.virtioDst, 8],
  [virtio.virtioSrcPort, 4],
  [virtio.virtioDstPort, 4],
  [virtio.virtioLength, 4],
  [virtio.type, 2],
  [virtio.virtioOperation, 2],
  [virtio.flags, 4],
  [virtio.allocated, 4],
  [virtio.forwarded, 4],
];

/** Length of the virtio header; 0 for other transports. */
function virtioLength(b: Uint8Array, start: number): number {
  return u16le(b, start + 26) === VIRTIO ? VIRTIO_HEADER : 0;
}

export const vsock: Protocol = protocol({
  name: 'vsock',
  title: 'Virtio sockets',
  column: 'vSocket',
  fields: { ...f, ...virtio },
  on: [[linkTypes, 271]],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const length = HEADER + virtioLength(p.buf, start);
    if (p.end - start < length) return p.cut(length);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    for (const field of Object.values(f)) if (field.offset >= 0) out.fixed(field);
    let at = start + HEADER;
    if (virtioLength(p.bufferOf(layer), start) > 0) {
      if (stop - at < VIRTIO_HEADER) return;
      for (const [field, width] of virtioLayout) {
        out.add(field, at, width);
        at += width;
      }
    }
    if (at < stop) out.add(f.payload, at, stop - at);
  },
  info: (p, layer) => infoText(p, layer),
});

function infoText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < HEADER) return '';
  const operation = u16le(b, start + 24);
  const transport = u16le(b, start + 26);
  const summary = `[${operations[operation] ?? `Unknown (${operation})`}] ${transports[transport] ?? `Unknown (${transport})`}`;
  const at = start + HEADER;
  if (virtioLength(b, start) === 0 || p.stop[layer]! - at < VIRTIO_HEADER) return summary;
  const type = u16le(b, at + 28);
  const what = u16le(b, at + 30);
  const typeText = type === 1 ? 'Stream' : `Unknown (${type})`;
  return `${summary}: ${typeText}, Op: ${virtioOperations[what] ?? `Unknown (${what})`}, Buf alloc: ${u32le(b, at + 36)}, Fwd cnt: ${u32le(b, at + 40)}`;
}
