// Cyclic redundancy checks in reflected form, used by link layers and to distinguish file handles.

function tableOf(polynomial: number): Uint32Array {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[i] = crc;
  }
  return table;
}

const ieee = tableOf(0xedb88320);
const ccitt = tableOf(0x8408);

/** CRC-32 of IEEE 802.3 over [start, end). */
export function crc32(b: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ ieee[(crc ^ b[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** CRC-16 of X.25 (ITU-T V.42 §8.1.1.6) over [start, end). */
export function crc16(b: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ ccitt[(crc ^ b[i]!) & 0xff]!;
  return ~crc & 0xffff;
}
