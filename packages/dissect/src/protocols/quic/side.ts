// One side of a connection: state of the packets that it sends.
import { OrderedBytes } from './ordered-bytes.ts';
import type { PacketKeys } from './protection.ts';

/** Levels of encryption (RFC 9001 §2.1), numbered as the types of long headers; packets with a short header come last. */
export const INITIAL_LEVEL = 0;
export const EARLY_LEVEL = 1;
export const HANDSHAKE_LEVEL = 2;
export const APPLICATION_LEVEL = 3;
export type Level = 0 | 1 | 2 | 3;

/** Identifiers remembered of a side; the oldest go first. */
const CIDS_MAX = 64;

/** The keys in force (RFC 9001 §6), those that come next, and those before: their packets may still arrive. */
interface Phase {
  /** As the headers have it: 0, or the bit itself. */
  bit: number;
  keys: PacketKeys;
  next: PacketKeys;
  before: PacketKeys | null;
  /** Lowest packet number seen in this phase. */
  first: number;
}

export class QuicSide {
  /** Identifiers it chose, for packets to it; the first one in the handshake. */
  readonly cids: Uint8Array[] = [];
  /** Of each level; null: not known. */
  readonly keys: (PacketKeys | null)[] = [null, null, null, null];
  /** Of the level of application data, once a packet was decrypted. */
  phase: Phase | null = null;
  /** Largest packet number of each level, -1: none; 0-RTT shares the numbers of 1-RTT (RFC 9000 §12.3). */
  readonly #largest = [-1, -1, -1];
  /** CRYPTO frames of each level; 0-RTT has none (RFC 9000 §12.5). */
  readonly crypto = [new OrderedBytes(), null, new OrderedBytes(), new OrderedBytes()] as const;

  largest(level: Level): number {
    return this.#largest[level === APPLICATION_LEVEL ? EARLY_LEVEL : level]!;
  }

  sawNumber(level: Level, number: number): void {
    const space = level === APPLICATION_LEVEL ? EARLY_LEVEL : level;
    this.#largest[space] = Math.max(this.#largest[space]!, number);
  }

  /** False when it is known already. */
  addCid(cid: Uint8Array): boolean {
    if (this.cids.some((known) => known.length === cid.length && known.every((byte, i) => byte === cid[i])))
      return false;
    // The handshake's stays: long headers carry it.
    if (this.cids.length >= CIDS_MAX) this.cids.splice(1, 1);
    this.cids.push(cid);
    return true;
  }
}
