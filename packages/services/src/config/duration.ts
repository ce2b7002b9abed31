const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds in `90s`, `10m`, `12h` or `30d`, as options of the configuration have them; 0 of `0`. */
export function secondsIn(text: string): number {
  return Number.parseFloat(text) * (UNIT_SECONDS[text.at(-1)!] ?? 0);
}
