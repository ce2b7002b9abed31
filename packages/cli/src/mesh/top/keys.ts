// The effect of a key on the state of the screen.
import { COLUMNS } from './screen.ts';

export interface View {
  readonly column: string;
  readonly isReversed: boolean;
  readonly filter: string;
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  readonly at: number;
}

export const FIRST_VIEW: View = {
  column: 'cpu.used',
  isReversed: false,
  filter: '',
  isTyping: false,
  isPaused: false,
  at: 0,
};

const FILTER_MAX = 64;
const PAGE = 10;

/** Splits one chunk of input into keys: pasting, or typing over a slow connection, sends several at once. */
export function keysOf(input: string): string[] {
  // ECMA-48 §5.4; cursor keys in application mode begin with ESC O.
  return input.match(/\u001b(?:\[[\d;]*[ -~]|O[ -~])|[\s\S]/g) ?? [];
}

/** Null to quit. `rows`: the number of rows shown. */
export function pressed(view: View, key: string, rows: number): View | null {
  if (key === '\u0003') return null;
  if (view.isTyping) return typed(view, key);
  const to = (at: number): View => ({ ...view, at: Math.max(0, Math.min(rows - 1, at)) });
  switch (key) {
    case 'q':
      return null;
    case '\u001b[A':
    case 'k':
      return to(view.at - 1);
    case '\u001b[B':
    case 'j':
      return to(view.at + 1);
    case '\u001b[5~':
      return to(view.at - PAGE);
    case '\u001b[6~':
      return to(view.at + PAGE);
    case '\u001b[H':
    case 'g':
      return to(0);
    case '\u001b[F':
    case 'G':
      return to(rows - 1);
    case '>':
    case '\u001b[C':
      return { ...view, column: beside(view.column, 1) };
    case '<':
    case '\u001b[D':
      return { ...view, column: beside(view.column, -1) };
    case 'r':
      return { ...view, isReversed: !view.isReversed };
    case '/':
      return { ...view, isTyping: true };
    case ' ':
      return { ...view, isPaused: !view.isPaused };
    default:
      return view;
  }
}

function beside(column: string, step: number): string {
  const at = COLUMNS.findIndex(({ id }) => id === column);
  return COLUMNS[(at + step + COLUMNS.length) % COLUMNS.length]!.id;
}

function typed(view: View, key: string): View {
  if (key === '\r' || key === '\n') return { ...view, isTyping: false };
  if (key === '\u001b') return { ...view, isTyping: false, filter: '', at: 0 };
  if (key === '\u007f' || key === '\b') return { ...view, filter: view.filter.slice(0, -1), at: 0 };
  const text = /^[\x20-\x7e]+$/.test(key) ? key : '';
  return { ...view, filter: (view.filter + text).slice(0, FILTER_MAX), at: 0 };
}
