// Recorded sessions in asciicast version 2, playable with asciinema. Bytes are encoded as latin1, to be lossless.
import type { MeshStamp } from '../mesh-time/index.ts';
import type { VisitSummary } from './segments.ts';
import type { Direction, Tape } from './tape.ts';

export interface CastHeader {
  readonly session: string;
  readonly protocol: string;
  readonly source: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The same in mesh time; null if no peer runs. */
  readonly meshTime: MeshStamp | null;
}

export interface CastEvent {
  /** Seconds since the start. */
  readonly at: number;
  readonly direction: Direction;
  readonly text: string;
}

export function castOf(tape: Tape, { session, protocol, source, port, time, meshTime }: CastHeader): string {
  const header = {
    version: 2,
    width: 80,
    height: 24,
    timestamp: Math.floor(time / 1000),
    title: `${protocol} from ${source} to port ${port}`,
    eyrie: { session, protocol, source, port, time, meshTime, encoding: 'latin1' },
  };
  const lines = [JSON.stringify(header)];
  for (const { atMs, direction, isPlayed, bytes } of tape.entries())
    if (isPlayed) lines.push(JSON.stringify([atMs / 1000, direction, bytes.toString('latin1')]));
  return `${lines.join('\n')}\n`;
}

/** Summary for the list of visits. */
export function summaryOf(tape: Tape, header: CastHeader): VisitSummary {
  let [seconds, bytesIn, bytesOut] = [0, 0, 0];
  for (const { atMs, direction, isPlayed, bytes } of tape.entries()) {
    if (!isPlayed) continue;
    seconds = atMs / 1000;
    if (direction === 'i') bytesIn += bytes.length;
    else bytesOut += bytes.length;
  }
  return { ...header, seconds, bytesIn, bytesOut };
}

/** Parses a cast; null if the text is none of ours. */
export function readCast(text: string): { header: CastHeader; events: CastEvent[] } | null {
  try {
    const [first = '', ...rest] = text.trimEnd().split('\n');
    const header = JSON.parse(first).eyrie as CastHeader;
    if (typeof header.session !== 'string') return null;
    const events = rest.map((line) => {
      const [at, direction, data] = JSON.parse(line) as [number, Direction, string];
      return { at, direction, text: data };
    });
    return { header, events };
  } catch {
    return null;
  }
}
