// A store in memory that keeps what it is given, and can be told to fail: what the pipeline's own tests look at.
import { flowRows } from '@eyrie/dissect';
import {
  type Begun,
  type CaptureOrigin,
  type CaptureRow,
  type ClockReading,
  type FindingRow,
  type FlowRow,
  type NameRow,
  type Store,
  type StoreBatch,
  StoreError,
  type StoreErrorCode,
  type Written,
} from '@eyrie/store';

export interface Kept {
  /** frame.number of all packets, in the order of storing. */
  numbers: number[];
  offsets: number[];
  streams: string[];
  flows: FlowRow[];
  names: NameRow[];
  findings: FindingRow[];
  dropped: number;
  sequences: Set<number>;
}

export class MemoryStore {
  readonly rows: CaptureRow[] = [];
  readonly kept = new Map<string, Kept>();
  /** Batches that may still come in before `failWith` is thrown; Infinity: never. */
  failAfter = Infinity;
  failWith: StoreErrorCode = 'ERR_STORE_AWAY';
  /** Batches that are refused for good. */
  refuses: (batch: StoreBatch) => boolean = () => false;
  writes = 0;
  /** Called before each batch is stored. */
  onWrite: (batch: StoreBatch) => void = () => {};

  /** As the interface that services want; methods that they don't use are not there. */
  get store(): Store {
    return this as unknown as Store;
  }

  async beginCapture(origin: CaptureOrigin, { again = false } = {}): Promise<Begun> {
    const known = this.rows.find(
      ({ key, hash }) => key === origin.key || (hash !== null && hash === origin.hash),
    );
    if (known !== undefined && !again) return { capture: known, isNew: false };
    const key = known === undefined ? origin.key : `${origin.key}#${this.rows.length}`;
    return { capture: this.#add({ ...origin, key }), isNew: true };
  }

  async endCapture(id: number, problem: string | null = null): Promise<CaptureRow> {
    const row = this.rows[id - 1]!;
    Object.assign(row, { ended: 1, problem });
    return row;
  }

  async claimCapture(): Promise<boolean> {
    return true;
  }

  async releaseCapture(): Promise<void> {}

  async moveCapture(id: number, file: string): Promise<CaptureRow> {
    return Object.assign(this.rows[id - 1]!, { file });
  }

  async capture(id: number): Promise<CaptureRow | null> {
    return this.rows[id - 1] ?? null;
  }

  async clockAt(capture: number): Promise<ClockReading | null> {
    return this.rows[capture - 1]?.clock ?? null;
  }

  async captureByKey(key: string): Promise<CaptureRow | null> {
    return this.rows.find((row) => row.key === key) ?? null;
  }

  async captures(): Promise<CaptureRow[]> {
    return this.rows.toReversed();
  }

  async write(batch: StoreBatch): Promise<Written> {
    this.writes++;
    this.onWrite(batch);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.refuses(batch)) throw new StoreError('ERR_STORE_BATCH', 'never');
    if (this.failAfter-- <= 0) throw new StoreError(this.failWith, 'the store is away');
    const row = (await this.captureByKey(batch.source)) ?? this.#add(originOf(batch));
    const kept = this.kept.get(row.key)!;
    if (kept.sequences.has(batch.sequence))
      return { applied: false, capture: row.id, packets: 0, firstId: null };
    kept.sequences.add(batch.sequence);
    const packets = batch.packets?.length ?? 0;
    for (let i = 0; i < packets; i++) {
      kept.numbers.push(batch.packets!.number[i]!);
      kept.offsets.push(batch.packets!.fileOffset[i]!);
      kept.streams.push(`${batch.packets!.transport[i]} ${batch.packets!.stream[i]}`);
    }
    kept.flows.push(...batch.flows);
    if (batch.flowColumns !== undefined) kept.flows.push(...flowRows(batch.flowColumns));
    kept.names.push(...batch.names);
    kept.findings.push(...batch.findings);
    for (const drop of batch.drops) kept.dropped += drop.packets;
    const nextSequence = Math.max(row.nextSequence, batch.sequence + 1);
    const clock = batch.origin?.clock ?? row.clock ?? null;
    const { reported = row.reported } = batch;
    Object.assign(row, {
      packets: row.packets + packets,
      nextSequence,
      drops: kept.dropped,
      clock,
      reported,
    });
    return { applied: true, capture: row.id, packets, firstId: packets === 0 ? null : kept.numbers.length };
  }

  async close(): Promise<void> {}

  #add(origin: CaptureOrigin): CaptureRow {
    const row: CaptureRow = {
      ...origin,
      id: this.rows.length + 1,
      begun: 0,
      ended: null,
      firstTime: null,
      lastTime: null,
      packets: 0,
      bytes: 0,
      drops: 0,
      nextSequence: 0,
      reported: null,
      problem: null,
    };
    this.rows.push(row);
    this.kept.set(row.key, {
      numbers: [],
      offsets: [],
      streams: [],
      flows: [],
      names: [],
      findings: [],
      dropped: 0,
      sequences: new Set(),
    });
    return row;
  }
}

function originOf({ source, origin }: StoreBatch): CaptureOrigin {
  return origin ?? { key: source, kind: 'live', name: source, file: null, hash: null };
}

/** Packets by conversation, summed up over all that was reported of it. */
export function sums(flows: readonly FlowRow[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { transport, stream, toServer, toClient } of flows) {
    const key = `${transport} ${stream}`;
    all.set(key, (all.get(key) ?? 0) + toServer.packets + toClient.packets);
  }
  return all;
}

/** What differs between reports of the same. */
const OF_ONE_REPORT = ['count', 'frame', 'time', 'last'];

/** How often each finding or name occurred, as a store adds them up. */
export function counts(rows: readonly (FindingRow | NameRow)[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify(row, (name, value) => (OF_ONE_REPORT.includes(name) ? undefined : value));
    all.set(key, (all.get(key) ?? 0) + (row.count ?? 1));
  }
  return all;
}
