// Whole numbers in groups of seven bits, the lowest first (MQTT 5.0 §1.5.5).

/** Bytes a length takes at most. */
export const VARINT_MAX = 4;

/** The number in [at, end), which its last byte ends. */
export function readVarint(b: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= at; i--) value = value * 128 + (b[i]! & 0x7f);
  return value;
}
