// What comes on the screen during a visit, and when. Bytes of visitors are text here, never commands to a terminal.
import type { Visit } from '../../api/types.ts';

type Event = Visit['events'][number];

/** A pause that nobody wants to sit through. */
const PAUSE_SECONDS_MAX = 2;
/** More than anyone reads; the rest is in the record. */
const CHARACTERS_MAX = 200_000;
/** There the answers repeat what the visitor typed. */
const ECHOED = new Set(['ssh', 'telnet']);

export interface Piece {
  /** Seconds from the beginning. */
  at: number;
  text: string;
  isVisitor: boolean;
}

/** The same events with no pause longer than two seconds. */
export function shortened(events: readonly Event[]): Event[] {
  let [before, cut] = [0, 0];
  return events.map((event) => {
    cut += Math.max(0, event.at - before - PAUSE_SECONDS_MAX);
    before = event.at;
    return { ...event, at: event.at - cut };
  });
}

/** All that comes on the screen, in order: a piece an event, as long as there is room. */
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

/** How many of them have come by a moment. */
export function countBy(pieces: readonly Piece[], at: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Backspaces take back, line ends end lines, other control characters are shown for what they are. */
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
