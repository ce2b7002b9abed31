// Parts of the list of members as they go over a link. A part received repeatedly is decoded once.

import { bytes, decode, list, optional, ownCopy, record, type Shape, varint } from '../wire/schema.ts';

export const MEMBERS_MAX = 1_000_000;
/** Signature by a root of the authority. */
export const signature = bytes(144);

export const rosterPart = record({
  from: varint(MEMBERS_MAX),
  changes: list(bytes(2400), 1024),
  /** In the last part only: the signature of a root over the resulting head. */
  signature: optional(signature),
});
export type RosterPart = Shape<typeof rosterPart>;

/** Decoded short parts, by their bytes: peers of one process receive identical ones. */
const partsRead = new Map<string, RosterPart>();
const PARTS_READ_MAX = 256;
const READ_BYTES_MAX = 4096;

/** @throws WireError */
export function readRosterPart(payload: Buffer): RosterPart {
  if (payload.length > READ_BYTES_MAX) return decode(rosterPart, payload);
  const name = payload.toString('latin1');
  const known = partsRead.get(name);
  if (known !== undefined) return known;
  const read = decode(rosterPart, payload);
  // Copied, because slices would keep Node's 16 MB buffer pools alive.
  const { changes, signature } = read;
  const part = { ...read, changes: changes.map(ownCopy), signature: signature && ownCopy(signature) };
  if (partsRead.size >= PARTS_READ_MAX) partsRead.delete(partsRead.keys().next().value!);
  partsRead.set(name, part);
  return part;
}
