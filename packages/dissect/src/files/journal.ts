// Entries of the systemd journal in pcapng, draft-ietf-opsawg-pcapng §4.8: text in the journal's export format.

import type { Frame } from './frame.ts';

const TIME_FIELD = '__REALTIME_TIMESTAMP=';
const DIGITS_MAX = 16;

/** Takes the frame's time from the entry in `data[start, end)`: microseconds since the epoch, in decimal digits. */
export function readJournalTime(frame: Frame, data: Uint8Array, start: number, end: number): void {
  const digitsAt = findText(data, start, end, TIME_FIELD);
  if (digitsAt < 0) return;
  let microseconds = 0;
  let at = digitsAt;
  while (at < end && at < digitsAt + DIGITS_MAX && data[at]! >= 0x30 && data[at]! <= 0x39) {
    microseconds = microseconds * 10 + data[at]! - 0x30;
    at += 1;
  }
  if (at === digitsAt) return;
  frame.seconds = Math.floor(microseconds / 1e6);
  frame.nanoseconds = (microseconds % 1e6) * 1000;
  frame.hasTime = true;
}

/** End of `text` in `data[start, end)`, or -1. */
function findText(data: Uint8Array, start: number, end: number, text: string): number {
  const first = text.charCodeAt(0);
  for (
    let at = data.indexOf(first, start);
    at >= 0 && at + text.length <= end;
    at = data.indexOf(first, at + 1)
  ) {
    let length = 1;
    while (length < text.length && data[at + length] === text.charCodeAt(length)) length += 1;
    if (length === text.length) return at + length;
  }
  return -1;
}
