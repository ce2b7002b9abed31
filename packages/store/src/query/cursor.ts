// Where a page ends and the next begins: the key of its last row, opaque to whoever sends it back.
import { StoreError } from '../errors.ts';

export type Key = readonly (string | number)[];

export function cursorOf(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Where a page of packets begins that continues, either way, behind the packet with this id. */
export function packetCursor(id: number): string {
  return cursorOf([id]);
}

/** @throws StoreError when it is none of `length` parts. */
export function keyOf(cursor: string, length: number): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isPart = (part: unknown): boolean => typeof part === 'string' || Number.isFinite(part);
    if (Array.isArray(key) && key.length === length && key.every(isPart)) return key as Key;
  } catch {
    // Said below.
  }
  throw new StoreError(
    'ERR_STORE_QUERY',
    'after: this is no cursor of a page; send the `next` of the page before',
  );
}
