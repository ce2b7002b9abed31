// Decoys for MySQL and PostgreSQL, up to the password, which is never accepted.
import { randomBytes, randomInt } from 'node:crypto';
import type { Visit } from '../visit.ts';
import type { Decoy } from './decoy.ts';

const STARTUP_BYTES_MAX = 10_000;
const PROTOCOL_3 = 196_608;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;

/** The server speaks first (HandshakeV10), so there is no payload to recognise. */
export const mysql: Decoy = {
  name: 'mysql',
  port: 3306,
  recognises: () => false,
  serve: async (visit) => {
    const salt = randomBytes(20).map((byte) => (byte % 93) + 33);
    visit.write(packet(0, greeting(visit, salt)));
    const head = await visit.bytes(4);
    const answer = await visit.bytes(head.readUIntLE(0, 3));
    const { user, proof } = credentialsOf(answer);
    visit.report({ type: 'login', user, ...secretOf(salt, proof), isSuccess: false });
    const used = proof.length > 0 ? 'YES' : 'NO';
    const message = `#28000Access denied for user '${user}'@'${visit.visitor}' (using password: ${used})`;
    visit.write(packet(2, Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from(message, 'latin1')])));
    visit.end();
  },
};

/** Connection id; a real server has had some connections by now. */
let connections = randomInt(8, 4000);

function greeting({ persona }: Visit, salt: Uint8Array): Buffer {
  const version = Buffer.from(`${persona.versions.mysql}\0`, 'latin1');
  const thread = Buffer.alloc(4);
  thread.writeUInt32LE(connections++);
  return Buffer.concat([
    Buffer.of(10),
    version,
    thread,
    salt.subarray(0, 8),
    // Capabilities without TLS, utf8mb4, autocommit, 21 bytes of salt in all.
    Buffer.from([0, 0xff, 0xf7, 0xff, 2, 0, 0xff, 0xdf, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    salt.subarray(8, 20),
    Buffer.from('\0caching_sha2_password\0', 'latin1'),
  ]);
}

function packet(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

/**
 * User name and proof of the password in a HandshakeResponse41: after capabilities, packet size, character set and 23 zero bytes;
 * of an older client, no proof.
 */
function credentialsOf(answer: Buffer): { user: string; proof: Buffer } {
  const end = answer.indexOf(0, 32);
  if (end < 0) return { user: '', proof: Buffer.alloc(0) };
  const length = answer[end + 1] ?? 0;
  const begin = end + 2;
  // A single zero byte is an empty password, too (caching_sha2_password).
  const proof = answer.subarray(begin, begin + length);
  return {
    user: answer.toString('latin1', 32, end),
    proof: proof.every((byte) => byte === 0) ? Buffer.alloc(0) : proof,
  };
}

/** The password is never sent, only a hash with our salt: both are kept, so that it can be guessed (hashcat's $mysqlna$). */
function secretOf(salt: Uint8Array, proof: Buffer): { password: string } | { hash: string } {
  if (proof.length === 0) return { password: '' };
  const method = proof.length === 20 ? '$mysqlna$' : '$caching_sha2$';
  return { hash: `${method}${Buffer.from(salt).toString('hex')}*${proof.toString('hex')}` };
}

/** Start-up and password messages of PostgreSQL (protocol 3.0, "Message Flow"). */
export const postgres: Decoy = {
  name: 'postgresql',
  port: 5432,
  recognises: (first) => {
    if (first.length < 8) return false;
    const code = first.readInt32BE(4);
    return (
      [PROTOCOL_3, SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST].includes(code) &&
      first.readInt32BE(0) < STARTUP_BYTES_MAX
    );
  },
  serve: async (visit) => {
    for (;;) {
      const length = (await visit.bytes(4)).readInt32BE();
      if (length < 8 || length > STARTUP_BYTES_MAX)
        return fail(visit, '08P01', 'invalid length of startup packet');
      const body = await visit.bytes(length - 4);
      const code = body.readInt32BE();
      if (code === SSL_REQUEST || code === GSS_REQUEST) {
        visit.write('N');
        continue;
      }
      if (code === CANCEL_REQUEST) return visit.end();
      if (code !== PROTOCOL_3)
        return fail(
          visit,
          '0A000',
          `unsupported frontend protocol ${code >>> 16}.${code & 0xffff}: server supports 3.0 to 3.0`,
          true,
        );
      return login(visit, body);
    }
  },
};

async function login(visit: Visit, startup: Buffer): Promise<void> {
  const words = startup.toString('latin1', 4).split('\0');
  const user = words[words.indexOf('user') + 1] ?? '';
  visit.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])); // AuthenticationCleartextPassword
  const head = await visit.bytes(5);
  const length = head.readInt32BE(1);
  if (head[0] !== 0x70 || length < 5 || length > STARTUP_BYTES_MAX) return visit.end();
  const password = (await visit.bytes(length - 4)).toString('latin1').replace(/\0$/, '');
  visit.report({ type: 'login', user, password, isSuccess: false });
  fail(visit, '28P01', `password authentication failed for user "${user}"`);
}

/** ErrorResponse; with the source position only where nmap and others expect it. */
function fail(visit: Visit, code: string, message: string, hasPlace = false): void {
  const fields = [`SFATAL`, 'VFATAL', `C${code}`, `M${message}`];
  if (hasPlace)
    fields.push(
      'Fpostmaster.c',
      `L${visit.persona.versions.postgres.startsWith('13') ? 2125 : 2195}`,
      'RProcessStartupPacket',
    );
  const body = Buffer.from(`${fields.join('\0')}\0\0`, 'latin1');
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(body.length + 4, 1);
  visit.write(Buffer.concat([head, body]));
  visit.end();
}
