// SETTINGS frame: limits on what the peer may send (RFC 9114 §7.2.4).
import { isVarint, varintBytes } from '../quic/varint.ts';

export const SETTINGS = 0x4;
/** RFC 9204 §5. */
export const QPACK_MAX_TABLE_CAPACITY = 0x1;

/** Offsets of an identifier, its value and the next pair. */
export interface Setting {
  readonly at: number;
  readonly value: number;
  readonly next: number;
}

/** The complete pairs in [body, end). */
export function* settingsIn(b: Uint8Array, body: number, end: number): Generator<Setting> {
  for (let at = body; isVarint(b, at, end); ) {
    const value = at + varintBytes(b, at);
    if (!isVarint(b, value, end)) return;
    const next = value + varintBytes(b, value);
    yield { at, value, next };
    at = next;
  }
}
