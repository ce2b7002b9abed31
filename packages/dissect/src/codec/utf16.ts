// Text in 16-bit units, as Windows has it on the wire ([MS-DTYP] §2.1.1).

/** Made when first needed: it is one of the few things that a start-up snapshot can't hold. */
let little: InstanceType<typeof TextDecoder> | undefined;

/** Little-endian UTF-16 in [start, end); an odd last byte is left out. */
export function utf16le(b: Uint8Array, start: number, end: number): string {
  end -= (end - start) & 1;
  let text = '';
  for (let i = start; i < end; i += 2) {
    if (b[i + 1] !== 0) {
      little ??= new TextDecoder('utf-16le');
      return little.decode(b.subarray(start, end));
    }
    text += String.fromCharCode(b[i]!);
  }
  return text;
}

/** Where the text that starts at `at` ends: the first zero unit of `width` bytes, or `end`. */
export function textEnd(b: Uint8Array, at: number, end: number, width: 1 | 2): number {
  for (let i = at; i + width <= end; i += width) if (b[i] === 0 && (width === 1 || b[i + 1] === 0)) return i;
  return end;
}
