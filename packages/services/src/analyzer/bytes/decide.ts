// Evaluates filters that the store's columns cannot decide: reads the packets in question again.
import { compileExpression, type Predicate } from '@eyrie/dissect';
import type { CaptureRow, Exactness, PacketRow, Store } from '@eyrie/store';
import type { Redissector } from './redissect.ts';

/** Evaluates a filter's undecided part over rows of one or more captures. */
export class Decider {
  readonly #store: Store;
  readonly #redissector: Redissector;
  readonly #isPatient: boolean;
  readonly #captures = new Map<number, CaptureRow | null>();
  /** False once a row could not be decided, or only without its context. */
  isExact = true;

  /** @param isPatient see Redissector.each */
  constructor(store: Store, redissector: Redissector, isPatient: boolean) {
    this.#store = store;
    this.#redissector = redissector;
    this.#isPatient = isPatient;
  }

  /** Returns the matching rows; a row whose bytes are not available is kept, because it may match. */
  async passing(
    rows: readonly PacketRow[],
    { exact, rest }: Exactness,
    filter: string,
  ): Promise<PacketRow[]> {
    if (exact || rest === null) return [...rows];
    const predicate = compileExpression(rest, filter);
    const refused = new Set<number>();
    for (const [capture, candidates] of byCapture(rows.filter((row) => row.isCandidate)))
      await this.#decide(capture, candidates, predicate, refused);
    return rows.filter((row) => !refused.has(row.id));
  }

  async capture(id: number): Promise<CaptureRow | null> {
    let capture = this.#captures.get(id);
    if (capture === undefined) {
      capture = await this.#store.capture(id);
      this.#captures.set(id, capture);
    }
    return capture;
  }

  async #decide(id: number, rows: PacketRow[], predicate: Predicate, refused: Set<number>): Promise<void> {
    const capture = await this.capture(id);
    if (capture === null || capture.file === null) {
      this.isExact = false;
      return;
    }
    const context = await this.#redissector
      .each(
        capture,
        rows,
        (p, row) => {
          if (!predicate(p)) refused.add(row.id);
        },
        this.#isPatient,
      )
      .catch(ignoreGone);
    if (context?.isWhole !== true) this.isExact = false;
  }
}

/** Tolerates a capture file that was moved or truncated: the columns remain. */
export function ignoreGone(error: unknown): undefined {
  const code = (error as { code?: string }).code ?? '';
  if (code !== 'bytes_gone' && !code.startsWith('ERR_CAPTURE')) throw error;
}

/** Groups rows by capture, in ascending packet order. */
export function byCapture(rows: readonly PacketRow[]): Map<number, PacketRow[]> {
  const groups = new Map<number, PacketRow[]>();
  for (const row of rows) {
    const group = groups.get(row.capture);
    if (group === undefined) groups.set(row.capture, [row]);
    else group.push(row);
  }
  for (const group of groups.values()) group.sort((a, b) => a.number - b.number);
  return groups;
}
