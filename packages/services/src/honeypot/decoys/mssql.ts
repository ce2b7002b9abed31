// Imitates Microsoft SQL Server 2022 up to the login, which always fails (MS-TDS). It offers no encryption, so that the
// password arrives as clients obfuscate it.
import type { Visit } from '../visit.ts';
import type { Decoy } from './decoy.ts';

/** Packet types (MS-TDS §2.2.3.1.1). */
const LOGIN_4 = 0x02;
const RESPONSE = 0x04;
const LOGIN_7 = 0x10;
const PRELOGIN = 0x12;
const END_OF_MESSAGE = 1;
const HEAD_BYTES = 8;
const PACKET_BYTES_MAX = 32_767;
const MESSAGE_BYTES_MAX = 131_072;
const MESSAGES_MAX = 10;

/** PRELOGIN options (MS-TDS §2.2.6.5): version 16.0.4085, no encryption, instance, thread, MARS. */
const OPTIONS: ReadonlyMap<number, Buffer> = new Map([
  [0, Buffer.of(16, 0, 0x0f, 0xf5, 0, 0)],
  [1, Buffer.of(2)],
  [2, Buffer.of(0)],
  [3, Buffer.alloc(0)],
  [4, Buffer.of(0)],
]);
const LAST_OPTION = 0xff;
const LOGIN_FAILED = 18_456;

/** First byte of a version (MS-TDS §2.2.6.4): texts are UTF-16 from 7.0 on, and counts are wider from 7.2 on. */
const TDS_4_2 = 0x42;
const TDS_7_0 = 0x70;
const TDS_7_2 = 0x72;

interface Login {
  readonly version: number;
  readonly user: string;
  readonly password: string;
  /** Names of the program and the host that the client claims. */
  readonly agent: string;
}

export const mssql: Decoy = {
  name: 'mssql',
  port: 1433,
  recognises: (first) =>
    first.length >= HEAD_BYTES &&
    [LOGIN_4, LOGIN_7, PRELOGIN].includes(first[0]!) &&
    first[1]! <= END_OF_MESSAGE &&
    first.readUInt16BE(2) > HEAD_BYTES &&
    first.readUInt16BE(2) <= PACKET_BYTES_MAX,
  serve: async (visit) => {
    for (let i = 0; i < MESSAGES_MAX; i++) {
      const message = await readMessage(visit);
      if (message === null) break;
      if (message.type === PRELOGIN) {
        visit.write(packet(preloginAnswer(message.body)));
        continue;
      }
      const login = message.type === LOGIN_7 ? login7In(message.body) : login4In(message.body);
      visit.report({ type: 'login', user: login.user, password: login.password, isSuccess: false });
      if (login.agent !== '') visit.report({ type: 'command', command: `login by ${login.agent}` });
      visit.write(packet(refusal(visit.persona.hostname.toUpperCase(), login)));
      break;
    }
    visit.end();
  },
};

/** A message is one or more packets of its type; null: it is no login. */
async function readMessage(visit: Visit): Promise<{ type: number; body: Buffer } | null> {
  const parts: Buffer[] = [];
  for (let bytes = 0; ; ) {
    const head = await visit.bytes(HEAD_BYTES);
    const type = head[0]!;
    const length = head.readUInt16BE(2) - HEAD_BYTES;
    bytes += length;
    if (![LOGIN_4, LOGIN_7, PRELOGIN].includes(type) || length < 0 || bytes > MESSAGE_BYTES_MAX) return null;
    parts.push(await visit.bytes(length));
    if ((head[1]! & END_OF_MESSAGE) !== 0) return { type, body: Buffer.concat(parts) };
  }
}

/** LOGIN7 (MS-TDS §2.2.6.4): offsets in bytes and lengths in characters of each text, from byte 36 on. */
function login7In(body: Buffer): Login {
  const bytesOf = (at: number): Buffer => {
    if (at + 4 > body.length) return Buffer.alloc(0);
    const offset = body.readUInt16LE(at);
    return body.subarray(offset, offset + 2 * body.readUInt16LE(at + 2));
  };
  const textOf = (at: number) => bytesOf(at).toString('utf16le');
  const agent = [textOf(48), textOf(36)].filter((text) => text !== '').join(' on ');
  const password = plain(bytesOf(44)).toString('utf16le');
  return { version: body[7] ?? TDS_7_0, user: textOf(40), password, agent };
}

/** Each byte has its halves swapped, and is XORed with 0xa5 (MS-TDS §2.2.6.4). */
function plain(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => ((byte ^ 0xa5) >> 4) | (((byte ^ 0xa5) << 4) & 0xf0)));
}

/** The login of TDS 4.2, which scanners still send: fields of 30 bytes, each with its length behind it. */
function login4In(body: Buffer): Login {
  const textOf = (field: number): string => {
    const at = 31 * field;
    return body.toString('latin1', at, at + Math.min(30, body[at + 30] ?? 0));
  };
  return { version: TDS_4_2, user: textOf(1), password: textOf(2), agent: textOf(0) };
}

/** ERROR and DONE tokens (MS-TDS §2.2.7.10, §2.2.7.6). */
function refusal(server: string, { version, user }: Login): Buffer {
  const message = `Login failed for user '${user.slice(0, 128)}'.`;
  const encoding = version < TDS_7_0 ? 'latin1' : 'utf16le';
  const isWide = version >= TDS_7_2;
  const text = Buffer.concat([size16(message.length), Buffer.from(message, encoding)]);
  const name = Buffer.concat([Buffer.of(server.length), Buffer.from(server, encoding)]);
  const number = Buffer.alloc(4);
  number.writeUInt32LE(LOGIN_FAILED);
  const line = Buffer.alloc(isWide ? 4 : 2);
  line[0] = 1;
  // State and class (severity) of the error; no procedure.
  const error = Buffer.concat([number, Buffer.of(1, 14), text, name, Buffer.of(0), line]);
  // Status: an error; no command; no rows.
  const done = Buffer.concat([Buffer.of(0xfd, 2, 0, 0, 0), Buffer.alloc(isWide ? 8 : 4)]);
  return Buffer.concat([Buffer.of(0xaa), size16(error.length), error, done]);
}

/** The options that the client sent, as far as they are known. */
function preloginAnswer(request: Buffer): Buffer {
  const options: [token: number, data: Buffer][] = [];
  for (let at = 0; at + 5 <= request.length && request[at] !== LAST_OPTION; at += 5) {
    const data = OPTIONS.get(request[at]!);
    if (data !== undefined && options.length < OPTIONS.size) options.push([request[at]!, data]);
  }
  let at = 5 * options.length + 1;
  const heads = options.map(([token, data]) => {
    const head = Buffer.alloc(5, token);
    head.writeUInt16BE(at, 1);
    head.writeUInt16BE(data.length, 3);
    at += data.length;
    return head;
  });
  return Buffer.concat([...heads, Buffer.of(LAST_OPTION), ...options.map(([, data]) => data)]);
}

function packet(body: Buffer): Buffer {
  const head = Buffer.of(RESPONSE, END_OF_MESSAGE, 0, 0, 0, 0, 1, 0);
  head.writeUInt16BE(HEAD_BYTES + body.length, 2);
  return Buffer.concat([head, body]);
}

function size16(value: number): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16LE(value);
  return size;
}
