/**
 * Decodes digits in semi-octets, low nibble first (ITU-T Q.763 §3.9 f, Q.713 §3.4.2.3.1); an odd number ends with a
 * filler.
 */
export function digitsOf(b: Uint8Array, at: number, end: number, isOdd: boolean): string {
  let digits = '';
  for (let i = at; i < end; i++) {
    digits += (b[i]! & 15).toString(16);
    if (i < end - 1 || !isOdd) digits += (b[i]! >> 4).toString(16);
  }
  return digits.toUpperCase();
}
