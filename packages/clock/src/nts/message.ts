// Reads one key-establishment message from a TLS connection, on either side.
import type { TLSSocket } from 'node:tls';
import { decodeRecords, type KeyRecord, MESSAGE_BYTES_MAX } from './records.ts';

/** Reads up to "end of message" and leaves the connection open. Throws if it ends earlier, or the message is too long. */
export async function readMessage(socket: TLSSocket): Promise<KeyRecord[]> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    const records = decodeRecords(bytes);
    if (records !== null) return records;
    if (bytes.length > MESSAGE_BYTES_MAX) throw new Error('the message is too long');
  }
  throw new Error('the connection ended in the middle of a message');
}
