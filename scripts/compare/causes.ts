/**
 * Groups disagreements by cause: each is reduced to a pattern (theirs → ours), and equal patterns of a field form a group
 * with a count, its files and an example. A group's `points` are what fixing it would add to the field's agreement, in
 * percentage points of the mean over files.
 */
import type { ComparedField } from './fields.ts';
import type { FileTally } from './tally.ts';

/** Groups kept per field; further ones are counted together. */
const GROUPS_MAX = 5000;
/** Pseudo-field for a packet that only one side printed. */
export const EVERY_FIELD = '(every field)';
const OTHER_PATTERN = '(other patterns)';
const EXAMPLES_MAX = 8;
const VALUE_CHARS_MAX = 70;
/** Numeric differences up to this (off by one) get groups of their own; larger ones share one. */
const DIFFERENCE_MAX = 8;

export interface Example {
  readonly file: string;
  readonly frame: string;
  readonly theirs: string;
  readonly ours: string;
  /** tshark's other columns of that packet, for `--why`. */
  readonly row: readonly string[];
}

export interface Group {
  readonly field: string;
  readonly pattern: string;
  count: number;
  /** Packets by file. */
  readonly files: Map<FileTally, number>;
  readonly examples: Example[];
}

export type RankedGroup = Group & { readonly points: number };

export class Causes {
  readonly #fields: readonly ComparedField[];
  readonly #groups: Map<string, Group>[];
  readonly #lone = new Map<string, Group>();

  constructor(fields: readonly ComparedField[]) {
    this.#fields = fields;
    this.#groups = fields.map(() => new Map());
  }

  add(tally: FileTally, field: number, theirs: string, ours: string, row: readonly string[]): void {
    const compared = this.#fields[field]!;
    const pattern = patternOf(compared, theirs, ours);
    this.#count(this.#groups[field]!, compared.name, pattern, tally, theirs, ours, row);
  }

  addLone(tally: FileTally, side: 'theirs' | 'ours', row: readonly string[]): void {
    const pattern = side === 'theirs' ? 'packet → (none)' : '(none) → packet';
    this.#count(this.#lone, EVERY_FIELD, pattern, tally, '', '', row);
  }

  #count(
    groups: Map<string, Group>,
    field: string,
    pattern: string,
    tally: FileTally,
    theirs: string,
    ours: string,
    row: readonly string[],
  ): void {
    let group = groups.get(pattern);
    if (group === undefined) {
      const key = groups.size < GROUPS_MAX ? pattern : OTHER_PATTERN;
      group = groups.get(key) ?? { field, pattern: key, count: 0, files: new Map(), examples: [] };
      groups.set(key, group);
    }
    group.count += 1;
    const inFile = group.files.get(tally);
    group.files.set(tally, (inFile ?? 0) + 1);
    // Prefer examples from different files.
    if (group.examples.length < EXAMPLES_MAX && (inFile === undefined || inFile < 2)) {
      group.examples.push({ file: tally.file, frame: row[0] ?? '?', theirs, ours, row });
    }
  }

  /** All groups, costliest first. */
  groups(fileCount: number): readonly RankedGroup[] {
    const all = [this.#lone, ...this.#groups].flatMap((groups) => [...groups.values()]);
    return all
      .map((group) => ({ ...group, points: pointsOf(group, fileCount) }))
      .sort((a, b) => b.points - a.points || b.count - a.count);
  }
}

function pointsOf(group: Group, fileCount: number): number {
  let sum = 0;
  for (const [tally, count] of group.files) sum += count / tally.packets;
  return fileCount === 0 ? 0 : (100 * sum) / fileCount;
}

const INTEGER = /^-?(0x[0-9a-f]+|\d+)(\.\d+)?$/i;

