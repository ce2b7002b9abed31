// Text formats for clock offsets, uncertainties and rates.
import { duration } from '../../format/time.ts';

/** `1.2 ms ahead of the mesh`, `40 µs behind the mesh` */
export function aheadText(ms: number): string {
  if (Math.abs(ms) < 5e-4) return 'with the mesh';
  return `${duration(Math.abs(ms) / 1000)} ${ms < 0 ? 'behind' : 'ahead of'} the mesh`;
}

/** `± 30 µs` */
export function withinText(ms: number | null): string {
  return ms === null ? '' : `± ${duration(ms / 1000)}`;
}

/** `+1.2 ms`, `−40 µs` */
export function offsetText(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms) / 1000)}`;
}

/** `+0.2 ppm`; positive: the clock runs too fast. */
export function rateText(ppm: number): string {
  const size = Math.abs(ppm).toFixed(1);
  return `${size === '0.0' ? '' : ppm < 0 ? '−' : '+'}${size} ppm`;
}
