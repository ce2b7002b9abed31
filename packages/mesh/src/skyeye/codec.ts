// Encodes the messages of the tree: each name once, 32-bit numbers, and only what changed.

import { peerId, peerIdOrNone } from '../identity/names.ts';
import {
  type Codec,
  double,
  encode,
  flag,
  float,
  list,
  optional,
  type Reader,
  record,
  variant,
  varint,
  WireError,
  type Writer,
} from '../wire/schema.ts';
import { type Aggregate, type Best, emptyAggregate, type Stats, TOP_MAX } from './aggregate.ts';
import { attributes, COORDINATE, nothingKnown, shownAttributes, type Values } from './attributes.ts';
import type { Entry, Report, Summary, SupportMessage, TreeMessage } from './messages.ts';
import { BUCKETS_MAX, KEYS, LEVELS_MAX, type Sketch } from './sketch.ts';
import { difference } from './view.ts';

const ENTRIES_MAX = 4_096;
const AGE_MS_MAX = 3_600_000;
const bits = varint(2 ** attributes.length - 1);
const ageMs = varint(AGE_MS_MAX);
const whole: Codec<number> = {
  write: (out, value) => ageMs.write(out, Math.min(AGE_MS_MAX, Math.max(0, Math.round(value)))),
  read: (from) => ageMs.read(from),
};

/** Codec of a list as a bit mask and an item for each bit set; `missing` for the others. */
function perBit<T>(of: number, missing: T, item: Codec<T>) {
  return {
    write(out: Writer, set: number, values: readonly T[]): void {
      for (let i = 0; i < of; i++) if ((set & (1 << i)) !== 0) item.write(out, values[i]!);
    },
    read: (from: Reader, set: number): T[] =>
      Array.from({ length: of }, (_, i) => ((set & (1 << i)) !== 0 ? item.read(from) : missing)),
  };
}

const entry: Codec<Entry> = {
  write(out, { number, id, ageMs, mask, values: all, before }) {
    out.varint(number * 2 + (id === null ? 0 : 1));
    if (id !== null) peerId.write(out, id);
    whole.write(out, ageMs);
    const changed = mask ?? changedBits(before ?? nothingKnown, all);
    bits.write(out, changed);
    writeValues(out, changed, all);
  },
  read(from) {
    const head = from.varint();
    const id = head % 2 === 1 ? peerId.read(from) : null;
    const ageMs = whole.read(from);
    const mask = bits.read(from);
    const number = Math.floor(head / 2);
    return { number, id, ageMs, mask, values: readValues(from, mask), before: null };
  },
};

/** A bit for each value that differs. */
function changedBits(before: Values, values: Values): number {
  if (before === values) return 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    const [was, is] = [before[i]!, values[i]!];
    if (was !== is && !(Number.isNaN(was) && Number.isNaN(is))) bits |= 1 << i;
  }
  return bits;
}

/**
 * NaN is a value too: no longer known. Does not use `perBit`: a loop over both number arrays and object arrays makes V8
 * turn the former into arrays of boxed numbers, permanently, along with all copies of them.
 */
function writeValues(out: Writer, changed: number, values: Values): void {
  for (let i = 0; i < values.length; i++) if ((changed & (1 << i)) !== 0) out.float(values[i]!);
}

function readValues(from: Reader, changed: number) {
  const read = nothingKnown.slice();
  for (let i = 0; i < attributes.length; i++) if ((changed & (1 << i)) !== 0) read[i] = float.read(from);
  return read;
}

const sketch: Codec<Sketch> = {
  write(out, { level, keys, counts }) {
    out.byte(level);
    out.varint(keys.length);
    for (let i = 0; i < keys.length; i++) {
      out.varint(keys[i]! - (keys[i - 1] ?? -1) - 1);
      out.varint(counts[i]!);
    }
  },
  read(from) {
    const level = from.byte();
    const length = from.varint();
    if (level > LEVELS_MAX || length > BUCKETS_MAX) throw new WireError('a sketch is too large');
    const keys: number[] = [];
    const counts: number[] = [];
    for (let key = -1; keys.length < length; ) {
      key += from.varint() + 1;
      if (key >= KEYS) throw new WireError('a sketch has no such bucket');
      keys.push(key);
      counts.push(from.varint());
    }
    return { level, keys, counts };
  },
};

export const stats: Codec<Stats> = record({
  count: varint(),
  sum: double,
  min: float,
  max: float,
  squares: double,
  sketch: optional(sketch),
});
const best: Codec<Best> = record({ id: peerId, value: float });
const tops: Codec<readonly (readonly Best[])[]> = list(list(best, TOP_MAX), shownAttributes.length) as Codec<
  readonly (readonly Best[])[]
