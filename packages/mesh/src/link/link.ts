// A link carries bytes, in order, between this peer and one other. Where it runs (a TLS socket, a pipe in memory, a
// virtual network) is the transport's business; who may use it is the session's.

import type { Duplex } from 'node:stream';

/** What the other side showed when the link was made. It has proved that it holds the key of its certificate. */
export interface Shown {
  /** DER of its certificate, not verified yet; null: it has none. */
  certificate: Uint8Array | null;
  /** Its address, for the log. */
  address: string;
}

export interface LinkEvents {
  /** The bytes are borrowed until it returns. */
  onBytes(bytes: Uint8Array): void;
  /** Everything handed over has left: more may be sent. */
  onDrain(): void;
  /** Called once, also after close(). */
  onClose(reason: string): void;
}

export interface Link {
  readonly shown: Shown;
  /** True on the side that dialled. */
  readonly isDialler: boolean;
  /** Bytes that have left, with the overhead of the link itself. */
  readonly sentBytes: number;
  /** Bytes handed over that have not left yet. */
  readonly waitingBytes: number;
  /** To be called once, before anything can arrive. */
  start(events: LinkEvents): void;
  /** Takes ownership of the bytes: they must not change afterwards. Parts that are given together leave together. */
  send(...parts: Uint8Array[]): void;
  /** Ends the link after what was sent. */
  close(): void;
  /** Ends it at once. */
  destroy(reason: string): void;
}

export type Dialled = (error: Error | null, link: Link | null) => void;

export interface Transport {
  /** Calls back once, with the link or an error of one line. */
  dial(address: string, done: Dialled): void;
  /**
   * Accepts links from others. Gives the addresses at which they reach this peer.
   *
   * @param onKnock told of connections that did not become a link, with their address
   */
  listen(onLink: (link: Link) => void, onKnock?: (address: string) => void): Promise<string[]>;
  /** The same over a stream that another peer relays; not every transport can. */
  dialOver?(carried: Duplex, address: string, done: Dialled): void;
  acceptOver?(carried: Duplex, address: string, onLink: (link: Link) => void): void;
  /** As `dial`, from a local port that `meet` can use as well. */
  dialFromOwnPort?(
    address: string,
    done: (error: Error | null, link: Link | null, localPort: number) => void,
  ): void;
  /** Calls an address from a local port until the other side's calls and these cross; null if they do not, in a few seconds. */
  meet?(localPort: number, address: string, done: (met: Duplex | null) => void): void;
  /** A renewed certificate, for links made from now on. */
  setCredentials(credentials: LinkCredentials): void;
  close(): Promise<void>;
}

/** PEM texts, as TLS takes them. */
export interface LinkCredentials {
  privateKey: string;
  certificate: string;
}
