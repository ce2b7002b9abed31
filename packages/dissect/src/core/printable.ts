// Text from the wire as one line: what would move the cursor is written as C does.

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]/g;
const SHORT: Record<string, string> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Control characters as `\n`, `\t` or `\001`, as Wireshark's Info column shows them. */
export function printable(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return text.replace(UNPRINTABLE, escaped);
  }
  return text;
}

function escaped(character: string): string {
  return SHORT[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