>;
const allStats = perBit<Stats | null>(attributes.length, null, stats as Codec<Stats | null>);

const aggregate: Codec<Aggregate> = {
  write(out, { peers, agesMs, oldestMs, stats: all, most, least }) {
    out.varint(peers);
    out.double(agesMs);
    whole.write(out, oldestMs);
    const known = all.reduce((set, each, i) => (each === null ? set : set | (1 << i)), 0);
    bits.write(out, known);
    allStats.write(out, known, all);
    tops.write(out, most);
    tops.write(out, least);
  },
  read(from) {
    const peers = from.varint();
    const agesMs = double.read(from);
    const oldestMs = whole.read(from);
    const all = allStats.read(from, bits.read(from));
    const [most, least] = [tops.read(from), tops.read(from)];
    if (most.length !== shownAttributes.length || least.length !== shownAttributes.length)
      throw new WireError('a top list is missing');
    return { ...emptyAggregate, peers, agesMs, oldestMs, stats: all, most, least };
  },
};

const summary: Codec<Summary> = record({
  count: varint(),
  sum: double,
  ...{ min: float, max: float, sd: float, p50: float, p95: float, p99: float },
});
const summaries = perBit<Summary | null>(COORDINATE, null, optional(summary));

const reportFields = {
  number: varint(),
  isUrgent: flag,
  removed: list(varint(), ENTRIES_MAX),
  entries: list(entry, ENTRIES_MAX),
  aggregate: optional(aggregate),
};
const reportRecord = record(reportFields);
const report: Codec<Report> = {
  write: (out, value) =>
    reportRecord.write(out, value as unknown as Parameters<typeof reportRecord.write>[1]),
  read: (from) => ({ kind: 'report', ...reportRecord.read(from) }),
};

/** A bit mask and the lists it announces; an empty name stands for the peer at that rank before. */
const shortLists = perBit<readonly Best[]>(
  shownAttributes.length,
  [],
  list(record({ id: peerIdOrNone, value: float }), TOP_MAX) as Codec<readonly Best[]>,
);
const bestLists: Codec<readonly [number, Aggregate['most']]> = {
  write(out, [mask, all]) {
    bits.write(out, mask);
    shortLists.write(out, mask, all);
  },
  read(from) {
    const mask = bits.read(from);
    return [mask, shortLists.read(from, mask)];
  },
};

function unnamed(lists: Aggregate['most'], before: Aggregate['most'] | undefined): Aggregate['most'] {
  if (before === undefined || before === lists) return lists;
  return lists.map((each, i) =>
    each.map(({ id, value }, at) => ({ id: before[i]?.[at]?.id === id ? '' : id, value })),
  );
}

const messages = variant({
  report: reportFields,
  view: {
    root: peerId,
    ...{ number: varint(), base: varint(), ageMs: whole, peers: varint(), alive: varint() },
    ...{ readingAgeMs: whole, oldestMs: whole },
    summaries: {
      write(out: Writer, [mask, all]: readonly [number, readonly (Summary | null)[]]) {
        bits.write(out, mask);
        summaries.write(out, mask, all);
      },
      read(from: Reader): readonly [number, readonly (Summary | null)[]] {
        const mask = bits.read(from);
        return [mask, summaries.read(from, mask)];
      },
    },
    most: bestLists,
    least: bestLists,
  },
  again: {},
});

export const treeMessage: Codec<TreeMessage> = {
  write(out, message) {
    if (message.kind !== 'view') return messages.write(out, message as Parameters<typeof messages.write>[1]);
    const { base, ageMs, picture } = message;
    const mask = message.mask ?? difference(message.before, picture);
    const fields = {
      ...{ ...picture, kind: 'view', base, ageMs },
      summaries: [mask.attributes, picture.summaries] as const,
      most: [mask.most, unnamed(picture.most, message.before?.most)] as const,
      least: [mask.least, unnamed(picture.least, message.before?.least)] as const,
    };
    messages.write(out, fields as Parameters<typeof messages.write>[1]);
  },
  read(from) {
    const message = messages.read(from);
    if (message.kind !== 'view') return message as TreeMessage;
    const { kind, base, ageMs, summaries, most, least, ...rest } = message;
    const picture = { ...rest, summaries: summaries[1], most: most[1], least: least[1] };
    const mask = { attributes: summaries[0], most: most[0], least: least[0] };
    return { kind, base, ageMs, picture, mask, before: null };
  },
};

export const supportMessage: Codec<SupportMessage> = variant({
  follow: {},
  support: {},
  replica: { report },
  again: {},
});

/** Encoded size in bytes, without the head of the frame. */
export function encodedSize(message: TreeMessage): number {
  return encode(treeMessage, message).length;
}
