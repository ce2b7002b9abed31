// Converts a honeypot visit to timed text for replay. Visitors' bytes are rendered as text and never interpreted by a
// terminal.
import type { Visit } from '../../api/types.ts';

type Event = Visit['events'][number];

/** Longer pauses are shortened to this. */
const PAUSE_SECONDS_MAX = 2;
/** Bound on the replayed text; the record has all of it. */
const CHARACTERS_MAX = 200_000;
/** Protocols in which the server echoes the visitor's input. */
const ECHOED = new Set(['ssh', 'telnet']);

export interface Piece {
  /** Seconds since the start of the visit. */
  at: number;
  text: string;
  isVisitor: boolean;
}

/** Shortens pauses between events to PAUSE_SECONDS_MAX. */
export function shortened(events: readonly Event[]): Event[] {
  let [before, cut] = [0, 0];
  return events.map((event) => {
    cut += Math.max(0, event.at - before - PAUSE_SECONDS_MAX);
    before = event.at;
    return { ...event, at: event.at - cut };
  });
}

/** The text to show, one piece per event, up to CHARACTERS_MAX; input that the server echoes is left out. */
export function piecesOf(events: readonly Event[], protocol: string): Piece[] {
  const isEchoed = ECHOED.has(protocol);
  const pieces: Piece[] = [];
  let length = 0;
  for (const { at, direction, text } of events) {
    if (length > CHARACTERS_MAX) break;
    const isVisitor = direction === 'i';
    if (isVisitor && isEchoed) continue;
    const shown = harmless(text);
    length += shown.length;
    if (shown !== '') pieces.push({ at, text: shown, isVisitor });
  }
  return pieces;
}

/** The number of pieces up to a time. Binary search. */
export function countBy(pieces: readonly Piece[], at: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Applies backspaces, keeps line feeds and tabs, and replaces other control and non-ASCII characters by a dot. */
function harmless(text: string): string {
  let shown = '';
  for (const character of text.replaceAll('\r\n', '\n')) {
    const code = character.charCodeAt(0);
    if (character === '\b') shown = shown.slice(0, -1);
    else if (character === '\n' || character === '\t' || (code >= 0x20 && code < 0x7f)) shown += character;
    else if (character !== '\r' && code !== 0) shown += '·';
  }
  return shown;
}
