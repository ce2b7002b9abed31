// Marked packets and the time reference. Marks are stored by the capture's key, so that they survive a rebuilt store.
import { signal } from '@preact/signals';
import type { PacketRow } from '../api/types.ts';
import type { MarkedPacket } from '../list/marks.ts';
import { captures } from './captures.ts';
import { remembered } from './settings.ts';

/** Marks per capture; the oldest is evicted at the limit. */
const MARKS_MAX = 500;
const CAPTURES_MAX = 100;

const kept = remembered<Record<string, number[]>>('marks', {});

/** The packet that relative times count from. */
export const reference = signal<Pick<PacketRow, 'id' | 'time'> | null>(null);

function keyOf(capture: number): string | undefined {
  return captures.value?.find(({ id }) => id === capture)?.key;
}

/** Numbers of the marked packets of one capture. */
export function marksOf(capture: number): readonly number[] {
  return kept.value[keyOf(capture) ?? ''] ?? [];
}

export function isMarked({ capture, number }: MarkedPacket): boolean {
  return marksOf(capture).includes(number);
}

/** @returns whether the packet is marked now */
export function toggleMark({ capture, number }: MarkedPacket): boolean {
  const key = keyOf(capture);
  if (key === undefined) return false;
  const { [key]: before = [], ...others } = kept.value;
  const isOn = !before.includes(number);
  const marks = isOn ? [...before, number].slice(-MARKS_MAX) : before.filter((one) => one !== number);
  const rest = Object.entries(others).slice(1 - CAPTURES_MAX);
  kept.value = Object.fromEntries(marks.length === 0 ? rest : [...rest, [key, marks]]);
  return isOn;
}

/** All marks in list order: by capture, then by number. @param only one capture; null: all */
export function allMarks(only: number | null): MarkedPacket[] {
  const ids = only === null ? (captures.value ?? []).map(({ id }) => id) : [only];
  return ids
    .sort((a, b) => a - b)
    .flatMap((capture) => [...marksOf(capture)].sort((a, b) => a - b).map((number) => ({ capture, number })));
}

export function removeMarks(only: number | null): void {
  for (const mark of allMarks(only)) toggleMark(mark);
}
