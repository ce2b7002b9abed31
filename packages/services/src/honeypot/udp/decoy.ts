// Interface of a decoy over UDP.
import type { Happening } from '../event.ts';
import type { Persona } from '../persona.ts';

/** What a datagram led to. */
export interface Met {
  readonly happenings: readonly Happening[];
  /** Sent only if it is no longer than the datagram: whose address may be forged, to flood another (RFC 8085 §3.1). */
  readonly answer?: Uint8Array;
}

export interface UdpDecoy {
  /** Name as in `--udp dns=5353`. */
  readonly name: string;
  /** The protocol's standard port. */
  readonly port: number;
  /** Null: it is no request of the protocol, and is not answered: an answer to an answer would never end. */
  meet(datagram: Buffer, persona: Persona, nowMs: number): Met | null;
}
