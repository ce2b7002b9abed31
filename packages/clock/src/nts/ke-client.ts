// NTS key establishment, client side: a TLS 1.3 connection that yields keys and cookies (RFC 8915 §4).
import { connect, type TLSSocket } from 'node:tls';
import { ClockError, noAddress } from '../errors.ts';
import { COOKIES_MAX } from './cookies.ts';
import { exportKeys, KE_PORT, KE_PROTOCOL, type NtsKeys } from './keys.ts';
import { readMessage } from './message.ts';
import {
  AES_SIV_CMAC_256,
  END_OF_MESSAGE,
  encodeRecords,
  hasUnknownCritical,
  type KeyRecord,
  NTPV4,
  numbers,
  numbersOf,
  RecordType,
  record,
} from './records.ts';

/** Maximum cookie length, so that it fits into a packet (RFC 8915 §5.4 sets no bound). */
const COOKIE_BYTES_MAX = 512;
const NTP_PORT = 123;

export interface KeyServer {
  readonly host: string;
  /** 4460 by default. */
  readonly port?: number;
  /** Certificates (PEM) trusted instead of the system's. */
  readonly ca?: string | Buffer;
  /** 5,000 by default. */
  readonly timeoutMs?: number;
}

export interface Association {
  readonly keys: NtsKeys;
  /** Unused cookies, oldest first; each is used once. */
  readonly cookies: Uint8Array[];
  /** The time server to use. */
  readonly host: string;
  readonly port: number;
}

/** @throws ClockError */
export async function establishKeys(server: KeyServer): Promise<Association> {
  const { host, port = KE_PORT, timeoutMs = 5000 } = server;
  const socket = connect({
    host,
    port,
    ca: server.ca,
    servername: isAddress(host) ? '' : host,
    ALPNProtocols: [KE_PROTOCOL],
    minVersion: 'TLSv1.3',
  });
  try {
    const deadline = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      socket.once('close', () => clearTimeout(timer));
    });
    return await Promise.race([exchangeRecords(socket, host), deadline]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') throw noAddress(host);
    // Node adds advice about its own flags.
    const reason =
      error instanceof Error ? error.message.replace(/; if the root CA .*$/s, '') : String(error);
    throw new ClockError('keys', `NTS keys from ${host} port ${port}: ${reason}`);
  } finally {
    socket.destroy();
  }
}

async function exchangeRecords(socket: TLSSocket, host: string): Promise<Association> {
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  if (socket.alpnProtocol !== KE_PROTOCOL) throw new Error('the server does not speak NTS key establishment');
  socket.write(
    encodeRecords([
      record(RecordType.nextProtocol, numbers(NTPV4), true),
      record(RecordType.aead, numbers(AES_SIV_CMAC_256), true),
      END_OF_MESSAGE,
    ]),
  );
  return associationOf(await readMessage(socket), socket, host);
}

function associationOf(records: readonly KeyRecord[], socket: TLSSocket, host: string): Association {
  const body = (type: number) => records.find((each) => each.type === type)?.body;
  const first = (type: number) => numbersOf(body(type) ?? new Uint8Array(0))[0];
  const error = first(RecordType.error);
  if (error !== undefined) throw new Error(`the server refuses: error ${error}`);
  if (hasUnknownCritical(records)) throw new Error('the response has an unknown critical record');
  if (first(RecordType.nextProtocol) !== NTPV4) throw new Error('the server has no NTPv4');
  if (first(RecordType.aead) !== AES_SIV_CMAC_256) throw new Error('the server has no AES-SIV-CMAC-256');
  const cookies = records.filter(({ type }) => type === RecordType.cookie).map((each) => each.body);
  const usable = cookies.filter(({ length }) => length > 0 && length <= COOKIE_BYTES_MAX);
  if (usable.length === 0) throw new Error('the server gave no cookie');
  const server = body(RecordType.server);
  return {
    keys: exportKeys(socket),
    cookies: usable.slice(0, COOKIES_MAX),
    host: server === undefined ? host : Buffer.from(server).toString('ascii'),
    port: first(RecordType.port) ?? NTP_PORT,
  };
}

/** An IP address is not sent as server name (RFC 6066 §3). */
function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
