// Globally unique identifiers as text (RFC 9562 §4): `11111111-2222-3333-4444-555555555555`.
import { hex } from '../core/text.ts';

/** The 16 bytes at `at`, in network byte order. */
export function guid(b: Uint8Array, at: number): string {
  return `${hex(b, at, at + 4)}-${hex(b, at + 4, at + 6)}-${hex(b, at + 6, at + 8)}-${tail(b, at)}`;
}

/** As Microsoft encodes them: the first three groups are little-endian numbers. */
export function guidLittleEndian(b: Uint8Array, at: number): string {
  return `${reversed(b, at, 4)}-${reversed(b, at + 4, 2)}-${reversed(b, at + 6, 2)}-${tail(b, at)}`;
}

function tail(b: Uint8Array, at: number): string {
  return `${hex(b, at + 8, at + 10)}-${hex(b, at + 10, at + 16)}`;
}

function reversed(b: Uint8Array, at: number, width: number): string {
  let text = '';
  for (let i = at + width - 1; i >= at; i--) text += hex(b, i, i + 1);
  return text;
}
