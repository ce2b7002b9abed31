// Mechanisms named in GSS-API tokens (RFC 2743 §3.1) and the dissectors of their tokens.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';

export interface Mechanism {
  readonly oid: string;
  readonly name: string;
  /** Null: only the name is known. */
  readonly token: Protocol | null;
}

const mechanisms = new Map<string, Mechanism>();

export function enterMechanism(oid: string, name: string, token: Protocol | null): void {
  mechanisms.set(oid, { oid, name, token });
}

export function mechanism(oid: string): Mechanism | undefined {
  return mechanisms.get(oid);
}

/** ` (NTLMSSP - Microsoft …)`, or nothing for a mechanism without a name. */
export function mechanismNote(oid: string): string {
  const found = mechanisms.get(oid);
  return found === undefined ? '' : ` (${found.name})`;
}

/** Mechanism negotiated in this conversation, by `gss-api` or `spnego`. */
interface Agreed {
  mechanism: Mechanism | null;
}

export function agreed(p: Packet, layerOf: string): Mechanism | null {
  return p.session.knownState<Agreed>(p, layerOf)?.mechanism ?? null;
}

export function agree(p: Packet, layerOf: string, chosen: Mechanism): void {
  p.session.stateOf(p, layerOf, (): Agreed => ({ mechanism: null })).mechanism = chosen;
}
