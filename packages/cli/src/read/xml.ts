// What `-T pdml` and `-T psml` share: the XML around the packets, and its characters.
import type { Output } from '../terminal/output.ts';

export const XML = '<?xml version="1.0" encoding="utf-8"?>\n';
export const CREATOR = 'eyrie';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

const UNSAFE = /[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** XML 1.0 §2.2 has no other control characters than these three, not even escaped: the others read as \x01. */
export function escaped(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text
    .replace(/[&<>"']/g, (c) => ENTITIES[c]!)
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
      (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

/** 1 for each ASCII character that stands for itself. */
const SAFE = Uint8Array.from({ length: 128 }, (_, code) => (UNSAFE.test(String.fromCharCode(code)) ? 0 : 1));

/** Writes a text as the content of an element or of an attribute. */
export function writeEscaped(out: Output, text: string): void {
  if (!out.textOf(text, SAFE)) out.text(escaped(text));
}
