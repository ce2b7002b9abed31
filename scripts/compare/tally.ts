/**
 * Agreement of two sides, field by field: per file first, then as the mean over files, so that a file
 * of ten packets counts as much as one of ten thousand.
 */
import type { Causes } from './causes.ts';
import type { ComparedField } from './fields.ts';
import { SEPARATOR } from './rows.ts';

/** Counts of one file; the arrays are indexed by field. */
export class FileTally {
  readonly file: string;
  packets = 0;
  /** Packets that only one side printed. */
  missing = 0;
  surplus = 0;
  readonly equal: Float64Array;
  /** Packets in which either side has a value. */
  readonly present: Float64Array;
  readonly presentEqual: Float64Array;

  constructor(file: string, fieldCount: number) {
    this.file = file;
    this.equal = new Float64Array(fieldCount);
    this.present = new Float64Array(fieldCount);
    this.presentEqual = new Float64Array(fieldCount);
  }

  /** Share of packets in which the field is equal, 0 to 1. */
  agreement(field: number): number {
    return this.packets === 0 ? 0 : (this.equal[field] as number) / this.packets;
  }
}

/** Counts one packet that both sides printed; disagreements go to `causes`. */
export function countPair(
  tally: FileTally,
  fields: readonly ComparedField[],
  theirs: string,
  ours: string,
  causes: Causes,
): void {
  tally.packets += 1;
  const theirValues = theirs.split(SEPARATOR);
  const same = theirs === ours;
  const ourValues = same ? theirValues : ours.split(SEPARATOR);
  for (let field = 0; field < fields.length; field++) {
    const theirValue = theirValues[field] ?? '';
    const ourValue = ourValues[field] ?? '';
    const equal = same || theirValue === ourValue;
    if (equal) tally.equal[field]! += 1;
    if (theirValue !== '' || ourValue !== '') {
      tally.present[field]! += 1;
      if (equal) tally.presentEqual[field]! += 1;
    }
    if (!equal) causes.add(tally, field, theirValue, ourValue, theirValues);
  }
}

/** Counts one packet that only one side printed: no field of it is equal. */
export function countLone(tally: FileTally, row: string, side: 'theirs' | 'ours', causes: Causes): void {
  tally.packets += 1;
  if (side === 'theirs') tally.missing += 1;
  else tally.surplus += 1;
  const values = row.split(SEPARATOR);
  for (let field = 0; field < tally.present.length; field++) {
    if ((values[field] ?? '') !== '') tally.present[field]! += 1;
  }
  causes.addLone(tally, side, values);
}

export interface FieldScore {
  readonly name: string;
  readonly group: string;
  readonly goal: number | null;
  /** Mean over files of equal packets / packets, 0 to 1. */
  readonly agreement: number;
  /** All packets of all files together. */
  readonly agreementPooled: number;
  /** As `agreement`, among packets where either side has a value; null when there is none. */
  readonly agreementPresent: number | null;
  readonly agreementPresentPooled: number | null;
  readonly packetsPresent: number;
  readonly filesPresent: number;
  readonly met: boolean;
  /** The files that agree least, worst first. */
  readonly worst: readonly { readonly file: string; readonly agreement: number }[];
}

const WORST_FILES = 5;

/** The score of one field over all counted files. */
export function scoreField(
  field: ComparedField,
  index: number,
  goal: number | null,
  tallies: readonly FileTally[],
): FieldScore {
  let sum = 0;
  let packets = 0;
  let equal = 0;
  let presentSum = 0;
  let filesPresent = 0;
  let present = 0;
  let presentEqual = 0;
  for (const tally of tallies) {
    sum += tally.agreement(index);
    packets += tally.packets;
    equal += tally.equal[index] as number;
    const here = tally.present[index] as number;
    if (here === 0) continue;
    filesPresent += 1;
    present += here;
    presentEqual += tally.presentEqual[index] as number;
    presentSum += (tally.presentEqual[index] as number) / here;
  }
  const agreement = tallies.length === 0 ? 0 : sum / tallies.length;
  const worst = tallies
    .map((tally) => ({ file: tally.file, agreement: tally.agreement(index) }))
    .filter((entry) => entry.agreement < 1)
    .sort((a, b) => a.agreement - b.agreement)
    .slice(0, WORST_FILES);
  return {
    name: field.name,
    group: field.group,
    goal,
    agreement,
    agreementPooled: packets === 0 ? 0 : equal / packets,
    agreementPresent: filesPresent === 0 ? null : presentSum / filesPresent,
    agreementPresentPooled: present === 0 ? null : presentEqual / present,
    packetsPresent: present,
    filesPresent,
    met: goal === null || agreement >= goal,
    worst,
  };
}