/** The pattern of a disagreement. */
export function patternOf(field: ComparedField, theirs: string, ours: string): string {
  if (field.name === 'frame.protocols') return stackPattern(theirs, ours);
  // Each missing name is a cause of its own; missing codes share one.
  const isName = field.group === 'names';
  if (!isName && theirs === '') return 'nothing → a value';
  if (!isName && ours === '') return 'a value → nothing';
  const list = field.kind === 'text' ? null : listPattern(theirs, ours);
  if (list !== null && field.kind === 'number') return list;
  if (field.kind === 'code') return list ?? `${shown(theirs)} → ${shown(ours)}`;
  if (field.kind === 'number') return numberPattern(theirs, ours);
  return textPattern(theirs, ours);
}

function shown(value: string): string {
  if (value === '') return '(nothing)';
  return value.length > VALUE_CHARS_MAX ? `${value.slice(0, VALUE_CHARS_MAX)}…` : value;
}

/** For protocol stacks: the last common layer, then both remainders. */
function stackPattern(theirs: string, ours: string): string {
  const theirLayers = theirs.split(':');
  const ourLayers = ours.split(':');
  let common = 0;
  while (common < theirLayers.length && theirLayers[common] === ourLayers[common]) common += 1;
  const under = common === 0 ? '' : `${theirLayers[common - 1]} | `;
  const theirRest = theirLayers.slice(common).join(':');
  const ourRest = ourLayers.slice(common).join(':');
  return `${under}${shown(theirRest)} → ${shown(ourRest)}`;
}

/** For lists of values: how they differ; null if neither side is a list. */
function listPattern(theirs: string, ours: string): string | null {
  const theirItems = theirs === '' ? [] : theirs.split(',');
  const ourItems = ours === '' ? [] : ours.split(',');
  if (theirItems.length < 2 && ourItems.length < 2) return null;
  if ([...theirItems].sort().join() === [...ourItems].sort().join()) return 'several values → other order';
  const shorter = Math.min(theirItems.length, ourItems.length);
  const prefix = theirItems.slice(0, shorter).join() === ourItems.slice(0, shorter).join();
  if (prefix && ourItems.length < theirItems.length) return 'several values → only the first ones';
  if (prefix) return 'values → the same and more';
  if (theirItems.length !== ourItems.length) {
    return ourItems.length < theirItems.length ? 'several values → fewer' : 'values → more';
  }
  return 'several values → as many, other ones';
}

function numberPattern(theirs: string, ours: string): string {
  if (!INTEGER.test(theirs) || !INTEGER.test(ours)) return textPattern(theirs, ours);
  const difference = Number(ours) - Number(theirs);
  if (difference === 0) return 'a number → the same, written otherwise';
  if (ours === '0') return 'a number → 0';
  if (theirs === '0') return '0 → a number';
  if (Number.isInteger(difference) && Math.abs(difference) <= DIFFERENCE_MAX) {
    return `n → n ${difference > 0 ? '+' : '−'} ${Math.abs(difference)}`;
  }
  return 'a number → another';
}

/** Text with decimal and hexadecimal numbers masked. */
function textPattern(theirs: string, ours: string): string {
  if (theirs.toLowerCase() === ours.toLowerCase()) return 'text → other case';
  if (theirs.startsWith(ours)) return 'text → cut short';
  if (ours.startsWith(theirs)) return 'text → the same and more';
  const masked = mask(theirs);
  if (masked === mask(ours) && theirs.includes(' ')) return `numbers differ: ${differingWords(theirs, ours)}`;
  return `${shown(masked)} → ${shown(mask(ours))}`;
}

/** For texts of the same structure: the differing words, masked: `Seq=# Ack=#`. */
function differingWords(theirs: string, ours: string): string {
  const ourWords = ours.split(' ');
  const words = theirs.split(' ').filter((word, index) => word !== ourWords[index]);
  return shown([...new Set(words.map(mask))].join(' '));
}

function mask(value: string): string {
  return value.replace(/\b(0x)?[0-9a-f]*\d[0-9a-f]*\b/gi, '#').replace(/#([.:,-]#)+/g, '#');
}
