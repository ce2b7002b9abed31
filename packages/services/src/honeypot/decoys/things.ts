// Small decoys for binary protocols: MQTT, Modbus, RDP and SMB. They answer the opening messages.
import { randomBytes } from 'node:crypto';
import { madeUp, type Visit, whim } from '../visit.ts';
import type { Decoy } from './decoy.ts';

const MQTT_BYTES_MAX = 65_536;
const MODBUS_REQUESTS_MAX = 500;

/** A broker that refuses everyone. */
export const mqtt: Decoy = {
  name: 'mqtt',
  port: 1883,
  recognises: (first) => first[0] === 0x10 && /MQTT|MQIsdp/.test(first.toString('latin1', 2, 12)),
  serve: async (visit) => {
    await visit.bytes(1);
    const length = await mqttLength(visit);
    if (length < 12 || length > MQTT_BYTES_MAX) return visit.end();
    const connect = mqttConnect(await visit.bytes(length));
    if (connect === null) return visit.end();
    const { client, user, password, level } = connect;
    visit.report({ type: 'login', user, password, isSuccess: false });
    visit.report({ type: 'command', command: `CONNECT ${client}` });
    visit.write(mqttRefusal(level, user !== undefined));
    visit.end();
  },
};

/** Remaining length: seven bits a byte, at most four bytes (MQTT 3.1.1 §2.2.3). */
async function mqttLength(visit: Visit): Promise<number> {
  let length = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = (await visit.bytes(1))[0]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return length;
  }
  return -1;
}

/** CONNACK: bad user name or password, or not authorized (MQTT 3.1.1 §3.2.2.3; MQTT 5 §3.2.2.2, with no properties). */
function mqttRefusal(level: number, hasUser: boolean): Buffer {
  return level === 5
    ? Buffer.of(0x20, 3, 0, hasUser ? 0x86 : 0x87, 0)
    : Buffer.of(0x20, 2, 0, hasUser ? 4 : 5);
}

