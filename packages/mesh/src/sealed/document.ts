// A text or file sealed for one peer, as a file that can be carried by any means, such as mail or a USB stick. Only
// that peer can open it, and it verifies which peer sealed it.

import { isIssuedBy, readLeaf } from '../identity/certificate.ts';
import { isSignedBy, sha256, signWith } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import type { Standing } from '../peer/standing.ts';
import { bytes, decode, encode, fixed, record, varint, WireError } from '../wire/schema.ts';
import { setupReceiver, setupSender, TAG_BYTES } from './hpke.ts';
import { CIPHERTEXT_BYTES } from './xwing.ts';

const MAGIC = Buffer.from('eyrie-sealed-1\n');
/** Plaintext bytes per piece. Pieces are numbered, so that a long file is verified piecewise and none can be omitted. */
const PIECE_BYTES = 64 << 10;
export const DOCUMENT_BYTES_MAX = 1 << 30;

const head = record({
  from: peerId,
  to: peerId,
  sealedMs: varint(),
  sizeBytes: varint(DOCUMENT_BYTES_MAX),
  certificate: bytes(2048),
  encapsulated: fixed(CIPHERTEXT_BYTES),
});
const HEAD_BYTES_MAX = 8 << 10;
const SIGNATURE_BYTES = 64;

export class DocumentError extends Error {}

export interface OpenedDocument {
  from: string;
  sealedMs: number;
  plain: Buffer;
  /** A warning about the sender for the reader, or null. */
  warning: string | null;
}

/** @param key the receiver's sealing key */
export function sealDocument(
  from: Standing,
  to: string,
  key: Uint8Array,
  plain: Uint8Array,
  nowMs: number,
): Buffer {
  const { certificate } = from;
  const { encapsulated, context } = setupSender(key, infoOf(from.roster.mesh, from.id, to));
  const described = encode(head, {
    from: from.id,
    to,
    sealedMs: nowMs,
    sizeBytes: plain.length,
    certificate,
    encapsulated,
  });
  const signature = signWith(
    from.keys.privateKey,
    'eyrie document',
    infoOf(from.roster.mesh, from.id, to),
    sha256(key),
    described,
  );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(described.length);
  const pieces = [MAGIC, length, described, signature];
  const count = Math.max(1, Math.ceil(plain.length / PIECE_BYTES));
  for (let i = 0; i < count; i++)
    pieces.push(context.seal(i, plain.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES), signature));
  return Buffer.concat(pieces);
}

export function isDocument(data: Uint8Array): boolean {
  return MAGIC.equals(data.subarray(0, MAGIC.length));
}

/** The receiver that the head names, unverified until the document is opened. @throws DocumentError with one line */
export function receiverOf(data: Uint8Array): string {
  return readHead(partsOf(data).described).to;
}

/** Verifies and decrypts a document. @throws DocumentError with one line */
export function openDocument(by: Standing, data: Uint8Array): OpenedDocument {
  const { all, described, signature, begin } = partsOf(data);
  const { from, to, sealedMs, sizeBytes, certificate, encapsulated } = readHead(described);
  if (to !== by.id) throw new DocumentError(`this is sealed for ${to}, not for ${by.id}`);
  const { roster } = by;
  const identity = readLeaf(certificate);
  if (identity?.id !== from || identity.mesh !== roster.mesh || !isIssuedBy(certificate, roster.roots))
    throw new DocumentError(`it says it is from ${from}, but shows no certificate of this mesh that says so`);
  const info = infoOf(roster.mesh, from, to);
  if (
    !isSignedBy(
      identity.publicKey,
      signature,
      'eyrie document',
      info,
      sha256(by.sealing.publicKey),
      described,
    )
  )
    throw new DocumentError('it was changed on the way, or sealed for another key');
  const context = setupReceiver(by.sealing, encapsulated, info);
  const pieces: Buffer[] = [];
  let at = begin;
  for (let i = 0, left = sizeBytes; i === 0 || left > 0; i++, left -= PIECE_BYTES) {
    const end = at + Math.min(left, PIECE_BYTES) + TAG_BYTES;
    const piece = context.open(i, all.subarray(at, end), signature);
    if (piece === null) throw new DocumentError('it was changed on the way, or is not whole');
    pieces.push(piece);
    at = end;
  }
  if (at !== all.length) throw new DocumentError('it was changed on the way: there is more than was sealed');
  return { from, sealedMs, plain: Buffer.concat(pieces), warning: warningOf(by, from, identity) };
}

/** Certificates last a day, documents longer: the certificate must have been valid when the document was sealed. */
function warningOf(by: Standing, from: string, identity: { publicKey: Uint8Array }): string | null {
  const member = by.roster.members.get(from);
  if (member === undefined) return `${from} is not in the list of members that this peer has`;
  if (member.revoked !== null)
    return `${from} was revoked since: ${member.revoked.reason || 'no reason given'}`;
  return Buffer.compare(member.publicKey, identity.publicKey) === 0 ? null : `${from} has another key today`;
}

/** `begin` is the offset of the first piece. */
function partsOf(data: Uint8Array): { all: Buffer; described: Buffer; signature: Buffer; begin: number } {
  const all = Buffer.from(data.buffer, data.byteOffset, data.length);
  const at = MAGIC.length + 2;
  const length = all.length > at ? all.readUInt16BE(MAGIC.length) : 0;
  const end = at + length;
  const begin = end + SIGNATURE_BYTES;
  if (!isDocument(all) || length === 0 || length > HEAD_BYTES_MAX || all.length < begin)
    throw new DocumentError('this was not sealed for a peer, or is not whole');
  return { all, described: all.subarray(at, end), signature: all.subarray(end, begin), begin };
}

function readHead(described: Uint8Array) {
  try {
    return decode(head, described);
  } catch (error) {
    if (error instanceof WireError) throw new DocumentError('its head is damaged');
    throw error;
  }
}

function infoOf(mesh: string, from: string, to: string): Buffer {
  return Buffer.from(`eyrie document 1\n${mesh}\n${from}\n${to}`);
}
