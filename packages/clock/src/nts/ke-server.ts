// NTS key establishment, server side (RFC 8915 §4): authenticates itself, issues cookies, closes.
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { COOKIES_MAX, type CookieJar } from './cookies.ts';
import { exportKeys, KE_PROTOCOL } from './keys.ts';
import { readMessage } from './message.ts';
import {
  AES_SIV_CMAC_256,
  END_OF_MESSAGE,
  encodeRecords,
  hasUnknownCritical,
  KeyError,
  type KeyRecord,
  NTPV4,
  numbers,
  numbersOf,
  RecordType,
  record,
} from './records.ts';

const CONNECTIONS_MAX = 256;
/** Time a client has to send its request. */
const TIMEOUT_MS = 5000;

export interface KeyServerOptions {
  /** PEM. */
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  readonly jar: CookieJar;
  /** Port of the time server, announced to clients if it is not 123. */
  readonly ntpPort: number;
}

/** Does not listen yet. */
export function createKeyServer({ key, cert, jar, ntpPort }: KeyServerOptions): Server {
  const server = createServer(
    { key, cert, minVersion: 'TLSv1.3', ALPNProtocols: [KE_PROTOCOL], handshakeTimeout: TIMEOUT_MS },
    (socket) => {
      socket.on('error', () => socket.destroy()); // A connection error concerns this client only.
      const timer = setTimeout(() => socket.destroy(), TIMEOUT_MS);
      socket.once('close', () => clearTimeout(timer));
      void serve(socket, jar, ntpPort);
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

async function serve(socket: TLSSocket, jar: CookieJar, ntpPort: number): Promise<void> {
  try {
    if (socket.alpnProtocol !== KE_PROTOCOL) return void socket.destroy();
    const answer = answerTo(await readMessage(socket), socket, jar, ntpPort);
    socket.end(encodeRecords([...answer, END_OF_MESSAGE]));
  } catch {
    socket.destroy(); // Truncated, or no message at all.
  }
}

function answerTo(
  request: readonly KeyRecord[],
  socket: TLSSocket,
  jar: CookieJar,
  ntpPort: number,
): KeyRecord[] {
  if (hasUnknownCritical(request)) return [errorRecord(KeyError.unrecognizedCriticalRecord)];
  const requested = (type: number) => request.filter((each) => each.type === type);
  const protocols = requested(RecordType.nextProtocol);
  const algorithms = requested(RecordType.aead);
  if (protocols.length !== 1 || algorithms.length > 1) return [errorRecord(KeyError.badRequest)];
  // Nothing in common is a regular response, not an error (RFC 8915 §4.1.2, §4.1.5).
  if (!numbersOf(protocols[0]!.body).includes(NTPV4))
    return [record(RecordType.nextProtocol, numbers(), true)];
  const hasAead = algorithms.length === 1 && numbersOf(algorithms[0]!.body).includes(AES_SIV_CMAC_256);
  const answer = [
    record(RecordType.nextProtocol, numbers(NTPV4), true),
    record(RecordType.aead, hasAead ? numbers(AES_SIV_CMAC_256) : numbers(), true),
  ];
  if (!hasAead) return answer;
  if (ntpPort !== 123) answer.push(record(RecordType.port, numbers(ntpPort), true));
  const keys = exportKeys(socket);
  for (let i = 0; i < COOKIES_MAX; i++) answer.push(record(RecordType.cookie, jar.seal(keys), false));
  return answer;
}

function errorRecord(code: number): KeyRecord {
  return record(RecordType.error, numbers(code), true);
}
