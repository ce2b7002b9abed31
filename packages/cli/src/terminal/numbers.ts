// Numbers as C's printf writes them, so that text can be compared with tshark's byte by byte.

/** `%.Nf`: as toFixed, but a number exactly between two goes to the even digit. */
export function fixed(value: number, digits: number): string {
  // Only multiples of 1 / 2^(digits + 1) can lie exactly between two.
  const scaled = Math.abs(value) * 2 ** (digits + 1);
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return value.toFixed(digits);
  const below = Math.floor(Math.abs(value) * 10 ** digits);
  const even = String(below + (below % 2)).padStart(digits + 1, '0');
  const sign = value < 0 ? '-' : '';
  return digits === 0 ? sign + even : `${sign}${even.slice(0, -digits)}.${even.slice(-digits)}`;
}
