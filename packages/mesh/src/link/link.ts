// A link carries bytes, in order, between this peer and one other. Where it runs (a TLS socket, a pipe in memory, a
// virtual network) is the transport's business; who may use it is the session's.

import type { Duplex } from 'node:stream';

/** What the other side showed when the link was made. It has proved that it holds the key of this certificate. */
export interface Shown {
  /** DER of its certificate, or null: it has none yet. Nobody has judged it so far. */
  certificate: Uint8Array | null;
  /** Where it calls from, for the log. */
  address: string;
}

export interface LinkEvents {
  /** The bytes are borrowed until it returns. */
  onBytes(bytes: Uint8Array): void;
  /** What was waiting is gone: more may be sent. */
  onDrain(): void;
  /** Called once, also after close(). */
  onClose(reason: string): void;
}

export interface Link {
  readonly shown: Shown;
  /** True on the side that dialled. */
  readonly isDialler: boolean;
  /** Bytes that have left, with what the link itself adds. */
  readonly sentBytes: number;
  /** Bytes handed over that have not left yet. */
  readonly waitingBytes: number;
  /** To be called once, before anything can arrive. */
  start(events: LinkEvents): void;
  /** Takes the bytes over: they must not change afterwards. Parts that are given together leave together. */
  send(...parts: Uint8Array[]): void;
  /** Ends the link after what was sent. */
  close(): void;
  /** Ends it at once. */
  destroy(reason: string): void;
}

export type Dialled = (error: Error | null, link: Link | null) => void;

export interface Transport {
  /** Gives the link, or an error of one line, once. */
  dial(address: string, done: Dialled): void;
  /**
   * Takes the links that others make. Gives the addresses by which they find this peer.
   *
   * @param onKnock told of connections that became no link, with where they came from
   */
  listen(onLink: (link: Link) => void, onKnock?: (address: string) => void): Promise<string[]>;
  /** The same over a stream that somebody else carries; not every transport can. */
  dialOver?(carried: Duplex, address: string, done: Dialled): void;
  acceptOver?(carried: Duplex, address: string, onLink: (link: Link) => void): void;
  /** As `dial`, from a local port that `meet` can use as well. */
  dialFromOwnPort?(
    address: string,
    done: (error: Error | null, link: Link | null, localPort: number) => void,
  ): void;
  /** Calls an address from a local port until the other side's calls and these cross; null if they do not, in a few seconds. */
  meet?(localPort: number, address: string, done: (met: Duplex | null) => void): void;
  /** A renewed certificate: holds for links from now on. */
  setCredentials(credentials: LinkCredentials): void;
  close(): Promise<void>;
}

/** PEM texts, as TLS takes them. */
export interface LinkCredentials {
  privateKey: string;
  certificate: string;
}
