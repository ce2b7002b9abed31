// The broker's clients: their identities and subscriptions.
import type { Role } from '@eyrie/mesh';
import type { Client } from 'aedes';

/** Topic filters of one client. */
const SUBSCRIPTIONS_MAX = 256;

export interface Visitor {
  readonly id: string;
  readonly role: Role | 'local';
}

export class Guests {
  /** Returns the identity, or why the client is refused. */
  readonly #identify: (client: Client) => Visitor | string;
  readonly #visitors = new WeakMap<object, Visitor>();
  readonly #here = new Set<Client>();
  readonly #patterns = new WeakMap<Client, Set<string>>();

  constructor(identify: (client: Client) => Visitor | string) {
    this.#identify = identify;
  }

  visitorOf(client: Client | null): Visitor | null {
    return client === null ? null : (this.#visitors.get(client.conn) ?? null);
  }

  /** Admits a client; returns why it is refused, or null. */
  admit(client: Client): string | null {
    const visitor = this.#identify(client);
    if (typeof visitor === 'string') return visitor;
    if (this.#isTaken(client, visitor)) return 'its name is that of a client of another peer';
    this.#visitors.set(client.conn, visitor);
    return null;
  }

  /** A second connection with a client's id ends the first (MQTT 3.1.1 §3.1.4): allowed for its own peer only. */
  #isTaken(client: Client, { id }: Visitor): boolean {
    return [...this.#here].some((other) => other.id === client.id && this.visitorOf(other)?.id !== id);
  }

  enter(client: Client): void {
    this.#here.add(client);
  }

  leave(client: Client): void {
    this.#here.delete(client);
  }

  /** Reserves a topic filter, because all filters of a packet are authorised before the first is added. */
  hasRoom(client: Client, pattern: string): boolean {
    const own = this.#patterns.get(client) ?? new Set();
    this.#patterns.set(client, own);
    return own.has(pattern) || (own.size < SUBSCRIPTIONS_MAX && own.add(pattern).has(pattern));
  }

  free(client: Client, patterns: readonly string[]): void {
    for (const pattern of patterns) this.#patterns.get(client)?.delete(pattern);
  }

  /** Disconnects clients that are no longer admitted. */
  recheck(onOut: (client: Client, reason: string) => void): void {
    for (const client of this.#here) {
      const visitor = this.#identify(client);
      if (typeof visitor !== 'string') this.#visitors.set(client.conn, visitor);
      else {
        onOut(client, visitor);
        this.#visitors.delete(client.conn);
        client.close();
      }
    }
  }
}
