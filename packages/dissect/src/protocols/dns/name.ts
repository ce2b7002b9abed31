// Domain names on the wire (RFC 1035 §4.1.4): labels and compression pointers.
import { ascii } from '../../core/bytes.ts';

/** Pointers followed per name; more indicate a loop. */
const POINTERS_MAX = 255;
/** Name bytes kept, as in Wireshark; RFC 1035 §2.3.4 allows 255. */
const NAME_BYTES_MAX = 1025;

const LOOP = '<Name contains a pointer that loops>';
const TOO_LONG = '<Name too long>';
const UNKNOWN_LABEL = '<Unknown extended label>';
const ROOT = '<Root>';

/** Offset behind the name at `at`, without following pointers; -1 if it exceeds `end` or is malformed. */
export function skipName(b: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const length = b[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2 <= end ? at + 2 : -1;
    // RFC 6891 §5: the other two label types are obsolete.
    if (length >= 0x40) return -1;
    at += 1 + length;
  }
  return -1;
}

const decoder = new TextDecoder('utf-8');
const scratch = new Uint8Array(NAME_BYTES_MAX);

/** End of the last parsed name in its record, or -1 if it is malformed. */
export let nameEnd = -1;
/** Its bytes in the scratch buffer. */
let nameBytes = 0;

/** The name at `at` of the message [base, end), labels joined by dots; '' if malformed. Sets {@link nameEnd}. */
export function readName(b: Uint8Array, at: number, base: number, end: number): string {
  const start = at;
  let after = -1;
  let length = 0;
  let pointers = 0;
  nameEnd = -1;
  nameBytes = 0;
  for (;;) {
    if (at >= end) return '';
    const octet = b[at]!;
    if (octet === 0) break;
    if (octet < 0x40) {
      if (at + 1 + octet > end) return '';
      if (length > 0 && length < NAME_BYTES_MAX) scratch[length++] = 0x2e;
      for (let k = 1; k <= octet && length < NAME_BYTES_MAX; k++) scratch[length++] = b[at + k]!;
      at += 1 + octet;
      continue;
    }
    if (octet < 0xc0) {
      nameEnd = octet < 0x80 && after < 0 ? at + 1 : after;
      return octet < 0x80 ? UNKNOWN_LABEL : '';
    }
    if (at + 2 > end) return '';
    const target = base + (((octet & 0x3f) << 8) | b[at + 1]!);
    if (after < 0) after = at + 2;
    if (target === at || ++pointers > POINTERS_MAX) {
      nameEnd = after;
      return LOOP;
    }
    at = target;
  }
  nameEnd = after < 0 ? at + 1 : after;
  nameBytes = length;
  if (length === 0) {
    // A name of pointers only is the root only if it is a single pointer.
    if (nameEnd - start > 2) nameEnd = -1;
    return ROOT;
  }
  return length >= NAME_BYTES_MAX ? TOO_LONG : textOf(length);
}

/** The name's labels joined by dots as they came, where its text has lost what is no UTF-8; empty if it is malformed. */
export function readNameBytes(b: Uint8Array, at: number, base: number, end: number): Uint8Array {
  readName(b, at, base, end);
  return scratch.slice(0, nameBytes);
}

function textOf(length: number): string {
  for (let i = 0; i < length; i++) if (scratch[i]! > 127) return decoder.decode(scratch.subarray(0, length));
  return ascii(scratch, 0, length);
}

/** Labels of a name as text. */
export function labelCount(name: string): number {
  if (name === ROOT) return 0;
  let count = 1;
  for (let i = 0; i < name.length - 1; i++) if (name.charCodeAt(i) === 0x2e) count++;
  return count;
}

const encoder = new TextEncoder();

/** Bytes of a name as text in UTF-8. */
export function nameLength(name: string): number {
  if (name.length < 2) return 0;
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 127) return encoder.encode(name).length;
  return name.length;
}
