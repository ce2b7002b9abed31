// One series of an I/O graph: packets and bytes over time that pass a filter. What the store's columns can't decide of the
// filter is decided from the packets' bytes, as far as a survey goes.
import type { Selection, Timeline } from '@eyrie/store';
import type { IoGraph } from '../schemas/index.ts';
import { type Surveyable, survey } from './survey.ts';
import { withFilter } from './with-filter.ts';

export interface IoGraphRequest {
  readonly selection: Selection;
  /** Of this series, beside that of the selection. */
  readonly filter: string;
  readonly buckets: number;
}

/** @param left aborted when the client has disconnected @throws FilterError */
export async function ioGraph(of: Surveyable, request: IoGraphRequest, left: AbortSignal): Promise<IoGraph> {
  const selection = withFilter(request.selection, request.filter);
  const found = await of.store.timeline({ ...selection, buckets: request.buckets });
  if (found.exact) return answerOf(found, true);
  const decided = new Buckets(found);
  const { isWhole, gone } = await survey(
    of,
    selection,
    {
      count: (row) => decided.add(row),
      see: (_p, row) => {
        decided.add(row);
        return true;
      },
    },
    left,
  );
  // Undecided packets could be anywhere in time: then all that may pass is drawn.
  if (!isWhole || gone.length > 0) return answerOf(found, false);
  return { ...answerOf(found, true), packets: decided.packets, bytes: decided.bytes };
}

function answerOf({ start, bucketSeconds, series }: Timeline, isExact: boolean): IoGraph {
  return {
    start: Number(start ?? 0),
    step: bucketSeconds,
    packets: [...(series[0]?.packets ?? [])],
    bytes: [...(series[0]?.bytes ?? [])],
    is_exact: isExact,
  };
}

class Buckets {
  readonly #start: bigint;
  readonly #width: bigint;
  readonly packets: number[];
  readonly bytes: number[];

  constructor({ start, bucketSeconds, buckets }: Timeline) {
    this.#start = nanoseconds(start ?? '0.000000000');
    this.#width = BigInt(Math.round(bucketSeconds * 1e9));
    this.packets = new Array<number>(buckets).fill(0);
    this.bytes = new Array<number>(buckets).fill(0);
  }

  add({ time, length }: { readonly time: string; readonly length: number }): void {
    const at = Number((nanoseconds(time) - this.#start) / this.#width);
    // More packets may have arrived since the buckets were laid out.
    if (at < 0 || at >= this.packets.length) return;
    this.packets[at]! += 1;
    this.bytes[at]! += length;
  }
}

/** Of seconds with nine decimals. */
function nanoseconds(time: string): bigint {
  return BigInt(time.replace('.', ''));
}
