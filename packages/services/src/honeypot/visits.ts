// The visits on record, as they stand on disk: which there are, and what was said in one.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CastEvent, type CastHeader, readCast } from './cast.ts';

export interface VisitSummary extends CastHeader {
  /** From the first byte to the last. */
  readonly seconds: number;
  /** What the visitor sent, and what it was told. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface VisitRecord extends VisitSummary {
  readonly events: readonly CastEvent[];
}

const ENDING = '.cast';
/** Names of sessions as the honeypot gives them: nothing else is opened. */
const NAME = /^[\w-]{1,64}$/;
/** Summaries kept in memory: a record never changes once it is written. */
const KNOWN_MAX = 2_000;

/** Reads a folder of records again and again without reading each file again. */
export class Visits {
  readonly #folder: string;
  readonly #known = new Map<string, VisitSummary | null>();

  /** `folder`: the honeypot's, with `sessions/` in it; it need not be there yet. */
  constructor(folder: string) {
    this.#folder = join(folder, 'sessions');
  }

  /** Newest first. */
  async list(limit: number): Promise<VisitSummary[]> {
    const found: VisitSummary[] = [];
    for (const name of await this.#newest()) {
      if (found.length === limit) break;
      const summary = await this.#summaryOf(name);
      if (summary !== null) found.push(summary);
    }
    return found;
  }

  /** Null where there is no such visit. */
  async read(session: string): Promise<VisitRecord | null> {
    if (!NAME.test(session)) return null;
    const text = await readFile(join(this.#folder, session + ENDING), 'utf8').catch(absent);
    const cast = text === null ? null : readCast(text);
    return cast === null ? null : { ...summaryOf(cast), events: cast.events };
  }

  /** Its packets as pcapng; null where there is no such visit, or it has none of its own. */
  async packets(session: string): Promise<Buffer | null> {
    return NAME.test(session) ? readFile(join(this.#folder, `${session}.pcapng`)).catch(absent) : null;
  }

  async #newest(): Promise<string[]> {
    const names = (await readdir(this.#folder).catch(absent)) ?? [];
    const dated = await Promise.all(
      names
        .filter((name) => name.endsWith(ENDING))
        .map(async (name) => ({
          name,
          at: (await stat(join(this.#folder, name)).catch(absent))?.mtimeMs ?? 0,
        })),
    );
    return dated.sort((a, b) => b.at - a.at).map(({ name }) => name);
  }

  async #summaryOf(name: string): Promise<VisitSummary | null> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const text = await readFile(join(this.#folder, name), 'utf8').catch(absent);
    const cast = text === null ? null : readCast(text);
    const summary = cast === null ? null : summaryOf(cast);
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(name, summary);
    return summary;
  }
}

function summaryOf({ header, events }: { header: CastHeader; events: readonly CastEvent[] }): VisitSummary {
  const { session, protocol, source, port, time, meshTime } = header;
  const head = { session, protocol, source, port, time, meshTime };
  let [bytesIn, bytesOut] = [0, 0];
  for (const { direction, text } of events) {
    if (direction === 'i') bytesIn += text.length;
    else bytesOut += text.length;
  }
  return { ...head, seconds: events.at(-1)?.at ?? 0, bytesIn, bytesOut };
}

/** Records are tidied away while somebody looks: what is gone is not there. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}
