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

/**
 * @param kinds a letter for each part: `n` number, `s` text
 * @throws StoreError if it is not a cursor of such parts, as that of another list
 */
export function keyOf(cursor: string, kinds: string): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === kinds.length && key.every((part, i) => isOf(kinds[i]!, part)))
      return key as Key;
  } catch {
    // Reported below.
  }
  throw new StoreError(
    'ERR_STORE_CURSOR',
    'after: this is not a cursor of this list; send the `next` of the page before, or begin again without it',
  );
}

/** No text of a store has U+0000, which PostgreSQL refuses. */
function isOf(kind: string, part: unknown): boolean {
  return kind === 'n' ? Number.isFinite(part) : typeof part === 'string' && !part.includes('\0');
}
