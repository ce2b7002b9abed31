// Offsets, delays and their like for people.

/** `+12.3 µs`, `-1.204 s`: seconds with the unit that keeps them short. */
export function offsetText(seconds: number): string {
  return `${seconds < 0 ? '-' : '+'}${spanText(Math.abs(seconds))}`;
}

export function spanText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(1)} µs`;
  return seconds < 1 ? `${(seconds * 1e3).toFixed(2)} ms` : `${seconds.toFixed(3)} s`;
}

export function behindText(offset: number, distance: number): string {
  const direction = offset < 0 ? 'ahead' : 'behind';
  return `This machine's clock is ${spanText(Math.abs(offset))} ${direction}, ± ${spanText(distance)}.`;
}
