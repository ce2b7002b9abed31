// HTTP/2 frames (RFC 9113 §4, §6): offsets of their parts.
import { spells, u32 } from '../../../core/bytes.ts';
import { frameTypes } from './fields.ts';
import type { HeaderField } from './hpack.ts';

/** Connection preface of the client, §3.4. */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const HEADER = 9;

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 0x01;
export const ACK = 0x01;
export const END_HEADERS = 0x04;
export const PADDED = 0x08;
export const HAS_PRIORITY = 0x20;

export const NO_FIELDS: readonly HeaderField[] = [];

export function isPreface(b: Uint8Array, at: number, end: number): boolean {
  return b[at] === 0x50 && spells(b, at, end, PREFACE);
}

export function streamOf(b: Uint8Array, start: number): number {
  return u32(b, start + 5) & 0x7fffffff;
}

export function frameName(b: Uint8Array, start: number): string {
  return frameTypes[b[start + 3]!] ?? 'Unknown';
}

/** Bounds of a frame's content without padding (§6.1). */
export function contentOf(b: Uint8Array, start: number, stop: number): readonly [number, number] {
  const at = start + HEADER;
  if ((b[start + 4]! & PADDED) === 0 || at >= stop) return [at, stop];
  return [at + 1, Math.max(at + 1, stop - b[at]!)];
}

/** Bounds of the header block fragment in a HEADERS, PUSH_PROMISE or CONTINUATION frame. */
export function blockOf(b: Uint8Array, start: number, stop: number): readonly [number, number] {
  const type = b[start + 3]!;
  if (type === CONTINUATION) return [start + HEADER, stop];
  const [at, end] = contentOf(b, start, stop);
  const before = type === PUSH_PROMISE ? 4 : b[start + 4]! & HAS_PRIORITY ? 5 : 0;
  return [Math.min(end, at + before), end];
}

export function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}
