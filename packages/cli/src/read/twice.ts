// `-2`: two passes over the file, for fields that depend on later packets, such as the response to a request.
import { existsSync, fstatSync, statSync } from 'node:fs';
import { Ahead, type Packet, type Predicate } from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { type ReadPlan, type ReadResult, run } from './run.ts';

/** Reopens a redirected standard input from its beginning; on Linux only. */
const REDIRECTED = '/proc/self/fd/0';

/** Reads the file after a first pass that collects references to later packets. @throws UserError */
export async function runTwice(plan: ReadPlan): Promise<ReadResult> {
  const path = pathToReadAgain(plan.path);
  const ahead = new Ahead();
  const read = plan.readFilter === null ? null : new Verdicts(plan.readFilter);
  const first = await run({
    ...plan,
    path,
    ahead,
    readFilter: read?.first ?? null,
    filter: null,
    printers: async () => [],
    statistics: [],
  });
  if (first.isInterrupted) return first;
  ahead.turn();
  plan.names?.complete();
  return await run({ ...plan, path, ahead, readFilter: read?.again ?? null });
}

/** A file that was redirected to standard input (`< FILE`) can be opened by its descriptor again and again; a pipe can't. */
function pathToReadAgain(path: string): string {
  const status = path === '-' ? fstatSync(0) : statSync(path, { throwIfNoEntry: false });
  if (path === '-' && status?.isFile() && existsSync(REDIRECTED)) return REDIRECTED;
  if (path === '-' || status?.isFIFO())
    throw new UserError(
      '-2 reads the capture twice, which a pipe does not allow; save it to a file first, or redirect a file (< FILE)',
    );
  return path;
}

/**
 * -R applies in the first pass, as in tshark: the packets and their numbers must not depend on results of the second.
 */
class Verdicts {
  /** One bit per packet. */
  #bits = new Uint8Array(1 << 13);
  #count = 0;
  #told = 0;
  readonly first: Predicate;
  readonly again: Predicate = () => this.#next();

  constructor(filter: Predicate) {
    const { isTimed = false } = filter;
    this.first = Object.assign((p: Packet) => this.#keep(filter(p)), { isTimed });
  }

  #keep(isIn: boolean): boolean {
    const at = this.#count++;
    if (at >> 3 >= this.#bits.length) {
      const larger = new Uint8Array(2 * this.#bits.length);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    if (isIn) this.#bits[at >> 3]! |= 1 << (at & 7);
    return isIn;
  }

  #next(): boolean {
    const at = this.#told++;
    return (this.#bits[at >> 3]! & (1 << (at & 7))) !== 0;
  }
}
