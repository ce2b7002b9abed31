// Variable byte integers: groups of seven bits, least significant first (MQTT 5.0 §1.5.5).

/** Maximum bytes of a length. */
export const VARINT_MAX = 4;

/** The integer in [at, end), whose last byte is at end - 1. */
export function readVarint(b: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= at; i--) value = value * 128 + (b[i]! & 0x7f);
  return value;
}
