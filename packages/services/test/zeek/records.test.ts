// Logs of protocols of which no capture of Zeek's own tests is at hand: messages made by hand, and what is logged of them.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { Dissector, type Frame, newFrame } from '@eyrie/dissect';
import fc from 'fast-check';
import { type Chunk, framesOf } from '../../../../test/support/tls-session.ts';
import { formatRow, type LogKind, type RowSink, ZeekLogs } from '../../src/zeek/index.ts';

type Said = readonly [way: '>' | '<', what: string];
interface Conversation {
  readonly port: number;
  readonly isUdp?: boolean;
  /** Text, or bytes in hexadecimal. */
  readonly isHex?: boolean;
  readonly said: readonly Said[];
}

function bytesOf({ isHex = false, said }: Conversation): Chunk[] {
  return said.map(([way, what]) => [
    way,
    new Uint8Array(isHex ? Buffer.from(what.replaceAll(' ', ''), 'hex') : Buffer.from(what)),
  ]);
}

/** UDP between the same hosts as those of `framesOf`. */
function datagramsOf(chunks: readonly Chunk[], port: number): Frame[] {
  return framesOf(chunks, port).map((frame) => {
    const payload = frame.data.subarray(40);
    const data = new Uint8Array(28 + payload.length);
    data.set(frame.data.subarray(0, 24));
    const view = new DataView(data.buffer);
    view.setUint16(2, data.length);
    data[9] = 17;
    view.setUint16(24, 8 + payload.length);
    data.set(payload, 28);
    return { ...frame, data, end: data.length, wireLength: data.length };
  });
}

function framesFor(conversation: Conversation, chunks: readonly Chunk[]): Frame[] {
  return (conversation.isUdp === true ? datagramsOf : framesOf)(chunks, conversation.port);
}

class Rows implements RowSink {
  readonly lines: string[] = [];
  readonly rows = new Map<string, Record<string, unknown>[]>();

  write<Row>(kind: LogKind<Row>, row: Row): void {
    this.lines.push(formatRow(kind, row, 'tsv'));
    assert.equal(this.lines.at(-1)!.split('\t').length, kind.columns.length, this.lines.at(-1));
    const rows = this.rows.get(kind.path) ?? [];
    rows.push(Object.fromEntries(kind.columns.map(([name, , read]) => [name, read(row) ?? null])));
    this.rows.set(kind.path, rows);
  }
}

function logged(frames: readonly Frame[]): Rows {
  const sink = new Rows();
  const dissector = new Dissector({ matchReplies: false });
  const logs = new ZeekLogs(dissector.session, sink);
  for (const frame of frames) logs.add(dissector.dissect({ ...newFrame(), ...frame }));
  logs.end();
  return sink;
}

/** Some columns of the rows of a log. */
function columnsOf(conversation: Conversation, path: string, ...names: string[]): unknown[][] {
  const { rows } = logged(framesFor(conversation, bytesOf(conversation)));
  return (rows.get(path) ?? []).map((row) => names.map((name) => row[name]));
}

const ftp: Conversation = {
  port: 21,
  said: [
    ['<', '220-Welcome\r\n 230 is no code here\r\n220 Ready\r\n'],
    ['>', 'USER alice\r\n'],
    ['<', '331 Password\r\n'],
    ['>', 'PASS secret\r\n'],
    ['<', '230 In\r\n'],
    ['>', 'CWD /pub/new\r\n'],
    ['<', '250 Ok\r\n'],
    ['>', 'PASV\r\n'],
    ['<', '227 Entering Passive Mode (10,0,0,2,4,1)\r\n'],
    ['>', 'RETR ../a.txt\r\n'],
    ['<', '150 Opening BINARY mode data connection for a.txt (77 bytes).\r\n'],
    ['<', '226 Done\r\n'],
    ['>', 'DELE b.txt\r\nSTOR c.txt\r\n'],
    ['<', '550 No\r\n'],
  ],
};

test('FTP: the password of a user is hidden, paths are whole, and a command without reply is logged at the end', () => {
  assert.deepEqual(columnsOf(ftp, 'ftp', 'user', 'password', 'command', 'arg', 'reply_code', 'file_size'), [
    ['alice', '<hidden>', 'PASV', null, 227, null],
    ['alice', '<hidden>', 'RETR', 'ftp://10.0.0.2/pub/a.txt', 226, 77],
    ['alice', '<hidden>', 'DELE', 'ftp://10.0.0.2/pub/new/b.txt', 550, null],
    ['alice', '<hidden>', 'STOR', 'ftp://10.0.0.2/pub/new/c.txt', null, null],
  ]);
  const channel = ['passive', 'orig_h', 'resp_h', 'resp_p'].map((name) => `data_channel.${name}`);
  assert.deepEqual(columnsOf(ftp, 'ftp', ...channel)[0], [true, '10.0.0.1', '10.0.0.2', 1025]);
});

