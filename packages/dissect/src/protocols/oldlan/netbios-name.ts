// A 16-byte NetBIOS name as text (RFC 1001 §5.2): padding is removed; the last byte is the name's type.
export function netbiosName(b: Uint8Array, at: number): string {
  let length = 15;
  while (length > 0 && (b[at + length - 1] === 0x20 || b[at + length - 1] === 0)) length--;
  let name = '';
  for (let i = at; i < at + length; i++) name += printable(b[i]!);
  return `${name}<${b[at + 15]!.toString(16).padStart(2, '0')}>`;
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `<${byte.toString(16).padStart(2, '0')}>`;
}
