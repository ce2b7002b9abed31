// Reads integers from bytes. Callers check lengths first; a read past the end yields zero bits and never throws.

export function u8(b: Uint8Array, i: number): number {
  return b[i]!;
}

/** Big-endian (network byte order), as in nearly all protocols. */
export function u16(b: Uint8Array, i: number): number {
  return (b[i]! << 8) | b[i + 1]!;
}

export function u24(b: Uint8Array, i: number): number {
  return (b[i]! << 16) | (b[i + 1]! << 8) | b[i + 2]!;
}

export function u32(b: Uint8Array, i: number): number {
  return ((b[i]! << 24) | (b[i + 1]! << 16) | (b[i + 2]! << 8) | b[i + 3]!) >>> 0;
}

/** Exact up to 2^53; beyond that use {@link u64}. */
export function u48(b: Uint8Array, i: number): number {
  return u16(b, i) * 0x1_0000_0000 + u32(b, i + 2);
}

export function u64(b: Uint8Array, i: number): bigint {
  return (BigInt(u32(b, i)) << 32n) | BigInt(u32(b, i + 4));
}

export function u16le(b: Uint8Array, i: number): number {
  return b[i]! | (b[i + 1]! << 8);
}

export function u24le(b: Uint8Array, i: number): number {
  return b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16);
}

export function u32le(b: Uint8Array, i: number): number {
  return (b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24)) >>> 0;
}

export function u64le(b: Uint8Array, i: number): bigint {
  return (BigInt(u32le(b, i + 4)) << 32n) | BigInt(u32le(b, i));
}

/** An unsigned number of 1 to 6 bytes in either byte order; masked fields are read through this too. */
export function uint(b: Uint8Array, i: number, width: number, littleEndian = false): number {
  let value = 0;
  if (littleEndian) for (let k = width - 1; k >= 0; k--) value = value * 256 + b[i + k]!;
  else for (let k = 0; k < width; k++) value = value * 256 + b[i + k]!;
  return value;
}

/** The parts, concatenated. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether the bytes at `i` are this ASCII text. */
export function spells(b: Uint8Array, i: number, end: number, text: string): boolean {
  if (end - i < text.length) return false;
  for (let k = 0; k < text.length; k++) if (b[i + k] !== text.charCodeAt(k)) return false;
  return true;
}

const decoder = new TextDecoder('utf-8');
/** From this many bytes on, a call into the runtime is faster than concatenating characters. */
const LONG_TEXT = 40;

function isAscii(b: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let i = start; i < end; i++) all |= b[i]!;
  return all < 128;
}

/** ASCII or Latin-1 text; for text that may be UTF-8 use {@link utf8}. */
export function ascii(b: Uint8Array, start: number, end: number): string {
  if (end - start >= LONG_TEXT && end <= b.length && isAscii(b, start, end))
    return decoder.decode(b.subarray(start, end));
  let text = '';
  let i = start;
  // Eight at once: each concatenation costs as much as the characters themselves.
  for (; i + 8 <= end; i += 8)
    text += String.fromCharCode(
      b[i]!,
      b[i + 1]!,
      b[i + 2]!,
      b[i + 3]!,
      b[i + 4]!,
      b[i + 5]!,
      b[i + 6]!,
      b[i + 7]!,
    );
  for (; i < end; i++) text += String.fromCharCode(b[i]!);
  return text;
}

/** Text decoded as UTF-8; invalid bytes become U+FFFD, as in Wireshark. */
export function utf8(b: Uint8Array, start: number, end: number): string {
  return isAscii(b, start, end) ? ascii(b, start, end) : decoder.decode(b.subarray(start, end));
}

/** Below this many bytes a loop is faster than a call into the runtime. */
const SHORT_SEARCH = 64;

/** The index of the first byte equal to value in [start, end), or -1. */
export function indexOf(b: Uint8Array, value: number, start: number, end: number): number {
  const shortEnd = Math.min(end, start + SHORT_SEARCH);
  for (let i = start; i < shortEnd; i++) if (b[i] === value) return i;
  if (shortEnd >= end) return -1;
  // Search no further than `end`: the buffer may continue for megabytes.
  const i = b.subarray(shortEnd, end).indexOf(value);
  return i < 0 ? -1 : shortEnd + i;
}

/** A copy of the bytes [start, end), to keep: a packet's own bytes are borrowed. (A Node Buffer's `slice` does not copy.) */
export function copyOf(b: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(b.subarray(start, end));
}
