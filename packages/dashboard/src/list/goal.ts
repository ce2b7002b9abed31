// Parses the input of `Go to`: a packet number, or a time whose first packet is meant.

export type Goal =
  | { kind: 'number'; number: number }
  /** Decimal seconds since 1970. */
  | { kind: 'time'; time: string };

const NUMBER = /^\d{1,3}(?:[ ,]\d{3})+$|^\d{1,15}$/;
const SECONDS = /^(\d{1,9}\.\d{1,9})\s*s?$|^(\d{1,9})\s*s$/;
const CLOCK = /^(?:(\d{4}-\d\d-\d\d)[ T])?(\d{1,2}:\d\d(?::\d\d)?)(\.\d{1,9})?(Z?)$/;

/**
 * Parses the input. `1,234` is a packet number; `12.5` and `90 s` are seconds since the beginning; `11:53:24.1` is a
 * time of day in this browser's time zone, on the date before it or else on the day of the beginning; a Z at the end
 * makes it UTC.
 * @param beginning start of what is shown, as decimal seconds since 1970
 * @returns null if the input is none of these
 */
export function goalOf(text: string, beginning: string | null): Goal | null {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) {
    const number = Number(trimmed.replace(/[ ,]/g, ''));
    return number > 0 ? { kind: 'number', number } : null;
  }
  if (beginning === null) return null;
  const seconds = SECONDS.exec(trimmed);
  if (seconds !== null) {
    const after = Number(beginning) + Number(seconds[1] ?? seconds[2]);
    return { kind: 'time', time: after.toFixed(6) };
  }
  const clock = CLOCK.exec(trimmed);
  return clock === null ? null : timeOfDay(clock, Number(beginning));
}

function timeOfDay(
  [, date, clock = '', fraction = '', zone = '']: RegExpExecArray,
  near: number,
): Goal | null {
  const zoneName = zone === 'Z' ? 'UTC' : undefined;
  const day = date ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zoneName }).format(near * 1000);
  const ms = Date.parse(`${day}T${clock.padStart(clock.length < 6 ? 5 : 8, '0')}${zone}`);
  return Number.isNaN(ms) ? null : { kind: 'time', time: `${ms / 1000}${fraction}` };
}
