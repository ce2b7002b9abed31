// Bytes as people and programs read them.

/** As the API sends them. */
export function decode(base64: string): Uint8Array {
  const text = atob(base64);
  const data = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) data[i] = text.charCodeAt(i);
  return data;
}

/** One character a byte: itself where it can be printed, else a dot. */
export function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

export function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** `0a1b2c`: what other tools take as a stream of hexadecimal digits. */
export function hexStream(data: Uint8Array): string {
  return Array.from(data, hexOf).join('');
}

const DUMP_LINE = 16;

/** Offset, bytes and text, sixteen a line: text2pcap reads it back. */
export function hexDump(data: Uint8Array): string {
  const lines: string[] = [];
  for (let i = 0; i < data.length; i += DUMP_LINE) {
    const part = [...data.subarray(i, i + DUMP_LINE)];
    const text = part.map(printable).join('');
    lines.push(`${i.toString(16).padStart(6, '0')}  ${part.map(hexOf).join(' ').padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}

/** Lines and tabs stay what they are; a return before a new line is part of it. */
export function plainText(data: Uint8Array): string {
  let text = '';
  for (const byte of data) {
    if (byte === 0x0d) continue;
    text += byte === 0x0a || byte === 0x09 ? String.fromCharCode(byte) : printable(byte);
  }
  return text;
}

/** For a program in C, JavaScript and the like. */
export function byteArray(data: Uint8Array): string {
  const lines: string[] = [];
  for (let i = 0; i < data.length; i += DUMP_LINE)
    lines.push(`  ${Array.from(data.subarray(i, i + DUMP_LINE), (byte) => `0x${hexOf(byte)}`).join(', ')}`);
  return `{\n${lines.join(',\n')}\n}`;
}

export function base64(data: Uint8Array): string {
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}
