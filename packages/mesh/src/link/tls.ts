// The transport over TLS 1.3, with one cipher suite and a post-quantum hybrid key exchange.

import { randomInt } from 'node:crypto';
import dns from 'node:dns';
import { createServer, isIP, type LookupFunction, type OnReadOpts, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { formatAddress, parseAddress, plainHost } from './address.ts';
import type { Dialled, Link, LinkCredentials, LinkEvents, MayDial, Shown, Transport } from './link.ts';
import { meet } from './meet.ts';
import { Outflow, RECORD_BYTES_MAX } from './outflow.ts';
import { Sorter } from './sorter.ts';
import { DialError, reasonOf, TIMED_OUT } from './unreachable.ts';
import { WaitingRoom } from './waiting-room.ts';

const HANDSHAKE_MS = 10_000;
const SOCKETS_MAX = 4096;
/**
 * Local ports for hole punching, outside of the ephemeral range of common systems. A port in use costs one failed
 * attempt.
 */
const PORTS_FROM = 20_000;
const PORTS_TO = 30_000;

/**
 * TLS proves that the other side holds the key of the certificate it presents. The session verifies that certificate,
 * since it can state the reason of a refusal, can update old roots, and verifies each certificate once instead of on
 * each handshake. TLS therefore rejects nothing, and OpenSSL is given no authority to check against.
 */
const tlsOptions = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_256_GCM_SHA384',
  ecdhCurve: 'X25519MLKEM768:X25519',
  rejectUnauthorized: false,
} as const;

export interface TlsOptions {
  /** Null while this peer has none: it can then only apply to join. */
  credentials: LinkCredentials | null;
  /** Address to listen on: 127.0.0.1, :: (all interfaces), or an address of this host. */
  host: string;
  /** Port to listen on; 0 takes any free port. */
  port: number;
  /** Addresses to announce, `host:port`, if they differ from where this peer listens. */
  advertise?: string[] | undefined;
  /** Takes connections whose first byte does not start a TLS record; without it their handshake fails. */
  onPlain?: ((socket: Socket) => void) | undefined;
}

export class TlsTransport implements Transport {
  readonly #options: TlsOptions;
  /** One context for both directions: a thousand peers in one process need a thousand contexts, not two thousand. */
  #context: tls.SecureContext;
  #server: Server | null = null;
  #bound: { address: string; port: number } | null = null;
  /** Handshakes in progress of links accepted from others. */
  readonly #handshakes = new WaitingRoom();
  #sockets = new Set<tls.TLSSocket>();
  #sorter: Sorter | null = null;

  constructor(options: TlsOptions) {
    this.#options = options;
    this.#context = contextOf(options.credentials);
  }

  setCredentials(credentials: LinkCredentials): void {
    this.#context = contextOf(credentials);
  }

  dial(address: string, done: Dialled, mayDial?: MayDial): void {
    this.#dial(address, 0, done, mayDial);
  }

  dialFromOwnPort(
    address: string,
    done: (error: DialError | null, link: Link | null, localPort: number) => void,
  ): void {
    const localPort = randomInt(PORTS_FROM, PORTS_TO);
    this.#dial(address, localPort, (error, link) => done(error, link, localPort));
  }

  meet(localPort: number, address: string, done: (met: Duplex | null) => void): void {
    meet(localPort, address, done);
  }