interface MqttConnect {
  /** 4: MQTT 3.1.1; 5: MQTT 5. */
  readonly level: number;
  readonly client: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

function mqttConnect(body: Buffer): MqttConnect | null {
  let at = 0;
  const text = () => {
    if (at + 2 > body.length) return '';
    const start = at + 2;
    at = start + body.readUInt16BE(at);
    return body.toString('latin1', start, at);
  };
  // Protocol name, then level, flags, keep-alive.
  if (!/^(MQTT|MQIsdp)$/.test(text())) return null;
  const level = body[at] ?? 0;
  const flags = body[at + 1] ?? 0;
  at += 4;
  // Properties, their length in seven bits a byte (MQTT 5 §2.2.2.1).
  const skipProperties = () => {
    if (level !== 5) return;
    let length = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = body[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += length;
  };
  skipProperties();
  const client = text();
  if (flags & 0x04) {
    skipProperties();
    text();
    text();
  }
  return {
    level,
    client,
    user: flags & 0x80 ? text() : undefined,
    password: flags & 0x40 ? text() : undefined,
  };
}

/** A controller; its registers follow from the persona and drift slightly (Modbus application protocol 1.1b3 §6). */
export const modbus: Decoy = {
  name: 'modbus',
  port: 502,
  recognises: (first) => {
    if (first.length < 8 || first.readUInt16BE(2) !== 0) return false;
    const length = first.readUInt16BE(4);
    return length >= 2 && length <= 254 && (first[7]! & 0x7f) <= 0x2b && first[7]! !== 0;
  },
  serve: async (visit) => {
    for (let i = 0; i < MODBUS_REQUESTS_MAX; i++) {
      const head = await visit.bytes(6);
      const length = head.readUInt16BE(4);
      if (head.readUInt16BE(2) !== 0 || length < 2 || length > 254) break;
      const body = await visit.bytes(length);
      visit.report({
        type: 'command',
        command: `unit ${body[0]} function ${body[1]} ${body.toString('hex', 2)}`,
      });
      const answer = Buffer.concat([body.subarray(0, 1), modbusAnswer(visit, body)]);
      head.writeUInt16BE(answer.length, 4);
      visit.write(Buffer.concat([head, answer]));
    }
    visit.end();
  },
};

function modbusAnswer(visit: Visit, body: Buffer): Buffer {
  const code = body[1]!;
  const exception = (reason: number) => Buffer.of(code | 0x80, reason);
  if (body.length < 6) return code === 0x11 ? Buffer.of(0x11, 2, 0x0a, 0xff) : exception(1);
  const from = body.readUInt16BE(2);
  const count = body.readUInt16BE(4);
  switch (code) {
    case 3:
    case 4: {
      if (count < 1 || count > 125) return exception(3);
      if (from + count > 2000) return exception(2);
      const values = Buffer.alloc(2 + 2 * count);
      values.set([code, 2 * count]);
      const minute = Math.floor(Date.now() / 60_000);
      for (let i = 0; i < count; i++) {
        const base = whim(visit.persona, `register ${from + i}`, 900);
        values.writeUInt16BE(base + whim(visit.persona, `${minute} ${from + i}`, 1 + base / 50), 2 + 2 * i);
      }
      return values;
    }
    case 5:
    case 6:
      return from < 2000 ? body.subarray(1, 6) : exception(2);
    default:
      return exception(1);
  }
}

/** The first exchange of RDP: the server requires network level authentication (MS-RDPBCGR §2.2.1.2). */
export const rdp: Decoy = {
  name: 'rdp',
  port: 3389,
  recognises: (first) => first[0] === 3 && first[1] === 0 && (first.length < 6 || first[5] === 0xe0),
  serve: async (visit) => {
    const head = await visit.bytes(4);
    const length = head.readUInt16BE(2);
    // TPKT version 3 (RFC 1006 §6).
    if (head[0] !== 3 || length < 11 || length > 1024) return visit.end();
    const body = await visit.bytes(length - 4);
    const cookie = /mstshash=([^\r\n]*)/.exec(body.toString('latin1'));
    if (cookie !== null) visit.report({ type: 'login', user: cookie[1], isSuccess: false });
    visit.write(Buffer.from('030000130ed00000123400021f080002000000', 'hex'));
    await visit.read();
    visit.end();
  },
};

/** SMB: negotiates as Windows does, then refuses the session (MS-SMB2 §2.2.4, MS-SMB §2.2.4.5). */
export const smb: Decoy = {
  name: 'smb',
  port: 445,
  recognises: (first) =>
    first.length >= 8 && first[0] === 0 && /^[\xff\xfe]SMB/.test(first.toString('latin1', 4, 8)),
  serve: async (visit) => {
    for (let i = 0; i < 20; i++) {
      const head = (await visit.bytes(4)).readUInt32BE();
      // Only type 0, session message, carries SMB (RFC 1002 §4.3.1).
      if (head >>> 24 !== 0) break;
      const length = head & 0x1ffff;
      const body = await visit.bytes(length);
      if (length < 32) break;
      const isSecond = body[0] === 0xfe;
      const command = isSecond ? body.readUInt16LE(12) : body[4]!;
      visit.report({ type: 'command', command: smbName(isSecond, command) });
      const answer = isSecond ? smb2Answer(visit, body, command) : smb1Answer(visit, body, command);
      if (answer === null) break;
      const size = Buffer.alloc(4);
      size.writeUInt32BE(answer.length);
      visit.write(Buffer.concat([size, answer]));
    }
    visit.end();
  },
};

/** MS-SMB2 §2.2.1.2, in order. */
const SMB2_COMMANDS = [
  ...['NEGOTIATE', 'SESSION_SETUP', 'LOGOFF', 'TREE_CONNECT', 'TREE_DISCONNECT', 'CREATE', 'CLOSE', 'FLUSH'],
  ...['READ', 'WRITE', 'LOCK', 'IOCTL', 'CANCEL', 'ECHO', 'QUERY_DIRECTORY', 'CHANGE_NOTIFY', 'QUERY_INFO'],
  ...['SET_INFO', 'OPLOCK_BREAK'],
];
/** MS-CIFS §2.2.2.1: what opens a connection, and what exploits begin with. */
const SMB1_COMMANDS: Readonly<Record<number, string>> = {
  37: 'TRANSACTION',
  43: 'ECHO',
  50: 'TRANSACTION2',
  113: 'TREE_DISCONNECT',
  114: 'NEGOTIATE',
  115: 'SESSION_SETUP_ANDX',
  116: 'LOGOFF_ANDX',
  117: 'TREE_CONNECT_ANDX',
  160: 'NT_TRANSACT',
  162: 'NT_CREATE_ANDX',
};

function smbName(isSecond: boolean, command: number): string {
  const name = isSecond ? SMB2_COMMANDS[command] : SMB1_COMMANDS[command];
  return `${isSecond ? 'SMB2' : 'SMB1'} ${name ?? `command ${command}`}`;
}

/** Answers NEGOTIATE of SMB 1 as Windows 7 to 10, for clients that offer NT LM 0.12; refuses everything later. */
function smb1Answer({ persona }: Visit, request: Buffer, command: number): Buffer | null {
  if (command !== 0x72) return null;
  const names = ['WORKGROUP', persona.hostname.toUpperCase()].map((name) =>
    Buffer.from(`${name}\0`, 'utf16le'),
  );
  // A new challenge for each connection (MS-CIFS §2.2.4.52.2).
  const challenge = randomBytes(8);
  const data = Buffer.concat([challenge, ...names]);
  const header = Buffer.from(request.subarray(0, 32));
  header.writeUInt32LE(0, 5);
  header[9] = 0x88;
  header.writeUInt16LE(0x4001, 10);
  const dialects = request
    .toString('latin1', 35)
    .split('\x02')
    .map((name) => name.replace(/\0$/, ''));
  const words = Buffer.alloc(34);
  words.writeUInt16LE(Math.max(0, dialects.indexOf('NT LM 0.12') - 1), 0);
  words[2] = 3;
  words.writeUInt16LE(10, 3);
  words.writeUInt16LE(1, 5);
  words.writeUInt32LE(0x1104, 7);
  words.writeUInt32LE(0x10000, 11);
  words.writeUInt32LE(0x0001e3fc, 19);
  words[33] = 8;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(data.length);
  return Buffer.concat([header, Buffer.of(17), words, size, data]);
}

/** Negotiates SMB 2.1; session setup always fails. */
function smb2Answer({ persona }: Visit, request: Buffer, command: number): Buffer | null {
  const header = Buffer.from(request.subarray(0, 64));
  if (header.length < 64) return null;
  header.writeUInt32LE(header.readUInt32LE(16) | 1, 16);
  header.writeUInt16LE(1, 14);
  if (command === 1) {
    header.writeUInt32LE(0xc000006d, 8); // STATUS_LOGON_FAILURE
    return Buffer.concat([header, Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 0])]);
  }
  if (command !== 0) return null;
  const body = Buffer.alloc(65);
  body.writeUInt16LE(65, 0);
  body.writeUInt16LE(1, 2);
  body.writeUInt16LE(0x0210, 4);
  madeUp(persona, 'smb server guid', 16).copy(body, 8);
  body.writeUInt32LE(7, 24);
  body.writeUInt32LE(0x10_0000, 28);
  body.writeUInt32LE(0x10_0000, 32);
  body.writeUInt32LE(0x10_0000, 36);
  body.writeBigUInt64LE(116_444_736_000_000_000n + BigInt(Date.now()) * 10_000n, 40);
  body.writeUInt16LE(128, 56);
  return Buffer.concat([header, body]);
}
