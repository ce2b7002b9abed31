// Signed questions. A question routed over other peers could carry any name, and the answer depends on the name.

import { isSignedBy, signWith } from '../identity/keys.ts';
import { meshName, peerId } from '../identity/names.ts';
import type { Standing } from '../peer/standing.ts';
import { bytes, encode, fixed, record, type Shape, varint } from '../wire/schema.ts';

/** Maximum difference in mesh time between question and receiver: bounds replay. */
const FRESH_MS = 2 * 60_000;
const CONTENT_BYTES_MAX = 8 << 10;

export const proof = record({ atMs: varint(), signature: fixed(64) });
export type Proof = Shape<typeof proof>;

const signed = record({
  mesh: meshName,
  asker: peerId,
  atMs: varint(),
  content: bytes(CONTENT_BYTES_MAX),
});

export class Asker {
  readonly #standing: Standing;
  readonly #nowMs: () => number;

  /** @param nowMs returns the mesh time */
  constructor(standing: Standing, nowMs: () => number) {
    this.#standing = standing;
    this.#nowMs = nowMs;
  }

  /** @param content what makes the question unique: its kind, receiver, number and text */
  prove(content: Uint8Array): Proof {
    const { id, keys } = this.#standing;
    const atMs = Math.max(0, Math.floor(this.#nowMs()));
    return { atMs, signature: signWith(keys.privateKey, 'eyrie asks', this.#text(id, atMs, content)) };
  }

  /** Returns why a question was not signed by that peer or may not be answered; null if it is valid. */
  objectionTo(asker: string, content: Uint8Array, { atMs, signature }: Proof): string | null {
    const { roster, measures } = this.#standing;
    const member = roster.approved(asker);
    if (member === null) return `${asker} is not approved`;
    if (measures.isCutOff(asker)) return `${asker} is in quarantine`;
    if (Math.abs(this.#nowMs() - atMs) > FRESH_MS) return 'too old, or a clock is wrong';
    const isTrue = isSignedBy(member.publicKey, signature, 'eyrie asks', this.#text(asker, atMs, content));
    return isTrue ? null : `not signed by ${asker}`;
  }

  #text(asker: string, atMs: number, content: Uint8Array): Buffer {
    return encode(signed, { mesh: this.#standing.roster.mesh, asker, atMs, content });
  }
}