const smtp: Conversation = {
  port: 25,
  said: [
    ['<', '220 mx ESMTP\r\n'],
    ['>', 'EHLO lab\r\n'],
    ['<', '250 mx\r\n'],
    ['>', 'MAIL FROM:<ana@example.org>\r\n'],
    ['<', '250 Ok\r\n'],
    ['>', 'RCPT TO:<ben@example.com>\r\n'],
    ['<', '250 Ok\r\n'],
    ['>', 'DATA\r\n'],
    ['<', '354 Go on\r\n'],
    [
      '>',
      [
        'Received: from b.example ([192.0.2.2]) by mx; Mon, 1 Jan 2024 00:00:02 +0000',
        'Received: from a.example (HELO x [198.51.100.9]) (2001:db8::7) by b.example;',
        '\tMon, 1 Jan 2024 00:00:01 +0000',
        'Date: Mon, 1 Jan 2024 00:00:00 +0000',
        'From: Ana <ana@example.org>',
        'To: Ben <ben@example.com>, carla@example.com',
        'Cc: ops@example.com',
        'Reply-To: desk@example.org',
        'Message-ID: <1@example.org>',
        'In-Reply-To: <0@example.com>',
        'Subject: Oak table',
        'X-Originating-IP: [203.0.113.5]',
        'X-Mailer: Quill 2',
        '',
        'Subject: this is the body, from 203.0.113.77',
        '.',
        '',
      ].join('\r\n'),
    ],
    ['<', '250 2.0.0 Ok: queued\r\n'],
    ['>', 'QUIT\r\n'],
    ['<', '221 Bye\r\n'],
  ],
};

test('SMTP: a mail has the header of its message, and the hosts that it came through', () => {
  assert.deepEqual(columnsOf(smtp, 'smtp', 'mailfrom', 'rcptto', 'from', 'to', 'cc', 'reply_to'), [
    [
      ...['ana@example.org', ['ben@example.com'], 'Ana <ana@example.org>'],
      ...[['Ben <ben@example.com>', 'carla@example.com'], ['ops@example.com'], 'desk@example.org'],
    ],
  ]);
  const more = ['date', 'msg_id', 'in_reply_to', 'subject', 'x_originating_ip', 'user_agent', 'last_reply'];
  assert.deepEqual(columnsOf(smtp, 'smtp', ...more), [
    [
      ...['Mon, 1 Jan 2024 00:00:00 +0000', '<1@example.org>', '<0@example.com>', 'Oak table'],
      ...['203.0.113.5', 'Quill 2', '250 2.0.0 Ok: queued'],
    ],
  ]);
  const [[first, second, path]] = columnsOf(smtp, 'smtp', 'first_received', 'second_received', 'path') as [
    [string, string, string[]],
  ];
  assert.match(first, /^from a\.example .* by b\.example; *Mon, 1 Jan 2024 00:00:01/);
  assert.match(second, /^from b\.example/);
  assert.deepEqual(path, ['10.0.0.2', '10.0.0.1', '192.0.2.2', '2001:db8::7']);
});

/** Kept over the same sessions, it would hold all that was ever said. */
const FOLDER_MAX = 4096;

test('FTP: the folder of a client that goes down without end stays as long as a path may be', () => {
  const down = Array.from({ length: 8 }, (): Said[] => [
    ['>', `CWD ${'a'.repeat(1000)}\r\n`],
    ['<', '250 Ok\r\n'],
  ]);
  const said: Said[] = [['<', '220 Ready\r\n'], ...down.flat(), ['>', 'DELE b\r\n'], ['<', '250 Ok\r\n']];
  const [[url]] = columnsOf({ port: 21, said }, 'ftp', 'arg') as [[string]];
  assert.ok(url.length <= 'ftp://10.0.0.2/'.length + FOLDER_MAX + '/b'.length, `${url.length} characters`);
});

test('FTP: digits without end are no size and no address', () => {
  const digits = '7'.repeat(1200);
  const said: Said[] = [
    ['>', `PORT ${digits}\r\n`],
    ['<', '200 Ok\r\n'],
    ['>', 'RETR a\r\n'],
    ['<', `150 Opening (${digits} bytes)\r\n`],
    ['<', '226 Done\r\n'],
  ];
  assert.deepEqual(columnsOf({ port: 21, said }, 'ftp', 'command', 'file_size', 'data_channel.resp_p'), [
    ['PORT', null, null],
    ['RETR', null, null],
  ]);
});

