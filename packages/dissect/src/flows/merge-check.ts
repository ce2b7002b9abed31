// Checks that readers which shared a capture (see FlowPartition) found what a single reader would have found. State is kept per
// conversation, so that is the case unless two readers saw parts of one conversation (inside and outside a tunnel), one
// learned what another needed (the port of a transfer), or their state together exceeds a bound.
import { IPV4, IPV6 } from '../core/packet.ts';
import { EXPECTED_MAX, type Session } from '../core/session.ts';
import { ipv4Address, ipv6Address } from '../core/text.ts';
import { HELD_BYTES_MAX, held } from '../protocols/text/held-message.ts';
import { HIGH, KEY_WORDS, KIND, LOW, PORTS } from './flow-table.ts';
import { DATAGRAMS_MAX, TOTAL_BYTES_MAX as FRAGMENT_BYTES_MAX } from './fragments.ts';
import type { FlowPartition } from './partition.ts';
import { TOTAL_BYTES_MAX as STREAM_BYTES_MAX } from './reassembly.ts';

/** What a reader reports of its session for this check; can be sent to another process. */
export interface SessionSummary {
  /** FlowTable.keys */
  readonly keys: Uint32Array<ArrayBuffer>;
  readonly expectations: readonly string[];
  /** High-water mark of each bounded table, as a fraction of its bound. */
  readonly used: readonly number[];
  readonly hasEvicted: boolean;
}

export function summaryOf(session: Session): SessionSummary {
  const { flows, fragments, streams } = session;
  const expectations = session.expectations();
  return {
    keys: flows.keys(),
    expectations,
    used: [
      flows.size / flows.maxFlows,
      fragments.mostDatagrams / DATAGRAMS_MAX,
      fragments.mostBytes / FRAGMENT_BYTES_MAX,
      streams.mostBytes / STREAM_BYTES_MAX,
      held(session).most / HELD_BYTES_MAX,
      expectations.length / EXPECTED_MAX,
    ],
    hasEvicted: flows.evicted > 0,
  };
}

/** The reason why the readers' results must not be merged, for --debug; null if they may. Traces in the order of readers. */
export function whyNotMergeable(
  summaries: readonly SessionSummary[],
  partition: FlowPartition,
): string | null {
  const isNear = summaries[0]!.used.some(
    (_, i) => summaries.reduce((sum, { used }) => sum + used[i]!, 0) >= 1,
  );
  if (isNear || summaries.some(({ hasEvicted }) => hasEvicted)) return 'more than is remembered';
  if (haveShared(summaries, partition)) return 'a conversation within a tunnel and beside it';
  return expectOthers(summaries) ? 'what one conversation announced is in another' : null;
}

function forEachKey({ keys }: SessionSummary, visit: (key: Uint32Array) => void): void {
  for (let at = 0; at < keys.length; at += KEY_WORDS) visit(keys.subarray(at, at + KEY_WORDS));
}

/** Whether two readers saw the same conversation. */
function haveShared(summaries: readonly SessionSummary[], partition: FlowPartition): boolean {
  const strays = new Map<number, { readonly text: string; readonly reader: number }[]>();
  summaries.forEach((summary, reader) => {
    forEachKey(summary, (key) => {
      if (partition.ofKey(key) === reader) return;
      const stray = { text: key.join(), reader };
      const known = strays.get(digest(key));
      if (known === undefined) strays.set(digest(key), [stray]);
      else known.push(stray);
    });
  });
  if (strays.size === 0) return false;
  return summaries.some((summary, reader) => {
    let isFound = false;
    forEachKey(summary, (key) => {
      const alike = strays.get(digest(key));
      if (alike === undefined || isFound) return;
      const text = key.join();
      isFound = alike.some((stray) => stray.reader !== reader && stray.text === text);
    });
    return isFound;
  });
}

function digest(key: Uint32Array): number {
  let h = 0;
  for (let k = 0; k < KEY_WORDS; k++) h = Math.imul(h ^ key[k]!, 0x9e3779b1) ^ (h >>> 13);
  return h;
}

/** Whether one reader has an expectation about an endpoint that another has a conversation with. */
function expectOthers(summaries: readonly SessionSummary[]): boolean {
  const expected = new Map<string, number[]>();
  summaries.forEach(({ expectations }, reader) => {
    for (const expectation of expectations)
      expected.set(expectation, [...(expected.get(expectation) ?? []), reader]);
  });
  if (expected.size === 0) return false;
  const ports = new Set([...expected.keys()].map((text) => Number(text.slice(text.lastIndexOf(' ') + 1))));
  return summaries.some((summary, reader) => {
    let isFound = false;
    const look = (key: Uint32Array, address: number, port: number): void => {
      if (isFound || !ports.has(port)) return;
      const transport = key[KIND]! >>> 8;
      isFound = [addressText(key, address), ''].some((text) =>
        expected.get(`${transport} ${text} ${port}`)?.some((who) => who !== reader),
      );
    };
    forEachKey(summary, (key) => {
      look(key, LOW, key[PORTS]! >>> 16);
      look(key, HIGH, key[PORTS]! & 0xffff);
    });
    return isFound;
  });
}

function addressText(key: Uint32Array, at: number): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < 4; k++) view.setUint32(k * 4, key[at + k]!);
  const kind = key[KIND]! & 0xff;
  if (kind === IPV4) return ipv4Address(bytes, 0);
  return kind === IPV6 ? ipv6Address(bytes, 0) : '';
}
