// Huffman code of HPACK (RFC 7541 §5.2, Appendix B). The code is canonical, so code lengths define it.

const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const EOS = 256;
const BITS_MIN = 5;
const BITS_MAX = 30;

/** By code length: the first code, index of its first symbol, and number of symbols. */
const firstCode: number[] = [];
const firstIndex: number[] = [];
const counts: number[] = [];
const symbols: number[] = [];

for (let bits = 0, code = 0; bits <= BITS_MAX; bits++) {
  firstCode.push(code);
  firstIndex.push(symbols.length);
  for (let symbol = 0; symbol <= EOS; symbol++) if (LENGTHS[symbol] === bits) symbols.push(symbol);
  counts.push(symbols.length - firstIndex[bits]!);
  code = (code + counts[bits]!) * 2;
}

/** Decodes [start, end) as Latin-1; null if invalid. Padding is not checked. */
export function huffmanText(b: Uint8Array, start: number, end: number): string | null {
  let text = '';
  let code = 0;
  let bits = 0;
  for (let i = start; i < end; i++) {
    for (let shift = 7; shift >= 0; shift--) {
      code = code * 2 + ((b[i]! >> shift) & 1);
      bits++;
      if (bits < BITS_MIN) continue;
      const offset = code - firstCode[bits]!;
      if (offset < counts[bits]!) {
        const symbol = symbols[firstIndex[bits]! + offset]!;
        if (symbol === EOS) return null;
        text += String.fromCharCode(symbol);
        code = bits = 0;
      } else if (bits === BITS_MAX) return null;
    }
  }
  return text;
}
