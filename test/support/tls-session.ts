// TLS sessions of Node's own, without a socket: their records, and the secrets that Node logs.
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect, type SecureVersion, TLSSocket, type TLSSocketOptions } from 'node:tls';

/** Bytes on their way: > from the client, < from the server. */
export type Chunk = readonly ['>' | '<', Uint8Array];

/** Two ends of a wire; what is written to one is told and read at the other. */
function wire(tell: (way: '>' | '<', bytes: Uint8Array) => void): [Duplex, Duplex] {
  const end = (way: '>' | '<', other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(bytes, _, done) {
        tell(way, Uint8Array.from(bytes));
        other().push(bytes);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
    });
  const client: Duplex = end('>', () => server);
  const server: Duplex = end('<', () => client);
  return [client, server];
}

const key = Buffer.alloc(32, 7);

/** OpenSSL's SSL_OP_NO_ENCRYPT_THEN_MAC, which Node does not name. */
export const MAC_INSIDE = 1 << 19;

/** A session in which the client asks and the server answers: its records, and the log of its secrets. */
export async function session(
  version: SecureVersion,
  ciphers: string,
  said: readonly string[],
  secureOptions = 0,
): Promise<{ chunks: Chunk[]; log: string }> {
  const chunks: Chunk[] = [];
  let log = '';
  const [near, far] = wire((way, bytes) => chunks.push([way, bytes]));
  const common = { minVersion: version, maxVersion: version, ciphers, secureOptions };
  // The types know the callback of connect() alone.
  const ofServer = { ...common, isServer: true, ALPNProtocols: ['http/1.1'], pskCallback: () => key };
  const server = new TLSSocket(far, ofServer as TLSSocketOptions);
  const client = connect({
    ...common,
    socket: near,
    ALPNProtocols: ['http/1.1'],
    pskCallback: () => ({ psk: key, identity: 'me' }),
    checkServerIdentity: () => undefined,
  });
  client.on('keylog', (line) => {
    log += line;
  });
  await once(client, 'secureConnect');
  const [request = '', ...answers] = said;
  const asked = once(server, 'data');
  client.write(request);
  await asked;
  for (const answer of answers) {
    const got = once(client, 'data');
    server.write(answer);
    await got;
  }
  const closed = once(server, 'end');
  server.resume();
  client.end();
  await closed;
  client.destroy();
  server.destroy();
  return { chunks, log };
}
