// Interface of a decoy: a protocol, recognised by its first bytes, and the server side of it.
import type { Visit } from '../visit.ts';

export interface Decoy {
  /** Name as in ECS network.protocol and `--ports ssh=2222`. */
  readonly name: string;
  /** The protocol's standard port. */
  readonly port: number;
  /** Whether a conversation begins with these bytes, which may be truncated. */
  recognises(first: Buffer): boolean;
  /** Serves the visitor until it leaves or is disconnected. @throws VisitOver, and nothing else */
  serve(visit: Visit): Promise<void>;
}

/** The first word in upper case, for line-based protocols. */
export function firstWord(first: Buffer): string {
  return /^[A-Za-z]+/.exec(first.toString('latin1', 0, 32))?.[0].toUpperCase() ?? '';
}
