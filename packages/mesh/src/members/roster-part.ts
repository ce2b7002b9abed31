// Parts of the list of members as they go over a link. A part received repeatedly is decoded once.

import {
  borrowed,
  bytes,
  decode,
  list,
  optional,
  ownCopy,
  record,
  type Shape,
  varint,
} from '../wire/schema.ts';

export const MEMBERS_MAX = 1_000_000;
const CHANGES_MAX = 1024;
const CHANGE_BYTES_MAX = 2400;
const SIGNATURE_BYTES_MAX = 144;
/** Signature by a root of the authority. */
export const signature = bytes(SIGNATURE_BYTES_MAX);

export const rosterPart = record({
  from: varint(MEMBERS_MAX),
  changes: list(bytes(CHANGE_BYTES_MAX), CHANGES_MAX),
  /** In the last part only: the signature of a root over the resulting head. */
  signature: optional(signature),
});
export type RosterPart = Shape<typeof rosterPart>;
/** The same, as views of the message: a list of a thousand members consists of thousands of changes of sixty bytes. */
const viewOfPart = record({
  from: varint(MEMBERS_MAX),
  changes: list(borrowed(CHANGE_BYTES_MAX), CHANGES_MAX),
  signature: optional(borrowed(SIGNATURE_BYTES_MAX)),
});

/** Decoded short parts, by their bytes: peers of one process receive identical ones. */
const partsRead = new Map<string, RosterPart>();
const PARTS_READ_MAX = 64;
const READ_BYTES_MAX = 4096;

/** @throws WireError */
export function readRosterPart(payload: Buffer): RosterPart {
  // Copied once and whole: slices would keep Node's buffer pools alive, and each copy takes 300 bytes beside its own.
  if (payload.length > READ_BYTES_MAX) return decode(viewOfPart, ownCopy(payload));
  const name = payload.toString('latin1');
  const known = partsRead.get(name);
  if (known !== undefined) return known;
  const part = decode(viewOfPart, ownCopy(payload));
  if (partsRead.size >= PARTS_READ_MAX) partsRead.delete(partsRead.keys().next().value!);
  partsRead.set(name, part);
  return part;
}
