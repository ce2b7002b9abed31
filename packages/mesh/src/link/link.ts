// The interfaces of links and transports. A link carries bytes, in order, between this peer and one other. The
// transport decides what it runs over (a TLS socket, a pipe in memory, a virtual network); the session decides which peers may
// use it.

import type { Duplex } from 'node:stream';
import type { DialError } from './unreachable.ts';

/** What the other side presented when the link was made. It has proved that it holds the key of its certificate. */
export interface Shown {
  /** DER of its certificate, not verified yet; null if it has none. */
  certificate: Uint8Array | null;
  /** Its address, for the log. */
  address: string;
  /** The IP address that a host name in `address` led to. */
  resolved?: string | undefined;
}

export interface LinkEvents {
  /** Receives bytes, which are borrowed until this call returns. */
  onBytes(bytes: Uint8Array): void;
  /** Called when the send queue has drained: more may be sent. */
  onDrain(): void;
  /** Called once, also after close(). */
  onClose(reason: string): void;
}

export interface Link {
  readonly shown: Shown;
  /** True on the side that dialled. */
  readonly isDialler: boolean;
  /** Bytes sent to the network, including the overhead of the link itself. */
  readonly sentBytes: number;
  /** Bytes queued for sending that have not been sent yet. */
  readonly waitingBytes: number;
  /** Starts delivery of events. Must be called once, before anything can arrive. */
  start(events: LinkEvents): void;
  /** Takes ownership of the bytes: they must not change afterwards. Parts given in one call are sent together. */
  send(...parts: Uint8Array[]): void;
  /** Sends what is queued now, rather than together with what follows in this turn of the event loop. */
  flush?(): void;
  /** Closes the link after sending what is queued. */
  close(): void;
  /** Closes the link at once and discards what is queued. */
  destroy(reason: string): void;
}

export type MayDial = (host: string) => boolean;
export type Dialled = (error: DialError | null, link: Link | null) => void;

export interface Transport {
  /**
   * Calls back once, with the link or a one-line error.
   * @param mayDial called with each IP address that a host name resolves to; those it denies are not dialled
   */
  dial(address: string, done: Dialled, mayDial?: MayDial): void;
  /**
   * Accepts links from others. Returns the addresses at which they reach this peer.
   * @param onRejected called with the address of each connection that did not become a link
   */
  listen(onLink: (link: Link) => void, onRejected?: (address: string) => void): Promise<string[]>;
  /** Makes a link over a stream that another peer relays; not every transport supports it. */
  dialOver?(carried: Duplex, address: string, done: Dialled): void;
  acceptOver?(carried: Duplex, address: string, onLink: (link: Link) => void): void;
  /** Like `dial`, from a local port that `meet` can use as well. */
  dialFromOwnPort?(
    address: string,
    done: (error: DialError | null, link: Link | null, localPort: number) => void,
  ): void;
  /**
   * Simultaneous open: dials an address from a local port until the SYNs of both sides cross; null if they do not
   * within seconds.
   */
  meet?(localPort: number, address: string, done: (met: Duplex | null) => void): void;
  /** Sets a renewed certificate for links made from now on. */
  setCredentials(credentials: LinkCredentials): void;
  close(): Promise<void>;
}

/** PEM texts, as TLS takes them. */
export interface LinkCredentials {
  privateKey: string;
  certificate: string;
}
