// Reads the recorded visits from disk: the list, and the content of one.
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CastEvent, readCast } from './cast.ts';
import { CASTS, INDEX, type IndexLine, PACKETS, type Place, sizeOf, type VisitSummary } from './segments.ts';

export type { VisitSummary } from './segments.ts';

export interface VisitRecord extends VisitSummary {
  readonly events: readonly CastEvent[];
}

/** Index lines cached; those of older segments are read again. */
const LINES_MAX = 50_000;

interface Index {
  readonly bytes: number;
  readonly lines: readonly IndexLine[];
}

/** Reads a folder of records repeatedly; an index that has not grown is not read again. */
export class Visits {
  readonly #folder: string;
  readonly #known = new Map<string, Index>();
  #lines = 0;

  /** @param folder the honeypot's, with `sessions/` in it; it need not exist yet */
  constructor(folder: string) {
    this.#folder = join(folder, 'sessions');
  }

  /** Lists visits, newest first. */
  async list(limit: number): Promise<VisitSummary[]> {
    const found: VisitSummary[] = [];
    for await (const { line } of this.#all()) {
      if (found.length >= limit) break;
      const { cast: _, packets: __, ...summary } = line;
      found.push(summary);
    }
    return found;
  }

  /** Reads a visit; null if there is none. */
  async read(session: string): Promise<VisitRecord | null> {
    const found = await this.#find(session);
    if (found === null) return null;
    const text = await this.#bytes(found.segment + CASTS, found.line.cast);
    const cast = text === null ? null : readCast(text.toString());
    if (cast === null) return null;
    const { cast: _, packets: __, ...summary } = found.line;
    return { ...summary, events: cast.events };
  }

  /** The visit as an asciicast; null if there is none. */
  async cast(session: string): Promise<string | null> {
    const found = await this.#find(session);
    if (found === null) return null;
    return (await this.#bytes(found.segment + CASTS, found.line.cast))?.toString() ?? null;
  }

  /** The visit's packets as pcapng; null if there is no such visit, or it has no packets. */
  async packets(session: string): Promise<Buffer | null> {
    const found = await this.#find(session);
    if (found === null || found.line.packets === null) return null;
    return this.#bytes(found.segment + PACKETS, found.line.packets);
  }

  async #find(session: string): Promise<{ segment: string; line: IndexLine } | null> {
    for await (const found of this.#all()) if (found.line.session === session) return found;
    return null;
  }

  /** Yields index lines, the most recently ended visit first. */
  async *#all(): AsyncGenerator<{ segment: string; line: IndexLine }> {
    const names = (await readdir(this.#folder).catch(absent)) ?? [];
    // Segments are named by their start time.
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
    this.#evict(name);
    this.#known.set(name, index);
    this.#lines += index.lines.length;
    while (this.#lines > LINES_MAX && this.#known.size > 1) this.#evict(this.#known.keys().next().value!);
    return index;
  }

  #evict(name: string): void {
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

/** Parses an index line; empty if it is incomplete or damaged. */
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

/** Records may be deleted while they are read: treat them as absent. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}
