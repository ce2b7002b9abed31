// The tree of a message put together from several segments: a layer of its own, as Wireshark shows and counts it.
import { bytes, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import type { Joined } from '../flows/reassembly.ts';

const f = {
  segment: uint('tcp.segment', 'Frame'),
  segmentCount: uint('tcp.segment.count', 'Segment count'),
  reassembledLength: uint('tcp.reassembled.length', 'Reassembled TCP length'),
  reassembledData: bytes('tcp.reassembled.data', 'Reassembled TCP Data'),
};

interface Piece {
  readonly frame: number;
  readonly start: number;
  readonly end: number;
}

/** In the order of the message, not in that of their coming. */
function piecesOf({ pieces }: Joined): Piece[] {
  const found: Piece[] = [];
  for (let i = 0; i < pieces.length; i += 3)
    found.push({ frame: pieces[i]!, start: pieces[i + 1]!, end: pieces[i + 2]! });
  return found.sort((a, b) => a.start - b.start);
}

const joinedBy = (p: Packet, layer: number): Joined | null => p.notes[layer] as Joined | null;
const size = (length: number): string => `${length} byte${length === 1 ? '' : 's'}`;

export const segments = protocol({
  name: 'tcp.segments',
  title: 'Reassembled TCP Segments',
  fields: f,
  step: () => null,
  titleOf(p, layer) {
    const joined = joinedBy(p, layer);
    if (joined === null) return 'Reassembled TCP Segments';
    const pieces = piecesOf(joined);
    const parts = pieces.map(({ frame, start, end }) => `#${frame}(${end - start})`).join(', ');
    return `[${pieces.length} Reassembled TCP Segments (${size(joined.extent)}): ${parts}]`;
  },
  emit(p, layer, out) {
    const joined = joinedBy(p, layer);
    if (joined === null) return;
    const at = p.start[layer]!;
    const pieces = piecesOf(joined);
    for (const { frame, start, end } of pieces) {
      out.add(f.segment, at, 0, frame);
      out.note(`, payload: ${start}-${end - 1} (${size(end - start)})`);
    }
    out.add(f.segmentCount, at, 0, pieces.length);
    out.add(f.reassembledLength, at, 0, joined.extent);
    out.add(f.reassembledData, at, 0, joined.bytes.subarray(0, joined.extent));
  },
});
