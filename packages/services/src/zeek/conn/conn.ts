// A connection as Zeek sees it: who began it, what each side sent, how it went, and what the logs keep of it until it ends.
import { communityId, type Packet } from '@eyrie/dissect';
import type { Endpoint } from './endpoint.ts';

export type ConnProto = 'tcp' | 'udp' | 'icmp' | 'unknown_transport';

/** Tunnels of one connection that are named. */
const TUNNELS_MAX = 16;
/** Letters of a history beyond which none are added. */
const HISTORY_MAX = 256;

export interface ConnStart {
  readonly uid: string;
  readonly proto: ConnProto;
  /** The protocol number in the IP header. */
  readonly ipProto: number;
  readonly orig: Endpoint;
  readonly resp: Endpoint;
  /** The addresses in bytes, of the originator first. */
  readonly addresses: readonly [Uint8Array, Uint8Array];
  /** Direction of packets from the originator; see FlowTable. */
  readonly direction: number;
  /** The first packet came from the responder, by its port. */
  readonly isFlipped: boolean;
  readonly time: number;
}

/** A packet among connections. */
export interface Seen {
  readonly conn: Conn;
  /** Seconds since 1970. */
  readonly time: number;
  /** It came from the connection's originator. */
  readonly isOrig: boolean;
}

export class Conn {
  readonly uid: string;
  readonly proto: ConnProto;
  readonly ipProto: number;
  readonly orig: Endpoint;
  readonly resp: Endpoint;
  readonly direction: number;
  readonly start: number;
  /** Of the last packet that counts for the duration; seconds since 1970. */
  last: number;
  /** Of the last packet at all. */
  seen: number;
  /** When it was closed by both sides, or reset; NaN before. */
  closedAt = Number.NaN;
  history: string;
  missedBytes = 0;
  readonly services: string[] = [];
  readonly tunnelParents: string[] = [];
  /** Given each packet, also those of which no layer is read; null: nobody reads them so. */
  onPacket: ((p: Packet, seen: Seen) => void) | null = null;
  #communityId: string | null = null;
  readonly #addresses: readonly [Uint8Array, Uint8Array];
  readonly #kept = new Map<string, { readonly value: object; readonly end: () => void }>();

  constructor({ uid, proto, ipProto, orig, resp, addresses, direction, isFlipped, time }: ConnStart) {
    this.uid = uid;
    this.proto = proto;
    this.ipProto = ipProto;
    this.orig = orig;
    this.resp = resp;
    this.#addresses = addresses;
    this.direction = direction;
    this.history = isFlipped ? '^' : '';
    this.start = this.last = this.seen = time;
  }

  /** Adds a letter to the history: in capitals of the originator. */
  note(letter: string, isOrig: boolean): void {
    if (this.history.length < HISTORY_MAX) this.history += isOrig ? letter : letter.toLowerCase();
  }

  /** Adds a letter unless that side has it already; whether it had it. */
  noteOnce(letter: string, isOrig: boolean): boolean {
    const isKnown = this.history.includes(isOrig ? letter : letter.toLowerCase());
    if (!isKnown) this.note(letter, isOrig);
    return isKnown;
  }

  /**
   * What a log keeps of the connection, made on first use; `end` is called when the connection ends, before it is logged.
   */
  keep<T extends object>(key: string, make: () => T, end: (kept: T) => void = () => {}): T {
    const known = this.#kept.get(key);
    if (known !== undefined) return known.value as T;
    const value = make();
    this.#kept.set(key, { value, end: () => end(value) });
    return value;
  }

  /** The same, if it was made. */
  kept<T extends object>(key: string): T | undefined {
    return this.#kept.get(key)?.value as T | undefined;
  }

  addServices(names: readonly string[]): void {
    for (const name of names) if (!this.services.includes(name)) this.services.push(name);
  }

  /** @param uid of the connection that carries this one */
  addTunnel(uid: string): void {
    const parents = this.tunnelParents;
    if (parents.length < TUNNELS_MAX && !parents.includes(uid)) parents.push(uid);
  }

  end(): void {
    for (const { end } of this.#kept.values()) end();
    this.#kept.clear();
  }

  get communityId(): string {
    const [from, to] = this.#addresses;
    this.#communityId ??= communityId(this.ipProto, from, to, this.orig.port, this.resp.port);
    return this.#communityId;
  }
}
