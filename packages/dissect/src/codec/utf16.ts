// Decodes UTF-16 text as Windows protocols encode it ([MS-DTYP] §2.1.1).

/** Created on first use, because a start-up snapshot cannot contain it. */
let little: InstanceType<typeof TextDecoder> | undefined;

/** Decodes little-endian UTF-16 in [start, end); an odd last byte is ignored. */
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

/** End of the text at `at`: its first zero unit of `width` bytes, or `end`. */
export function textEnd(b: Uint8Array, at: number, end: number, width: 1 | 2): number {
  for (let i = at; i + width <= end; i += width) if (b[i] === 0 && (width === 1 || b[i + 1] === 0)) return i;
  return end;
}
