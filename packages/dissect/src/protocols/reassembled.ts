// Fields of a reassembled IP datagram: its fragments and length.
import { bool, bytes, none, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Sink } from '../core/sink.ts';
import type { Assembled } from '../flows/fragments.ts';

export type FragmentFields = ReturnType<typeof fragmentFields>;

/** The fields under `prefix` (`ip`), with titles beginning with `name` (`IPv4`). */
export function fragmentFields(prefix: string, name: string) {
  return {
    fragments: none(`${prefix}.fragments`, `${name} Fragments`),
    fragment: uint(`${prefix}.fragment`, 'Frame'),
    fragmentOverlap: bool(`${prefix}.fragment.overlap`, 'Fragment overlap'),
    fragmentConflict: bool(`${prefix}.fragment.overlap.conflict`, 'Conflicting data in fragment overlap'),
    fragmentCount: uint(`${prefix}.fragment.count`, 'Fragment count'),
    reassembledIn: uint(
      prefix === 'ip' ? 'ip.reassembled_in' : `${prefix}.reassembled.in`,
      `Reassembled ${name} in frame`,
    ),
    reassembledLength: uint(`${prefix}.reassembled.length`, `Reassembled ${name} length`),
    reassembledData: bytes(`${prefix}.reassembled.data`, `Reassembled ${name} data`),
  };
}

export function emitFragments(f: FragmentFields, whole: Assembled, start: number, out: Sink): void {
  const { fragments, bytes: made } = whole;
  out.open(f.fragments, start, 0);
  out.note(` (${fragments.length}, ${made.length} bytes)`);
  for (const { frame, offset, length, isOverlap, isConflict } of fragments) {
    out.open(f.fragment, start, 0, frame);
    out.note(`, payload: ${offset}-${offset + length - 1} (${length} bytes)`);
    if (isOverlap) out.add(f.fragmentOverlap, start, 0, true);
    if (isConflict) out.add(f.fragmentConflict, start, 0, true);
    out.close();
  }
  out.add(f.fragmentCount, start, 0, fragments.length);
  out.add(f.reassembledLength, start, 0, made.length);
  out.add(f.reassembledData, start, 0, made);
  out.close();
}

const WHOLE_IN = 'fragments';

/** Two-pass analysis: records that the other fragments are reassembled in this packet. */
export function enterFragments(p: Packet, { fragments }: Assembled): void {
  const { ahead } = p.session;
  if (ahead === null) return;
  for (const { frame } of fragments) if (frame !== p.number) ahead.enter(WHOLE_IN, frame, 0, p.number);
}

/** Frame that completes this fragment's datagram; 0: none, or unknown (single-pass analysis). */
export function reassembledIn(p: Packet): number {
  return p.session.ahead?.of(WHOLE_IN, p.number, 0) ?? 0;
}