/** An LDAP extended request (RFC 4511 §4.12) with message id 1. */
function extended(name: string): string {
  const oid = Buffer.from(name).toString('hex');
  const tagged = (tag: string, body: string): string =>
    tag + (body.length / 2).toString(16).padStart(2, '0') + body;
  return tagged('30', `020101${tagged('77', tagged('80', oid))}`);
}

test('LDAP: an extension is known by its number, not by what every object has', () => {
  const said: Said[] = ['1.3.6.1.4.1.1466.20037', 'constructor'].map((name) => ['>', extended(name)]);
  assert.deepEqual(columnsOf({ port: 389, isHex: true, said }, 'ldap', 'object'), [
    ['1.3.6.1.4.1.1466.20037 (StartTLS)'],
    ['constructor (unknown)'],
  ]);
});

/** A connection request of RDP ([MS-RDPBCGR] §2.2.1.1) with a cookie. */
function rdpRequest(cookie: string): string {
  const text = Buffer.from(`Cookie: mstshash=${cookie}\r\n`).toString('hex');
  const bytes = (4 + 7 + text.length / 2).toString(16).padStart(4, '0');
  return `0300${bytes} 06 e0 0000 0000 00 ${text}`;
}

test('RDP: the name in a cookie, also where it is mostly spaces', () => {
  const names = ['alice', `${' '.repeat(60_000)}x`];
  const before = process.cpuUsage();
  for (const name of names) {
    const said: Said[] = [['>', rdpRequest(name)]];
    assert.deepEqual(columnsOf({ port: 3389, isHex: true, said }, 'rdp', 'cookie'), [[name]]);
  }
  // Microseconds; where each space may be the first of those at the end, it is many seconds.
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});

test('DNS: bytes of a name that are no text are kept, as tunnels have them', () => {
  const said: Said[] = [['>', '0001 0100 0001 0000 0000 0000 04 41ff80c3 01 62 00 0001 0001']];
  const { lines } = logged(
    framesFor({ port: 53, isUdp: true, isHex: true, said }, bytesOf({ port: 53, isHex: true, said })),
  );
  assert.ok(lines.some((line) => line.includes('\ta\\xff\\x80\\xc3.b\t')));
});

const irc: Conversation = {
  port: 6667,
  said: [
    ['>', 'NICK bob\r\nUSER bobby 0 * :Bob B.\r\n'],
    ['<', ':irc.example 001 bob :Welcome\r\n'],
    ['>', 'JOIN #a,#b key\r\n'],
    ['>', 'NICK rob\r\n'],
  ],
};

test('IRC: a name counts for the commands after it, and a channel is a row', () => {
  assert.deepEqual(columnsOf(irc, 'irc', 'nick', 'user', 'command', 'value', 'addl'), [
    [null, null, 'NICK', 'bob', null],
    ['bob', null, 'USER', 'bobby', '0 * Bob B.'],
    ['bob', 'bobby', 'JOIN', '#a', " with channel key: 'key'"],
    ['bob', 'bobby', 'JOIN', '#b', ''],
    ['bob', 'bobby', 'NICK', 'rob', null],
  ]);
});

const socks: Conversation = {
  port: 1080,
  isHex: true,
  said: [
    ['>', '05 01 02'],
    ['<', '05 02'],
    ['>', '01 03 626f62 02 7077'],
    ['<', '01 00'],
    ['>', '05 01 00 03 0b 6578616d706c652e6f7267 0050'],
    ['<', '05 05 00 01 0a000002 c350'],
  ],
};

test('SOCKS: who asks for what, and the answer; the password is not logged', () => {
  const target = ['request.name', 'request_p', 'bound.host', 'bound_p'];
  assert.deepEqual(columnsOf(socks, 'socks', 'version', 'user', 'password', 'status', ...target), [
    [5, 'bob', null, 'Connection refused', 'example.org', 80, '10.0.0.2', 50_000],
  ]);
});

const mysql: Conversation = {
  port: 3306,
  isHex: true,
  said: [
    // Greeting of protocol 10, version 5.7, with a salt.
    ['<', '1b000000 0a 352e3700 01000000 6161616161616161 00 ffff 21 0200 0000 00 00'],
    // Login as root, without a password.
    ['>', `26000001 05a20000 00000001 21 ${'00'.repeat(23)} 726f6f7400 00`],
    ['<', '07000002 00 00 00 0200 0000'],
    ['>', `0c000000 03 ${Buffer.from('DELETE FROM').toString('hex')}`],
    ['<', '09000001 00 fc2c01 00 0200 0000'],
    ['>', `09000000 03 ${Buffer.from('SELECT 1').toString('hex')}`],
    ['<', '01000001 01'],
    ['>', `05000000 03 ${Buffer.from('NONE').toString('hex')}`],
    ['<', `0d000001 ff 2804 23 3432303030 ${Buffer.from('Bad!').toString('hex')}`],
    ['>', '01000000 01'],
  ],
};

