// What every decoy is: a protocol that can be told by its first bytes, and somebody who answers in it.
import type { Visit } from '../visit.ts';

export interface Decoy {
  /** As in ECS network.protocol and in `--ports ssh=2222`. */
  readonly name: string;
  /** The port it usually has. */
  readonly port: number;
  /** Does a conversation in it begin with these bytes? They may be cut. */
  recognises(first: Buffer): boolean;
  /** Talks until the visitor leaves or is sent away. Must throw nothing but VisitOver. */
  serve(visit: Visit): Promise<void>;
}

/** The first line in upper case, for protocols of lines. */
export function firstWord(first: Buffer): string {
  return /^[A-Za-z]+/.exec(first.toString('latin1', 0, 32))?.[0].toUpperCase() ?? '';
}
