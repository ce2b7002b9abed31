// The format of LAN datagrams: sealed with the group key, so that only peers of the mesh can read or forge them; the
// signature inside identifies the sender.

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { peerId } from '../identity/names.ts';
import type { Standing } from '../peer/standing.ts';
import type { Random } from '../runtime.ts';
import {
  bytes,
  decode,
  encode,
  fixed,
  flag,
  list,
  optional,
  record,
  type Shape,
  text,
  variant,
  varint,
  WireError,
} from '../wire/schema.ts';

/** Ethernet's 1,500 less the headers of IPv6 and UDP, and some room for tunnels. */
export const DATAGRAM_BYTES_MAX = 1_400;
export const MESSAGE_BYTES_MAX = 48 << 10;
const PART_BYTES = 1_200;
const PARTS_MAX = 64;
const MAGIC = Buffer.from('EyB1');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = MAGIC.length + 4;

const messageId = fixed(8);

const announced = {
  from: peerId,
  atMs: varint(),
  addresses: list(text(128), 4),
  /** The sender has no link: others answer with their addresses. */
  isRequest: flag,
};
export const announcedText = record(announced);

const datagram = variant({
  part: { id: messageId, part: varint(PARTS_MAX), parts: varint(PARTS_MAX), data: bytes(PART_BYTES) },
  ack: { id: messageId, from: peerId, signature: fixed(64) },
  /** members/beacon.ts */
  beacon: { ...announced, signature: fixed(64) },
});
export type LanDatagram = Shape<typeof datagram>;

export const lanMessage = record({
  id: messageId,
  from: peerId,
  sentMs: varint(),
  /** The message that this answers. */
  answers: optional(messageId),
  /** The task that the text is for; "" shows it. */
  task: text(32),
  body: bytes(MESSAGE_BYTES_MAX),
});
export type LanMessage = Shape<typeof lanMessage>;

/** What an acknowledgement signs. `to` is the sender of the message: another member could send one with the same id. */
export const ackText = record({ id: messageId, from: peerId, to: peerId });

/** The parts of a message: its bytes, each part with its place. */
export function partsOf(id: Uint8Array, whole: Uint8Array): LanDatagram[] {
  const parts = Math.max(1, Math.ceil(whole.length / PART_BYTES));
  return Array.from({ length: parts }, (_, part) => {
    const data = whole.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    return { kind: 'part', id, part, parts, data };
  });
}

/** Null if this peer has no key of the group yet. */
export function sealDatagram(standing: Standing, random: Random, content: LanDatagram): Buffer | null {
  const group = standing.groupKey;
  if (group === null) return null;
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32BE(group.epoch, MAGIC.length);
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(group.key), nonce);
  cipher.setAAD(head);
  return Buffer.concat([
    head,
    nonce,
    cipher.update(encode(datagram, content)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** Null for anything that was not sealed by a peer of this mesh. */
export function openDatagram(standing: Standing, data: Buffer): LanDatagram | null {
  if (data.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES || !data.subarray(0, MAGIC.length).equals(MAGIC))
    return null;
  const head = data.subarray(0, HEAD_BYTES);
  const key = standing.groupKeyOf(head.readUInt32BE(MAGIC.length));
  if (key === null) return null;
  const begin = HEAD_BYTES + NONCE_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(key), data.subarray(HEAD_BYTES, begin));
  decipher.setAAD(head);
  decipher.setAuthTag(data.subarray(-TAG_BYTES));
  try {
    return decode(
      datagram,
      Buffer.concat([decipher.update(data.subarray(begin, -TAG_BYTES)), decipher.final()]),
    );
  } catch (error) {
    if (error instanceof RangeError || error instanceof WireError || isBadTag(error)) return null;
    throw error;
  }
}

function isBadTag(error: unknown): boolean {
  return error instanceof Error && error.message.includes('unable to authenticate');
}

function keyOf(group: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', group, Buffer.alloc(0), 'eyrie lan 1', 32));
}
