// Cursors of keyset pagination: the key of a page's last row, opaque to clients.
import { StoreError } from '../errors.ts';

export type Key = readonly (string | number)[];

export function cursorOf(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The cursor of a page of packets that continues, in either direction, after the packet with this id. */
export function packetCursor(id: number): string {
  return cursorOf([id]);
}

/** @throws StoreError if it is not a cursor of `length` parts. */
export function keyOf(cursor: string, length: number): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isPart = (part: unknown): boolean => typeof part === 'string' || Number.isFinite(part);
    if (Array.isArray(key) && key.length === length && key.every(isPart)) return key as Key;
  } catch {
    // Said below.
  }
  throw new StoreError(
    'ERR_STORE_CURSOR',
    'after: this is not a cursor of a page; send the `next` of the page before',
  );
}
