// Converts bytes to text formats: hex dump, hex stream, printable text, array literal.

/** Decodes base64, as the API sends bytes. */
export function decode(base64: string): Uint8Array {
  const text = atob(base64);
  const data = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) data[i] = text.charCodeAt(i);
  return data;
}

/** The ASCII character if it is printable, otherwise a dot. */
export function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

export function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** `0a1b2c`, the hex stream that other tools read. */
export function hexStream(data: Uint8Array): string {
  return Array.from(data, hexOf).join('');
}

const DUMP_LINE = 16;

/** Offset, bytes and text, sixteen bytes a line; text2pcap can read it. */
export function hexDump(data: Uint8Array): string {
  const lines: string[] = [];
  for (let i = 0; i < data.length; i += DUMP_LINE) {
    const part = [...data.subarray(i, i + DUMP_LINE)];
    const text = part.map(printable).join('');
    lines.push(`${i.toString(16).padStart(6, '0')}  ${part.map(hexOf).join(' ').padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}

/** Keeps line feeds and tabs, drops carriage returns, replaces other bytes that are not printable by a dot. */
export function plainText(data: Uint8Array): string {
  let text = '';
  for (const byte of data) {
    if (byte === 0x0d) continue;
    text += byte === 0x0a || byte === 0x09 ? String.fromCharCode(byte) : printable(byte);
  }
  return text;
}

/** An array literal for C, JavaScript and similar languages. */
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
