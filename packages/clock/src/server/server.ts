// An NTP server on UDP, with the NTS key-establishment server beside it.
import { createSocket, type Socket } from 'node:dgram';
import type { Server } from 'node:tls';
import { ClockError } from '../errors.ts';
import { CookieJar } from '../nts/cookies.ts';
import { createKeyServer } from '../nts/ke-server.ts';
import { answer, type ServedTime } from './answer.ts';
import { RATE_DEFAULTS, RateLimit, type RateLimitOptions } from './rate-limit.ts';

/** Interval of key rotation (RFC 8915 §6 advises a day). */
const ROTATION_MS = 24 * 3600 * 1000;

export interface TimeServerOptions {
  readonly time: ServedTime;
  /** Address and UDP port; port 0 lets the system choose. */
  readonly address: string;
  readonly port: number;
  /** PEM; with it, the server offers NTS too. */
  readonly nts?: { readonly port: number; readonly key: string | Buffer; readonly cert: string | Buffer };
  readonly rate?: RateLimitOptions;
}

export interface ServerCounts {
  answered: number;
  /** Requests over the rate limit. */
  limited: number;
  /** Datagrams that were not requests. */
  ignored: number;
}

export class TimeServer {
  readonly counts: ServerCounts = { answered: 0, limited: 0, ignored: 0 };
  readonly #options: TimeServerOptions;
  readonly #socket: Socket;
  readonly #limit: RateLimit;
  readonly #jar: CookieJar | null;
  #keyServer: Server | null = null;
  #rotation: NodeJS.Timeout | null = null;

  constructor(options: TimeServerOptions) {
    this.#options = options;
    this.#socket = createSocket(options.address.includes(':') ? 'udp6' : 'udp4');
    this.#limit = new RateLimit(options.rate ?? RATE_DEFAULTS);
    this.#jar = options.nts === undefined ? null : new CookieJar();
    this.#socket.on('message', (bytes, { address, port }) => this.#serve(bytes, address, port));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get keyPort(): number | null {
    const address = this.#keyServer?.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  /** @throws ClockError if a port is taken or not permitted, or the address is none of this machine */
  async listen(): Promise<void> {
    const { address, port, nts } = this.#options;
    await bound(this.#socket, this.#options, (done) => this.#socket.bind(port, address, done));
    // An error of one datagram (ICMP unreachable) must not end the server.
    this.#socket.on('error', () => {});
    if (nts === undefined || this.#jar === null) return;
    const server = createKeyServer({ key: nts.key, cert: nts.cert, jar: this.#jar, ntpPort: this.port });
    this.#keyServer = server;
    try {
      await bound(server, { address, port: nts.port }, (done) => server.listen(nts.port, address, done));
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#rotation = setInterval(() => this.#jar?.rotate(), ROTATION_MS).unref();
  }

  async close(): Promise<void> {
    if (this.#rotation !== null) clearInterval(this.#rotation);
    await new Promise<void>((done) => this.#socket.close(() => done()));
    if (this.#keyServer?.listening) await new Promise((done) => this.#keyServer!.close(done));
  }

  #serve(bytes: Uint8Array, address: string, port: number): void {
    // Source port 0 cannot be answered (RFC 768), and the system would refuse to try.
    if (port === 0) return void this.counts.ignored++;
    const { time } = this.#options;
    const receivedNs = time.nowNs();
    const verdict = this.#limit.judge(address, Number(process.hrtime.bigint()) / 1e9);
    if (verdict !== 'answer') this.counts.limited++;
    if (verdict === 'drop') return;
    const reply = answer({ bytes, receivedNs, isTooFast: verdict === 'notify' }, time, this.#jar);
    if (reply === null) this.counts.ignored++;
    else {
      this.counts.answered++;
      this.#socket.send(reply, port, address);
    }
  }
}

function bound(
  socket: {
    once(event: 'error', listener: (error: Error) => void): unknown;
    off(event: 'error', listener: (error: Error) => void): unknown;
  },
  { address, port }: { address: string; port: number },
  bind: (done: () => void) => void,
): Promise<void> {
  return new Promise((settle, reject) => {
    const refuse = (error: Error) => reject(listenError(error, address, port));
    socket.once('error', refuse);
    bind(() => {
      socket.off('error', refuse);
      settle();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, address: string, port: number): ClockError {
  const { code, syscall, message } = error;
  if (code === 'EADDRINUSE') return new ClockError('port', `port ${port} is taken; choose another`);
  if (code === 'EACCES')
    return new ClockError('port', `port ${port} needs more rights; choose one above 1023`);
  if (code === 'EADDRNOTAVAIL' || syscall === 'getaddrinfo')
    return new ClockError('address', `${address} is not an address of this machine; choose another`);
  return new ClockError('port', message);
}
