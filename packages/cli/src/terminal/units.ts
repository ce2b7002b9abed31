// Amounts as a person likes to read them.

/** 1,234,567 */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 packet`, `2,345 packets` */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Decimal units, three digits: `2.23 MB`. */
export function bytesText(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

export function bitRateText(bitsPerSecond: number): string {
  return scaled(bitsPerSecond, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${units[unit]}`;
}

/** Of a share from 0 to 1, seven characters: `  61.5 %`. */
export function percentText(share: number): string {
  const value = share * 100;
  return `${value >= 99.95 ? '100' : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)} %`.padStart(7);
}

const SPANS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** `3 min 40 s`, `1.5 s`, `20 ms`, `0.4 ms`. */
export function durationText(seconds: number): string {
  if (seconds < 0.001) return `${Number((seconds * 1000).toFixed(3))} ms`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const first = SPANS.findIndex(([size]) => whole >= size);
  let rest = whole;
  const parts: string[] = [];
  for (const [size, name] of SPANS.slice(first, first + 2)) {
    if (parts.length === 0 || rest >= size) parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return parts.join(' ');
}