test('MySQL: the login, statements with the rows they changed, an error and the end', () => {
  assert.deepEqual(columnsOf(mysql, 'mysql', 'cmd', 'arg', 'success', 'rows', 'response'), [
    ['login', 'root', true, 0, null],
    ['query', 'DELETE FROM', true, 300, null],
    ['query', 'SELECT 1', true, 0, null],
    ['query', 'NONE', false, null, 'Bad!'],
    ['quit', '', null, null, null],
  ]);
});

const AUTHENTICATOR = 'aa'.repeat(16);
const radius: Conversation = {
  port: 1812,
  isUdp: true,
  isHex: true,
  said: [
    // User-Name steve, Calling-Station-Id 00-10-A4-23-19-C0.
    ['>', `01 05 002e ${AUTHENTICATOR} 0107 7374657665 1f13 30302d31302d41342d32332d31392d4330`],
    // Framed-IP-Address 192.0.2.9, Reply-Message hello.
    ['<', `02 05 0021 ${AUTHENTICATOR} 0806 c0000209 1207 68656c6c6f`],
    ['>', `01 06 0019 ${AUTHENTICATOR} 0105 657665`],
    ['<', `03 06 0014 ${AUTHENTICATOR}`],
    ['>', `01 07 0019 ${AUTHENTICATOR} 0105 6d616c`],
  ],
};

test('RADIUS: logins that are granted, refused, and not answered', () => {
  const rows = columnsOf(radius, 'radius', 'username', 'mac', 'framed_addr', 'reply_msg', 'result');
  assert.deepEqual(rows, [
    ['steve', '00:10:a4:23:19:c0', '192.0.2.9', 'hello', 'success'],
    ['eve', null, null, null, 'failed'],
    ['mal', null, null, null, 'unknown'],
  ]);
  const [first, , last] = columnsOf(radius, 'radius', 'ttl').flat() as (number | null)[];
  assert.ok(Math.abs(first! - 0.001) < 1e-6);
  assert.equal(last, null);
});

/** QoS 1 messages `p` and `q` to topic `t`, of which only the first is acknowledged; a subscription that never is (MQTT 3.1.1 §3). */
const mqtt: Conversation = {
  port: 1883,
  isHex: true,
  said: [
    ['>', '100d 00044d515454 04 02 003c 000161'],
    ['<', '2002 0005'],
    ['>', '3206 000174 0001 70'],
    ['>', '3206 000174 0002 71'],
    ['<', '4002 0001'],
    ['<', '4002 0009'],
    ['>', '8206 0003 000174 01'],
  ],
};

test('MQTT: a message has its status once it is acknowledged, and at the end if it never is', () => {
  assert.deepEqual(columnsOf(mqtt, 'mqtt_connect', 'client_id', 'connect_status'), [['a', 'Not Authorized']]);
  assert.deepEqual(columnsOf(mqtt, 'mqtt_publish', 'topic', 'payload', 'status'), [
    ['t', 'p', 'ok'],
    ['t', 'q', 'incomplete_qos'],
  ]);
  assert.deepEqual(columnsOf(mqtt, 'mqtt_subscribe', 'topics', 'qos_levels', 'granted_qos_level', 'ack'), [
    [['t'], [1], null, false],
  ]);
});

test('broken messages of these protocols: rows stay rows, one line each', () => {
  const conversations = [ftp, irc, socks, mysql, radius, mqtt];
  const change = fc.tuple(fc.nat(99), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255));
  fc.assert(
    fc.property(fc.constantFrom(...conversations), fc.array(change, { maxLength: 8 }), (of, changes) => {
      const chunks = bytesOf(of);
      for (const [which, place, value] of changes) {
        const [, payload] = chunks[which % chunks.length]!;
        payload[Math.floor(place * payload.length)] = value;
      }
      const { lines } = logged(framesFor(of, chunks));
      for (const line of lines) assert.match(line, /^[^\n]*\n$/);
      assert.ok(lines.length > 0);
    }),
    { numRuns: 300 },
  );
});

test('a data connection of FTP on which both sides send, as with TLS, has a file for each direction', () => {
  const said = [
    ['>', 'from the server'],
    ['<', 'from the client, more'],
    ['>', ', again'],
  ] as const;
  const files = columnsOf(
    { port: 20, said },
    'files',
    'source',
    'is_orig',
    'seen_bytes',
    'missing_bytes',
    'md5',
  );
  const md5 = (text: string): string => hash('md5', text);
  assert.deepEqual(
    files.sort((a, b) => Number(a[2]) - Number(b[2])),
    [
      ['FTP_DATA', false, 21, 0, md5('from the client, more')],
      ['FTP_DATA', true, 22, 0, md5('from the server, again')],
    ],
  );
});
