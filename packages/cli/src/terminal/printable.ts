/** Untrusted text without control characters, which could move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\u{fffd}');
}

/** The same on one line: a line of a log is one event, also where peers wrote parts of it. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, ' ');
}
