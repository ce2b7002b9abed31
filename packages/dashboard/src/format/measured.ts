// Formats measured values with their units.
import { bitRate, bytes, short } from './numbers.ts';
import { duration } from './time.ts';

/** Formats a value by its attribute's unit; – for null. */
export function measured(value: number | null, unit: string): string {
  if (value === null) return '–';
  switch (unit) {
    case '%':
      return `${value.toFixed(value < 10 ? 1 : 0)} %`;
    case 'bytes':
      return bytes(value);
    case 'bytes/s':
      return `${bytes(value)}/s`;
    case 'bits/s':
      return bitRate(value);
    case '1/s':
      return `${short(value)}/s`;
    case 's':
      return duration(value);
    case 'ms':
      return duration(value / 1000);
    case '°C':
      return `${value.toFixed(0)} °C`;
    default:
      return short(value);
  }
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(cpu\.(used|free)|memory\.used|storage\.used)$/, '%'],
  [/^(memory|storage)\.(total|free)$/, 'bytes'],
  [/^(storage\.(read|write)|net\.(rx|tx)|bytes)$/, 'bytes/s'],
  [/^net\.free$/, 'bits/s'],
  [/^(net\.(errors|drops)|packets|queries)$/, '1/s'],
  [/^uptime$/, 's'],
  [/^(latency|clock\.(ahead|uncertainty))$/, 'ms'],
  [/^temperature$/, '°C'],
];

/** The unit of an attribute, or of an aggregate such as `p95(cpu.used)`. */
export function unitOf(name: string): string {
  if (/^count\b/.test(name)) return '';
  const inner = /\(([^)]+)\)/.exec(name)?.[1] ?? name;
  return UNITS.find(([pattern]) => pattern.test(inner))?.[1] ?? '';
}