  /** @param localPort 0 for any */
  #dial(address: string, localPort: number, done: Dialled, mayDial?: MayDial): void {
    const target = parseAddress(address);
    if (target === null) {
      done(new DialError(address, 'not an address; write host:port'), null);
      return;
    }
    let link: TlsLink | null = null;
    const callback = (count: number) => {
      link?.receive(inflow.subarray(0, count));
      return true;
    };
    const options: tls.ConnectionOptions & { onread: OnReadOpts } = {
      ...tlsOptions,
      ...target,
      ...(localPort === 0 ? {} : { localPort }),
      ...(mayDial === undefined ? {} : { lookup: lookupWithin(mayDial) }),
      secureContext: this.#context,
      checkServerIdentity: () => undefined,
      onread: { buffer: inflow, callback },
    };
    const socket = tls.connect(options);
    this.#whenSecure(socket, address, done, () => {
      const resolved = isIP(target.host) === 0 ? plainHost(socket.remoteAddress ?? '') : undefined;
      link = new TlsLink(socket, true, address, resolved);
      return link;
    });
  }

  dialOver(carried: Duplex, address: string, done: Dialled): void {
    const secureContext = this.#context;
    const checkServerIdentity = () => undefined;
    const socket = tls.connect({ ...tlsOptions, socket: carried, secureContext, checkServerIdentity });
    carried.on('error', () => socket.destroy());
    this.#whenSecure(socket, address, done, () => {
      const link = new TlsLink(socket, true, address);
      socket.on('data', (chunk: Buffer) => link.receive(chunk));
      return link;
    });
  }

  acceptOver(carried: Duplex, address: string, onLink: (link: Link) => void): void {
    const socket = new tls.TLSSocket(carried, this.#serverOptions());
    this.#keep(socket);
    const timer = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    carried.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(timer));
    socket.once('secure', () => {
      clearTimeout(timer);
      onLink(accepted(socket, address));
    });
  }

  #whenSecure(socket: tls.TLSSocket, address: string, done: Dialled, linked: () => TlsLink): void {
    this.#keep(socket);
    const timer = setTimeout(() => socket.destroy(new Error(TIMED_OUT)), HANDSHAKE_MS);
    let isDone = false;
    const finish = (why: string, link: Link | null) => {
      clearTimeout(timer);
      if (!isDone) done(link === null ? new DialError(address, why) : null, link);
      isDone = true;
    };
    socket.once('error', (error) => finish(reasonOf(error), null));
    socket.once('close', () => finish('the other side closed the link', null));
    socket.once('secureConnect', () => finish('', linked()));
  }

  #serverOptions(): tls.TLSSocketOptions {
    return { rejectUnauthorized: false, requestCert: true, isServer: true, secureContext: this.#context };
  }

  listen(onLink: (link: Link) => void, onRejected: (address: string) => void = () => {}): Promise<string[]> {
    const { onPlain } = this.#options;
    const sorter = new Sorter((raw) => this.#greet(raw, onLink, onRejected), onPlain ?? null, onRejected);
    const server = createServer((raw) => sorter.take(raw, addressOf(raw)));
    this.#sorter = sorter;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.#options.host, port: this.#options.port, backlog: 1024 }, () => {
        server.off('error', reject);
        // A transient error, such as running out of file descriptors, must not end the process.
        server.on('error', () => {});
        this.#bound = server.address() as { address: string; port: number };
        resolve(this.addresses());
      });
    });
  }

  /**
   * Returns the addresses at which others reach this peer while it listens; they change with the networks of this host.
   */
  addresses(): string[] {
    const bound = this.#bound;
    return this.#options.advertise ?? (bound === null ? [] : addressesOf(bound.address, bound.port));
  }

  /** Runs the server side of the handshake. */
  #greet(raw: Socket, onLink: (link: Link) => void, onRejected: (address: string) => void): void {
    const address = addressOf(raw);
    if (this.#sockets.size >= SOCKETS_MAX) {
      raw.destroy();
      return;
    }
    const socket = new tls.TLSSocket(raw, this.#serverOptions());
    this.#keep(socket);
    this.#handshakes.enter(raw);
    const timer = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    const done = () => {
      clearTimeout(timer);
      return this.#handshakes.leave(raw);
    };
    raw.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (done()) onRejected(address);
    });
    socket.once('secure', () => {
      done();
      onLink(accepted(socket, address));
    });
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sorter?.close();
    const server = this.#server;
    this.#server = null;
    return new Promise((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }

  #keep(socket: tls.TLSSocket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** Resolves names as usual, less the addresses that may not be dialled. */
function lookupWithin(mayDial: MayDial): LookupFunction {
  return (host, options, done) =>
    dns.lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0);
      const allowed = found.filter(({ address }) => mayDial(address));
      const [first] = allowed;
      if (first === undefined) done(new Error('where it resolves to no peer ever answered'), '', 0);
      else if (options.all === true) done(null, allowed);
      else done(null, first.address, first.family);
    });
}

function addressOf(raw: Socket): string {
  return formatAddress(plainHost(raw.remoteAddress ?? ''), raw.remotePort ?? 0);
}

/** Shared read buffer of all dialled links: each consumes its content before the next read. */
const inflow = Buffer.allocUnsafeSlow(RECORD_BYTES_MAX);

/** Node offers no read buffer option for accepted sockets. */
function accepted(socket: tls.TLSSocket, address: string): TlsLink {
  const link = new TlsLink(socket, false, address);
  socket.on('data', (chunk: Buffer) => link.receive(chunk));
  return link;
}

class TlsLink implements Link {
  readonly shown: Shown;
  readonly isDialler: boolean;
  readonly #socket: tls.TLSSocket;
  readonly #outflow: Outflow;
  #events: LinkEvents | null = null;
  #reason = 'the other side closed the link';

  constructor(socket: tls.TLSSocket, isDialler: boolean, address: string, resolved?: string) {
    this.#socket = socket;
    this.#outflow = new Outflow(socket, () => this.#events?.onDrain());
    this.isDialler = isDialler;
    this.shown = { certificate: socket.getPeerX509Certificate()?.raw ?? null, address, resolved };
  }

  get sentBytes(): number {
    return this.#outflow.sentBytes;
  }

  get waitingBytes(): number {
    return this.#outflow.waitingBytes;
  }

  start(events: LinkEvents): void {
    const socket = this.#socket;
    this.#events = events;
    socket.on('error', (error) => {
      this.#reason = reasonOf(error);
    });
    socket.once('close', () => events.onClose(this.#reason));
    if (socket.destroyed) queueMicrotask(() => events.onClose(this.#reason));
  }

  /** Delivers bytes, which are borrowed until this call returns. */
  receive(bytes: Uint8Array): void {
    this.#events?.onBytes(bytes);
  }

  send(...parts: Uint8Array[]): void {
    if (this.#socket.writable) this.#outflow.send(parts);
  }

  flush(): void {
    this.#outflow.flush();
  }

  close(): void {
    this.#reason = 'closed';
    this.#outflow.finish();
    this.#socket.destroySoon();
  }

  destroy(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
  }
}

/** Shared placeholder context of peers without a certificate. */
let nobody: tls.SecureContext | null = null;

function contextOf(credentials: LinkCredentials | null): tls.SecureContext {
  const options = { ...tlsOptions, ca: [], sessionTimeout: 0 };
  if (credentials === null) {
    nobody ??= tls.createSecureContext(options);
    return nobody;
  }
  return tls.createSecureContext({ ...options, key: credentials.privateKey, cert: credentials.certificate });
}

/**
 * Returns the addresses of a socket bound to all interfaces: up to four addresses of this host, LAN addresses first.
 */
function addressesOf(host: string, port: number): string[] {
  if (host !== '::' && host !== '0.0.0.0') return [formatAddress(host, port)];
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside = all.filter((each) => !each.internal && !each.address.startsWith('fe80:'));
  const v4First = outside.sort((a, b) => a.family.localeCompare(b.family));
  return [
    ...v4First.map((each) => formatAddress(each.address, port)).slice(0, 3),
    formatAddress('127.0.0.1', port),
  ];
}
