// NTS-KE records (RFC 8915 §4). A message is a sequence of records up to "end of message".

export const RecordType = {
  endOfMessage: 0,
  nextProtocol: 1,
  error: 2,
  warning: 3,
  aead: 4,
  cookie: 5,
  server: 6,
  port: 7,
} as const;

export const NTPV4 = 0;
/** AEAD_AES_SIV_CMAC_256, mandatory to implement (RFC 8915 §5.1) and the only one offered. */
export const AES_SIV_CMAC_256 = 15;
export const KeyError = { unrecognizedCriticalRecord: 0, badRequest: 1, internal: 2 } as const;

/** Maximum message length; a response with eight cookies takes 900 bytes. */
export const MESSAGE_BYTES_MAX = 16_384;
const CRITICAL = 0x8000;
const HEAD_BYTES = 4;

export interface KeyRecord {
  readonly type: number;
  readonly isCritical: boolean;
  readonly body: Uint8Array;
}

export function encodeRecords(records: readonly KeyRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.reduce((sum, { body }) => sum + HEAD_BYTES + body.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { type, isCritical, body } of records) {
    view.setUint16(at, isCritical ? type | CRITICAL : type);
    view.setUint16(at + 2, body.length);
    bytes.set(body, at + HEAD_BYTES);
    at += HEAD_BYTES + body.length;
  }
  return bytes;
}

/** The records up to and including "end of message"; null while that is missing. */
export function decodeRecords(bytes: Uint8Array): KeyRecord[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: KeyRecord[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const head = view.getUint16(at);
    const end = at + HEAD_BYTES + view.getUint16(at + 2);
    if (end > bytes.length) return null;
    const type = head & ~CRITICAL;
    records.push({ type, isCritical: head >= CRITICAL, body: bytes.slice(at + HEAD_BYTES, end) });
    if (type === RecordType.endOfMessage) return records;
    at = end;
  }
  return null;
}

export function record(type: number, body: Uint8Array, isCritical: boolean): KeyRecord {
  return { type, body, isCritical };
}

export const END_OF_MESSAGE = record(RecordType.endOfMessage, new Uint8Array(0), true);

/** A body of 16-bit numbers: protocols, algorithms, an error code, a port. */
export function numbers(...values: readonly number[]): Uint8Array {
  const body = new Uint8Array(values.length * 2);
  const view = new DataView(body.buffer);
  for (const [i, value] of values.entries()) view.setUint16(i * 2, value);
  return body;
}

export function numbersOf(body: Uint8Array): number[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  return Array.from({ length: body.length >> 1 }, (_, i) => view.getUint16(i * 2));
}

/** Whether the message has an unknown record with the critical bit (RFC 8915 §4). */
export function hasUnknownCritical(records: readonly KeyRecord[]): boolean {
  return records.some(({ type, isCritical }) => isCritical && type > RecordType.port);
}
