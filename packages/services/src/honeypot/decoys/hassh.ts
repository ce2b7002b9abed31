// HASSH: fingerprints SSH clients by their KEXINIT. Taps the socket, because the SSH library does not expose it.
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';

const KEXINIT = 20;
/** Longest greeting and first packet (RFC 4253 §4.2, §6.1). */
const BYTES_MAX = 36_000;
/** Offset of the name lists: packet length, padding length, message number, cookie (RFC 4253 §6, §7.1). */
const LISTS_AT = 4 + 1 + 1 + 16;

/** Calls `found` once, when the HASSH and the client's greeting are complete. */
export function tapHassh(socket: Duplex, found: (hassh: string, greeting: string) => void): void {
  let bytes = Buffer.alloc(0);
  const listen = (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    const result = hasshOf(bytes);
    if (result === 'more' && bytes.length < BYTES_MAX) return;
    socket.off('data', listen);
    if (typeof result === 'object' && result !== null) found(result.hassh, result.greeting);
  };
  socket.on('data', listen);
}

/** MD5 of the client's key exchange, encryption, MAC and compression lists; null: no KEXINIT. */
export function hasshOf(bytes: Buffer): { hassh: string; greeting: string } | 'more' | null {
  const end = bytes.indexOf('\n');
  if (end < 0 || bytes.length < end + 1 + LISTS_AT) return 'more';
  const packet = bytes.subarray(end + 1);
  if (packet[5] !== KEXINIT) return null;
  if (packet.length < 4 + packet.readUInt32BE()) return 'more';
  const lists: string[] = [];
  for (let at = LISTS_AT; lists.length < 7; ) {
    if (at + 4 > packet.length) return null;
    const stop = at + 4 + packet.readUInt32BE(at);
    if (stop > packet.length) return null;
    lists.push(packet.toString('latin1', at + 4, stop));
    at = stop;
  }
  // The client-to-server lists: 0, 2, 4 and 6.
  const text = [lists[0], lists[2], lists[4], lists[6]].join(';');
  return {
    hassh: createHash('md5').update(text).digest('hex'),
    greeting: bytes.toString('latin1', 0, end).trim(),
  };
}
