// TLS sessions of Node's own, without a socket: their records, and the secrets that Node logs.
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect, type SecureVersion, TLSSocket, type TLSSocketOptions } from 'node:tls';
import { type Frame, newFrame } from '@eyrie/dissect';

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

/** A segment of the conversation between 10.0.0.1 and a port of 10.0.0.2, over raw IP (link type 101). */
function segment(way: '>' | '<', sent: number, heard: number, payload: Uint8Array, port: number): Uint8Array {
  const packet = new Uint8Array(40 + payload.length);
  const view = new DataView(packet.buffer);
  const isClient = way === '>';
  packet.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0]);
  view.setUint16(2, packet.length);
  packet.set([10, 0, 0, isClient ? 1 : 2, 10, 0, 0, isClient ? 2 : 1], 12);
  view.setUint16(20, isClient ? 40_000 : port);
  view.setUint16(22, isClient ? port : 40_000);
  view.setUint32(24, sent);
  view.setUint32(28, heard);
  packet.set([0x50, 0x18, 0x20, 0], 32);
  packet.set(payload, 40);
  return packet;
}

/** What was said, by default over TLS's port, as packets a millisecond apart. */
export function framesOf(chunks: readonly Chunk[], port = 443): Frame[] {
  const sent = { '>': 1, '<': 1 };
  return chunks.map(([way, payload], i) => {
    const data = segment(way, sent[way], sent[way === '>' ? '<' : '>'], payload, port);
    sent[way] += payload.length;
    const end = data.length;
    const time = { seconds: 1_700_000_000, nanoseconds: i * 1_000_000, hasTime: true };
    return { ...newFrame(), ...time, number: i + 1, data, end, wireLength: end, linkType: 101 };
  });
}
