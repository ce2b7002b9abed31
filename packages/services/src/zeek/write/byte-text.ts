// Text of bytes that need not be UTF-8. What is none stands as a lone surrogate, as in Python's surrogateescape (PEP 383), so that
// nothing is lost on the way to a log, which writes it as Zeek does: \xNN.
import { isUtf8 } from 'node:buffer';

/** With the last eight bits as they came. */
const ESCAPE = 0xdc00;
const LONE = /[\udc80-\udcff]/gu;

export function textOfBytes(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(whole)) return whole.toString();
  let text = '';
  for (let at = 0; at < whole.length; ) {
    const length = sequenceLength(whole[at]!);
    const isCharacter = at + length <= whole.length && isUtf8(whole.subarray(at, at + length));
    text += isCharacter ? whole.toString('utf8', at, at + length) : String.fromCharCode(ESCAPE + whole[at]!);
    at += isCharacter ? length : 1;
  }
  return text;
}

/** Bytes that are no text as \xNN. */
export function withEscapes(text: string): string {
  return text.replace(LONE, (c) => `\\x${(c.charCodeAt(0) & 0xff).toString(16)}`);
}

/** Bytes of a character, by its first one (RFC 3629 §3). */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
