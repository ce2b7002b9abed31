// What opens the records of one direction, whatever the cipher.

export interface RecordKeys {
  /**
   * What a record held: `header` is its type, version and length, `body` the rest. Null when these are not its keys.
   * The number of a record is part of what guards it: they are opened in their order.
   */
  open(header: Uint8Array, body: Uint8Array): Uint8Array | null;
}

/** RFC 5246 §6.2.3.1 and §6.2.3.3: number, type, version and length, which are guarded though they are not encrypted. */
export function additionalData(sequence: number, header: Uint8Array, length: number): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, Math.floor(sequence / 2 ** 32));
  view.setUint32(4, sequence);
  data.set(header.subarray(0, 3), 8);
  view.setUint16(11, length);
  return data;
}
