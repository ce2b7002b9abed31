// The packets of a selection in order, dissected from their bytes with all that came before them in their captures: for
// what the store's columns do not have. It ends at a bound of packets or of time; `isWhole` is then false.
import { compileExpression, type Packet, type Session } from '@eyrie/dissect';
import type { CaptureRow, PacketRow, Selection, Store } from '@eyrie/store';
import { given } from '../terms.ts';
import { ignoreGone } from './decide.ts';
import type { Redissector } from './redissect.ts';
import type { Turn } from './turns.ts';
import type { Walk } from './walk.ts';

/** Packets of one selection that are read again. */
export const SURVEY_PACKETS_MAX = 1_000_000;
/** Time for one survey, which goes through about a million packets a second. */
const SURVEY_MS_MAX = 15_000;
/** Time for one of more than the usual effort, the waiting for others included. */
const FAR_MS_MAX = 300_000;
const ROWS = 5000;
/** Captures that are read at once: those of live captures are interleaved. */
const WALKS_MAX = 4;

export interface Surveyed {
  /** Packets that were read again. */
  readonly packets: number;
  /** Whether it went on to the last packet. */
  readonly isWhole: boolean;
  /** Names of captures whose bytes are no longer available. */
  readonly gone: readonly string[];
}

export interface Surveyor {
  /** A capture begins; before its first packet. */
  begin?(capture: CaptureRow, session: Session): void;
  /** A packet that passes, borrowed until this returns. False: no more are wanted. */
  see(p: Packet, row: PacketRow): boolean;
  /** A packet that columns decided; without this, its bytes are read as well. */
  count?(row: PacketRow): void;
  /** Waits for a slow reader. With it the survey has no bounds: it is as long as what is sent. */
  drained?(): Promise<void>;
  /** The bytes are not available: whether the packet passes is unknown. */
  miss?(row: PacketRow): void;
}

/** What a survey takes from the service. */
export interface Surveyable {
  readonly store: Store;
  readonly redissector: Redissector;
}

export interface Reach {
  /** How many times the usual time and packets it may take. Default 1. */
  readonly effort?: number;
  /** Shared with others while it goes on. Default: it is alone. */
  readonly turn?: Turn;
}

/**
 * @param left aborted when the client has disconnected
 * @throws FilterError; the reason of `left`
 */
export async function survey(
  { store, redissector }: Surveyable,
  selection: Selection,
  surveyor: Surveyor,
  left: AbortSignal,
  { effort = 1, turn }: Reach = {},
): Promise<Surveyed> {
  const isBounded = surveyor.drained === undefined;
  const most = Math.min(SURVEY_MS_MAX * effort, FAR_MS_MAX);
  const late = isBounded ? AbortSignal.timeout(most) : new AbortController().signal;
  const enough = new AbortController();
  const signal = AbortSignal.any([left, late, enough.signal]);
  const checkpoint = async (): Promise<void> => {
    signal.throwIfAborted();
    await turn?.share();
  };
  const walks = new OpenWalks(store, redissector, surveyor, checkpoint);
  let after: string | undefined;
  try {
    do {
      // There may be pages without a packet to read again.
      await checkpoint();
      const page = await store.packets({ ...selection, limit: ROWS, ...given('after', after) });
      const passes = page.rest === null ? null : compileExpression(page.rest, selection.filter ?? '');
      for (const run of runsOf(page.items, surveyor.count?.bind(surveyor))) {
        await surveyor.drained?.();
        await walks.visit(run, (p, row) => {
          if (enough.signal.aborted || (passes !== null && row.isCandidate && !passes(p))) return;
          if (!surveyor.see(p, row)) enough.abort();
        });
        if (isBounded && walks.packets >= SURVEY_PACKETS_MAX * effort) return walks.result(false);
      }
      after = page.next ?? undefined;
    } while (after !== undefined);
    return walks.result(true);
  } catch (error) {
    if (left.aborted || !signal.aborted) throw error;
    return walks.result(enough.signal.aborted);
  } finally {
    await walks.close();
  }
}

/** Rows to be read again, split where another capture begins; the others are counted. */
function* runsOf(
  rows: readonly PacketRow[],
  count: ((row: PacketRow) => void) | undefined,
): Generator<PacketRow[], void, void> {
  let run: PacketRow[] = [];
  for (const row of rows) {
    if (count !== undefined && !row.isCandidate) {
      count(row);
      continue;
    }
    if (run.length > 0 && run[0]!.capture !== row.capture) {
      yield run;
      run = [];
    }
    run.push(row);
  }
  if (run.length > 0) yield run;
}

class OpenWalks {
  readonly #store: Store;
  readonly #redissector: Redissector;
  readonly #surveyor: Surveyor;
  readonly #checkpoint: () => Promise<void>;
  /** By capture, the latest used last. */
  readonly #walks = new Map<number, Walk>();
  readonly #gone = new Map<number, string>();
  packets = 0;

  constructor(store: Store, redissector: Redissector, surveyor: Surveyor, checkpoint: () => Promise<void>) {
    this.#store = store;
    this.#redissector = redissector;
    this.#surveyor = surveyor;
    this.#checkpoint = checkpoint;
  }

  /** Rows of one capture, whose numbers rise. */
  async visit(rows: readonly PacketRow[], see: (p: Packet, row: PacketRow) => void): Promise<void> {
    await this.#checkpoint();
    const { capture } = rows[0]!;
    const walk = await this.#walkOf(capture, rows[0]!.number);
    let seen = 0;
    if (walk !== null) {
      const numbers = rows.map(({ number }) => number);
      const isWhole = await walk
        .visit(
          numbers,
          (p, _frame, i) => {
            seen = i + 1;
            see(p, rows[i]!);
          },
          this.#checkpoint,
        )
        .catch(ignoreGone);
      if (isWhole !== true) await this.#lose(capture);
    }
    this.packets += seen;
    if (walk === null || this.#gone.has(capture))
      for (const row of rows.slice(seen)) this.#surveyor.miss?.(row);
  }

  result(isWhole: boolean): Surveyed {
    return { packets: this.packets, isWhole, gone: [...this.#gone.values()] };
  }

  async close(): Promise<void> {
    for (const walk of this.#walks.values()) await walk.close();
  }

  async #walkOf(id: number, first: number): Promise<Walk | null> {
    if (this.#gone.has(id)) return null;
    let walk = this.#walks.get(id);
    this.#walks.delete(id);
    if (walk !== undefined && walk.number >= first) {
      await walk.close();
      walk = undefined;
    }
    walk ??= await this.#open(id);
    if (walk === undefined) return null;
    this.#walks.set(id, walk);
    if (this.#walks.size > WALKS_MAX) {
      const [oldest, its] = this.#walks.entries().next().value!;
      this.#walks.delete(oldest);
      await its.close();
    }
    return walk;
  }

  async #open(id: number): Promise<Walk | undefined> {
    const capture = await this.#store.capture(id);
    if (capture === null) return undefined;
    const walk = await this.#redissector.walk(capture).catch(ignoreGone);
    if (walk === undefined) this.#gone.set(id, capture.name);
    else this.#surveyor.begin?.(capture, walk.session);
    return walk;
  }

  async #lose(id: number): Promise<void> {
    this.#gone.set(id, (await this.#store.capture(id))?.name ?? String(id));
    await this.#walks.get(id)?.close();
    this.#walks.delete(id);
  }
}
