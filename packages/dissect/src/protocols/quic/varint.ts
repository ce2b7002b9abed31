// Variable-length integers (RFC 9000 §16): the two high bits of the first byte give the length.

export function varintBytes(b: Uint8Array, at: number): number {
  return 1 << (b[at]! >> 6);
}

/** Whether a complete integer is at `at`. */
export function isVarint(b: Uint8Array, at: number, end: number): boolean {
  return at < end && at + varintBytes(b, at) <= end;
}

/** The integer's value, rounded beyond 2^53. */
export function varint(b: Uint8Array, at: number): number {
  let value = b[at]! & 0x3f;
  for (let k = 1, bytes = varintBytes(b, at); k < bytes; k++) value = value * 256 + b[at + k]!;
  return value;
}

/** The integer's exact value. */
export function varint64(b: Uint8Array, at: number): bigint {
  let value = BigInt(b[at]! & 0x3f);
  for (let k = 1, bytes = varintBytes(b, at); k < bytes; k++) value = (value << 8n) | BigInt(b[at + k]!);
  return value;
}
