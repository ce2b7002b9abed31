// Telephony BCD: two digits per byte, low nibble first, 1111 as filler (TS 23.003).

/** Digits of [start, end). */
export function packedDigits(b: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const low = b[i]! & 15;
    const high = b[i]! >> 4;
    if (low > 9) break;
    text += low;
    if (high > 9) break;
    text += high;
  }
  return text;
}

/** An access point name, encoded as DNS labels (TS 23.003 §9.1). */
export function accessPointName(b: Uint8Array, start: number, end: number): string {
  let name = '';
  for (let at = start; at < end; ) {
    const stop = Math.min(end, at + 1 + b[at]!);
    if (name !== '') name += '.';
    for (let i = at + 1; i < stop; i++) name += String.fromCharCode(b[i]!);
    at = stop;
  }
  return name;
}
