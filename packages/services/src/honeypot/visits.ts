// The visits on record, as they stand on disk: which there are, and what was said in one.
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CastEvent, readCast } from './cast.ts';
import { CASTS, INDEX, type IndexLine, PACKETS, type Place, sizeOf, type VisitSummary } from './segments.ts';

export type { VisitSummary } from './segments.ts';

export interface VisitRecord extends VisitSummary {
  readonly events: readonly CastEvent[];
}

/** Of all indices that are remembered; those of the oldest segments are read again. */
const LINES_MAX = 50_000;

interface Index {
  readonly bytes: number;
  readonly lines: readonly IndexLine[];
}

/** Reads a folder of records again and again; an index that has not grown is not read again. */
export class Visits {
  readonly #folder: string;
  readonly #known = new Map<string, Index>();
  #lines = 0;

  /** `folder`: the honeypot's, with `sessions/` in it; it need not be there yet. */
  constructor(folder: string) {
    this.#folder = join(folder, 'sessions');
  }

  /** Newest first. */
  async list(limit: number): Promise<VisitSummary[]> {
    const found: VisitSummary[] = [];
    for await (const { line } of this.#all()) {
      if (found.length >= limit) break;
      const { cast: _, packets: __, ...summary } = line;
      found.push(summary);
    }
    return found;
  }

  /** Null where there is no such visit. */
  async read(session: string): Promise<VisitRecord | null> {
    const found = await this.#find(session);
    if (found === null) return null;
    const text = await this.#bytes(found.segment + CASTS, found.line.cast);
    const cast = text === null ? null : readCast(text.toString());
    if (cast === null) return null;
    const { cast: _, packets: __, ...summary } = found.line;
    return { ...summary, events: cast.events };
  }

  /** As an asciicast; null where there is no such visit. */
  async cast(session: string): Promise<string | null> {
    const found = await this.#find(session);
    if (found === null) return null;
    return (await this.#bytes(found.segment + CASTS, found.line.cast))?.toString() ?? null;
  }

  /** Its packets as pcapng; null where there is no such visit, or it has none of its own. */
  async packets(session: string): Promise<Buffer | null> {
    const found = await this.#find(session);
    if (found === null || found.line.packets === null) return null;
    return this.#bytes(found.segment + PACKETS, found.line.packets);
  }

  async #find(session: string): Promise<{ segment: string; line: IndexLine } | null> {
    for await (const found of this.#all()) if (found.line.session === session) return found;
    return null;
  }

  /** Those that ended last first. */
  async *#all(): AsyncGenerator<{ segment: string; line: IndexLine }> {
    const names = (await readdir(this.#folder).catch(absent)) ?? [];
    // Named by when they were begun.
    const segments = names.filter((name) => name.endsWith(INDEX)).sort((a, b) => (a < b ? 1 : -1));
    for (const name of segments) {
      const { lines } = await this.#index(name);
      const segment = name.slice(0, -INDEX.length);
      for (const line of lines.toReversed()) yield { segment, line };
    }
  }

  async #index(name: string): Promise<Index> {
    const path = join(this.#folder, name);
    const known = this.#known.get(name);
    if (known !== undefined && known.bytes === (await sizeOf(path))) return known;
    const bytes = (await readFile(path).catch(absent)) ?? Buffer.alloc(0);
    const index = { bytes: bytes.length, lines: bytes.toString().split('\n').flatMap(lineOf) };
    this.#forget(name);
    this.#known.set(name, index);
    this.#lines += index.lines.length;
    while (this.#lines > LINES_MAX && this.#known.size > 1) this.#forget(this.#known.keys().next().value!);
    return index;
  }

  #forget(name: string): void {
    this.#lines -= this.#known.get(name)?.lines.length ?? 0;
    this.#known.delete(name);
  }

  async #bytes(name: string, { at, length }: Place): Promise<Buffer | null> {
    const file = await open(join(this.#folder, name)).catch(absent);
    if (file === null) return null;
    try {
      if (at + length > (await file.stat()).size) return null;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      return bytesRead === length ? buffer : null;
    } finally {
      await file.close();
    }
  }
}

/** Of a line that is being written, or damaged: none. */
function lineOf(text: string): IndexLine[] {
  try {
    const line = JSON.parse(text) as IndexLine;
    const isWhole = isPlace(line.cast) && (line.packets === null || isPlace(line.packets));
    return typeof line.session === 'string' && isWhole ? [line] : [];
  } catch {
    return [];
  }
}

function isPlace({ at, length }: Place): boolean {
  return [at, length].every((value) => Number.isSafeInteger(value) && value >= 0);
}

/** Records are tidied away while somebody looks: what is gone is not there. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}
