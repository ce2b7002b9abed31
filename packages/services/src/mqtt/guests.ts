// Clients of the broker: who each is, and what it has subscribed to.
import type { Role } from '@eyrie/mesh';
import type { Client } from 'aedes';

/** Patterns that one client may have subscribed to. */
const SUBSCRIPTIONS_MAX = 256;

export interface Visitor {
  readonly id: string;
  readonly role: Role | 'local';
}

export class Guests {
  /** Who it is, or why it is nobody. */
  readonly #judge: (client: Client) => Visitor | string;
  readonly #visitors = new WeakMap<object, Visitor>();
  readonly #here = new Set<Client>();
  readonly #patterns = new WeakMap<Client, Set<string>>();

  constructor(judge: (client: Client) => Visitor | string) {
    this.#judge = judge;
  }

  visitorOf(client: Client | null): Visitor | null {
    return client === null ? null : (this.#visitors.get(client.conn) ?? null);
  }

  /** Why it may not come in; null: it may. */
  admit(client: Client): string | null {
    const visitor = this.#judge(client);
    if (typeof visitor === 'string') return visitor;
    if (this.#isTaken(client, visitor)) return 'its name is that of a client of another peer';
    this.#visitors.set(client.conn, visitor);
    return null;
  }

  /** Whoever comes under the name of another client ends its connection (MQTT 3.1.1 §3.1.4): only one's own. */
  #isTaken(client: Client, { id }: Visitor): boolean {
    return [...this.#here].some((other) => other.id === client.id && this.visitorOf(other)?.id !== id);
  }

  enter(client: Client): void {
    this.#here.add(client);
  }

  leave(client: Client): void {
    this.#here.delete(client);
  }

  /** Takes it, if so. Counted here, as all patterns of one packet are asked about before the first is taken. */
  hasRoom(client: Client, pattern: string): boolean {
    const own = this.#patterns.get(client) ?? new Set();
    this.#patterns.set(client, own);
    return own.has(pattern) || (own.size < SUBSCRIPTIONS_MAX && own.add(pattern).has(pattern));
  }

  free(client: Client, patterns: readonly string[]): void {
    for (const pattern of patterns) this.#patterns.get(client)?.delete(pattern);
  }

  /** Closes the connections of those who are nobody by now. */
  judgeAgain(onOut: (client: Client, reason: string) => void): void {
    for (const client of this.#here) {
      const visitor = this.#judge(client);
      if (typeof visitor !== 'string') this.#visitors.set(client.conn, visitor);
      else {
        onOut(client, visitor);
        this.#visitors.delete(client.conn);
        client.close();
      }
    }
  }
}
