// The pseudo-layer of a message reassembled from several segments, which Wireshark shows and counts like a protocol.
import { bytes, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import type { ReassembledMessage } from '../flows/reassembly.ts';

const f = {
  segment: uint('tcp.segment', 'Frame'),
  segmentCount: uint('tcp.segment.count', 'Segment count'),
  reassembledLength: uint('tcp.reassembled.length', 'Reassembled TCP length'),
  reassembledData: bytes('tcp.reassembled.data', 'Reassembled TCP Data'),
};

interface Segment {
  readonly frame: number;
  readonly start: number;
  readonly end: number;
}

/** In the order of the stream, not of arrival. */
function inOrder({ segments }: ReassembledMessage): Segment[] {
  const found: Segment[] = [];
  for (let i = 0; i < segments.length; i += 3)
    found.push({ frame: segments[i]!, start: segments[i + 1]!, end: segments[i + 2]! });
  return found.sort((a, b) => a.start - b.start);
}

const messageOf = (p: Packet, layer: number): ReassembledMessage | null =>
  p.notes[layer] as ReassembledMessage | null;
const size = (length: number): string => `${length} byte${length === 1 ? '' : 's'}`;

export const segments = protocol({
  name: 'tcp.segments',
  title: 'Reassembled TCP Segments',
  fields: f,
  step: () => null,
  titleOf(p, layer) {
    const message = messageOf(p, layer);
    if (message === null) return 'Reassembled TCP Segments';
    const parts = inOrder(message);
    const list = parts.map(({ frame, start, end }) => `#${frame}(${end - start})`).join(', ');
    return `[${parts.length} Reassembled TCP Segments (${size(message.extent)}): ${list}]`;
  },
  emit(p, layer, out) {
    const message = messageOf(p, layer);
    if (message === null) return;
    const at = p.start[layer]!;
    const parts = inOrder(message);
    for (const { frame, start, end } of parts) {
      out.add(f.segment, at, 0, frame);
      out.note(`, payload: ${start}-${end - 1} (${size(end - start)})`);
    }
    out.add(f.segmentCount, at, 0, parts.length);
    out.add(f.reassembledLength, at, 0, message.extent);
    out.add(f.reassembledData, at, 0, message.bytes.subarray(0, message.extent));
  },
});
