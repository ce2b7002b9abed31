// Transfers sightings in pages, each with a fixed part of the hash space, so that pages are independent and the server
// keeps no state between requests.
import { Sightings } from './sightings.ts';

export const PAGES = 16;
const HEAD_BYTES = 38;
const ENTRY_BYTES = 28;
/** Sightings of a page, whose answer may have 256 KiB; only identical packets can fill one. */
const ENTRIES_MAX = 8_000;
const ADDRESSES_MAX = 64;

export interface Page {
  readonly baseNs: bigint;
  readonly sinceNs: number;
  readonly untilNs: number;
  /** Uncertainty of the clock of the times, in milliseconds. */
  readonly uncertaintyMs: number;
  readonly shift: number;
  /** Hashes of the host's addresses. */
  readonly addresses: readonly number[];
  readonly count: number;
  readonly entries: DataView;
}

export function encodePage(
  seen: Sightings,
  page: number,
  uncertaintyMs: number,
  addresses: readonly number[],
): Uint8Array {
  const indexes: number[] = [];
  for (let i = 0; i < seen.length && indexes.length < ENTRIES_MAX; i++)
    if (seen.hashLow[i]! % PAGES === page) indexes.push(i);
  const hosts = addresses.slice(0, ADDRESSES_MAX);
  const bytes = new Uint8Array(HEAD_BYTES + 4 * hosts.length + ENTRY_BYTES * indexes.length);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, seen.baseNs);
  view.setFloat64(8, seen.sinceNs);
  view.setFloat64(16, seen.untilNs);
  view.setFloat64(24, uncertaintyMs);
  view.setUint8(32, seen.shift);
  view.setUint8(33, hosts.length);
  view.setUint32(34, indexes.length);
  let at = HEAD_BYTES;
  for (const each of hosts) {
    view.setUint32(at, each);
    at += 4;
  }
  for (const i of indexes) {
    view.setUint32(at, seen.hashHigh[i]!);
    view.setUint32(at + 4, seen.hashLow[i]!);
    view.setFloat64(at + 8, seen.times[i]!);
    view.setUint32(at + 16, seen.sources[i]!);
    view.setUint32(at + 20, seen.destinations[i]!);
    view.setUint16(at + 24, seen.lengths[i]!);
    view.setUint8(at + 26, seen.ttls[i]!);
    view.setUint8(at + 27, seen.flags[i]!);
    at += ENTRY_BYTES;
  }
  return bytes;
}

/** Decodes a page; null if it is invalid. */
export function decodePage(bytes: Uint8Array): Page | null {
  if (bytes.length < HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [hosts, count, shift] = [view.getUint8(33), view.getUint32(34), view.getUint8(32)];
  const begin = HEAD_BYTES + 4 * hosts;
  if (shift > 31 || bytes.length !== begin + ENTRY_BYTES * count) return null;
  const addresses = Array.from({ length: hosts }, (_, i) => view.getUint32(HEAD_BYTES + 4 * i));
  const entries = new DataView(bytes.buffer, bytes.byteOffset + begin, ENTRY_BYTES * count);
  return {
    baseNs: view.getBigInt64(0),
    sinceNs: view.getFloat64(8),
    untilNs: view.getFloat64(16),
    uncertaintyMs: view.getFloat64(24),
    shift,
    addresses,
    count,
    entries,
  };
}

/** Joins pages, for the time span that all of them cover. Null if they do not belong together. */
export function joinPages(pages: readonly Page[]): Sightings | null {
  const first = pages[0];
  if (first === undefined || pages.some(({ baseNs }) => baseNs !== first.baseNs)) return null;
  const count = pages.reduce((sum, page) => sum + page.count, 0);
  const joined = new Sightings(first.baseNs, Math.max(1, count));
  for (const { entries, count } of pages)
    for (let at = 0; at < count * ENTRY_BYTES; at += ENTRY_BYTES) {
      const i = joined.length++;
      joined.hashHigh[i] = entries.getUint32(at);
      joined.hashLow[i] = entries.getUint32(at + 4);
      joined.times[i] = entries.getFloat64(at + 8);
      joined.sources[i] = entries.getUint32(at + 16);
      joined.destinations[i] = entries.getUint32(at + 20);
      joined.lengths[i] = entries.getUint16(at + 24);
      joined.ttls[i] = entries.getUint8(at + 26);
      joined.flags[i] = entries.getUint8(at + 27);
    }
  joined.shift = Math.max(...pages.map(({ shift }) => shift));
  joined.sinceNs = Math.max(...pages.map(({ sinceNs }) => sinceNs));
  joined.untilNs = Math.min(...pages.map(({ untilNs }) => untilNs));
  return joined;
}
