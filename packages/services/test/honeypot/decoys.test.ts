// What a login leaves at a decoy of one exchange: clients written by hand from the specifications.
import assert from 'node:assert/strict';
import { type Duplex, duplexPair, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Account, Budget } from '../../src/honeypot/bounds.ts';
import type { Happening } from '../../src/honeypot/event.ts';
import { BOUNDS, decoyNamed, decoys, makePersona } from '../../src/honeypot/index.ts';
import { Visit, VisitOver } from '../../src/honeypot/visit.ts';

const persona = makePersona('5a'.repeat(32), 1_790_000_000);

interface Conversation {
  readonly client: Duplex;
  readonly reports: Happening[];
  /** The next `length` bytes of the decoy. */
  readonly next: (length: number) => Promise<Buffer>;
  readonly served: Promise<void>;
}

function conversation(name: string): Conversation {
  const reports: Happening[] = [];
  const [client, server] = duplexPair();
  const visit = new Visit(server, persona, BOUNDS, {
    protocol: name,
    visitor: '192.0.2.9',
    report: (each) => reports.push(each),
    account: new Account(new Budget(1e9)),
    record() {},
    recordSecret() {},
    keep: () => 'hash',
  });
  const served = decoyNamed(name)!.serve(visit);
  const next = async (length: number): Promise<Buffer> => {
    for (;;) {
      const bytes: Buffer | null = client.read(length);
      if (bytes !== null) return bytes;
      await new Promise((resolve) => client.once('readable', resolve));
    }
  };
  return { client, reports, next, served };
}

async function textOf(client: Duplex): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of client) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

const logins = (reports: readonly Happening[]) => reports.filter(({ type }) => type === 'login');

test('the proxy is asked for a password, which is wrong, and fetches nothing', async () => {
  const { client, reports, served } = conversation('http-proxy');
  const basic = Buffer.from('ana:geheim').toString('base64');
  client.write('CONNECT mail.example.com:25 HTTP/1.1\r\nHost: mail.example.com:25\r\n\r\n');
  client.write(`GET http://192.0.2.7/x HTTP/1.1\r\nProxy-Authorization: Basic ${basic}\r\n`);
  client.end('Proxy-Connection: close\r\n\r\n');
  const answers = await textOf(client);
  await served;
  assert.equal(answers.match(/HTTP\/1\.1 407 Proxy Authentication Required/g)?.length, 2);
  assert.match(answers, /Proxy-Authenticate: Basic realm="/);
  assert.deepEqual(answers.match(/(?<=^Connection: )[a-z-]+/gm), ['keep-alive', 'close']);
  assert.deepEqual(
    reports.map(({ type, method, url, user, password }) => [type, method ?? user, url ?? password]),
    [
      ['request', 'CONNECT', 'mail.example.com:25'],
      ['request', 'GET', 'http://192.0.2.7/x'],
      ['login', 'ana', 'geheim'],
    ],
  );
});

test("git's daemon says that the repository is not exported", async () => {
  const { client, reports, served } = conversation('git');
  client.end('003egit-upload-pack /secret.git\0host=files.example\0\0version=2\0');
  assert.equal(await textOf(client), '003dERR access denied or repository not exported: /secret.git');
  await served;
  assert.deepEqual(reports, [{ type: 'command', command: 'git-upload-pack /secret.git' }]);
});

test('the first bytes tell a proxy from a web server, and git', () => {
  const first = (text: string) => decoys.find((each) => each.recognises(Buffer.from(text)))?.name;
  assert.equal(first('GET http://example.com/ HTTP/1.1\r\n'), 'http-proxy');
  assert.equal(first('CONNECT example.com:443 HTTP/1.1\r\n'), 'http-proxy');
  assert.equal(first('GET /?to=http://example.com/ HTTP/1.1\r\n'), 'http');
  assert.equal(first('0030git-upload-pack /a\0'), 'git');
  assert.equal(first('0030'), 'git', 'of which the first segment may be the length alone');
});

test('unread answers of all streams of a visit count together, in its memory and towards their limit', () => {
  const account = new Account(new Budget(1e9));
  const [, server] = duplexPair();
  const witness = {
    ...{ protocol: 'ssh', visitor: '192.0.2.9', account, keep: () => 'hash' },
    ...{ report() {}, record() {}, recordSecret() {} },
  };
  const visit = new Visit(server, persona, BOUNDS, witness);
  /** Takes bytes and never finishes with them, as a channel whose window is closed. */
  const closed = () => new Writable({ write() {} });
  const [first, second] = [closed(), closed()];
  first.write(Buffer.alloc(600_000));
  assert.equal(visit.isRead(first), true);
  assert.equal(account.bytes, 600_000);
  second.write(Buffer.alloc(300_000));
  assert.equal(visit.isRead(second), true);
  assert.equal(account.bytes, 900_000);
  first.destroy();
  assert.equal(visit.isRead(second), true);
  assert.equal(account.bytes, 300_000);
  const third = closed();
  third.write(Buffer.alloc(800_000));
  assert.equal(visit.isRead(third), false);
  assert.equal(server.destroyed, true);
});

describe('VNC', () => {
  test('version 3.8: challenge and response are kept, and the refusal has a reason', async () => {
    const { client, reports, next, served } = conversation('vnc');
    assert.equal((await next(12)).toString(), 'RFB 003.008\n');
    client.write('RFB 003.008\n');
    assert.deepEqual([...(await next(2))], [1, 2]);
    client.write(Buffer.of(2));
    const challenge = await next(16);
    client.write(Buffer.alloc(16, 0xab));
    assert.equal((await next(4)).readUInt32BE(), 1);
    assert.equal((await next((await next(4)).readUInt32BE())).toString(), 'password check failed!');
    await served;
    assert.deepEqual(
      logins(reports).map(({ hash, isSuccess }) => [hash, isSuccess]),
      [[`$vnc$*${challenge.toString('hex')}*${'ab'.repeat(16)}`, false]],
    );
  });

  test('version 3.3: the server chooses the kind of authentication', async () => {
    const { client, reports, next, served } = conversation('vnc');
    await next(12);
    client.write('RFB 003.003\n');
    assert.equal((await next(4)).readUInt32BE(), 2);
    await next(16);
    client.write(Buffer.alloc(16, 1));
    assert.equal((await next(4)).readUInt32BE(), 1);
    await served;
    assert.equal(logins(reports).length, 1);
  });
});

describe('SQL Server', () => {
  const packet = (type: number, body: Buffer, isLast = true) => {
    const head = Buffer.of(type, isLast ? 1 : 0, 0, 0, 0, 0, 1, 0);
    head.writeUInt16BE(8 + body.length, 2);
    return Buffer.concat([head, body]);
  };
  const hide = (text: string) =>
    Buffer.from(Buffer.from(text, 'utf16le').map((byte) => (((byte << 4) & 0xf0) | (byte >> 4)) ^ 0xa5));
  const login7 = (user: string, password: string, version = 0x74) => {
    const texts = [Buffer.from('LAB', 'utf16le'), Buffer.from(user, 'utf16le'), hide(password)];
    const program = Buffer.from('tool', 'utf16le');
    const fixed = Buffer.alloc(94);
    fixed[7] = version;
    let at = fixed.length;
    for (const [i, text] of [...texts, program].entries()) {
      fixed.writeUInt16LE(at, 36 + 4 * i);
      fixed.writeUInt16LE(text.length / 2, 38 + 4 * i);
      at += text.length;
    }
    return Buffer.concat([fixed, ...texts, program]);
  };

  test('offers no encryption, reads name and password, and refuses them as SQL Server does', async () => {
    const { client, reports, next, served } = conversation('mssql');
    client.write(packet(0x12, Buffer.of(0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, 0)));
    const head = await next(8);
    assert.deepEqual([head[0], head[1]], [4, 1]);
    const options = await next(head.readUInt16BE(2) - 8);
    // Option 1 is the encryption: 2, not supported.
    assert.deepEqual([options[5], options[options.readUInt16BE(6)]], [1, 2]);
    const login = login7('sa', 'Pässw0rd');
    client.write(packet(0x10, login.subarray(0, 50), false));
    client.write(packet(0x10, login.subarray(50)));
    const answer = await next((await next(8)).readUInt16BE(2) - 8);
    await served;
    assert.equal(answer[0], 0xaa);
    assert.equal(answer.readUInt32LE(3), 18_456);
    assert.match(answer.toString('utf16le', 11), /^Login failed for user 'sa'\./);
    assert.equal(answer[3 + answer.readUInt16LE(1)], 0xfd);
    assert.deepEqual(
      reports.map(({ type, user, password, command }) => [type, user, password, command]),
      [
        ['login', 'sa', 'Pässw0rd', undefined],
        ['command', undefined, undefined, 'login by tool on LAB'],
      ],
    );
  });

  /** What a refusal is made of, as [MS-TDS] §2.2.7.10 and §2.2.7.6 give it for a version. */
  const partsOf = (answer: Buffer, encoding: 'latin1' | 'utf16le', lineBytes: number) => {
    const width = encoding === 'latin1' ? 1 : 2;
    const text = answer.toString(encoding, 11, 11 + width * answer.readUInt16LE(9));
    const server = 11 + width * answer.readUInt16LE(9);
    const line = server + 1 + width * answer[server]! + 1;
    const done = line + lineBytes;
    return { text, line: answer.readUIntLE(line, lineBytes), done: [answer[done], answer.length - done] };
  };

  for (const [version, lineBytes, doneBytes] of [
    [0x70, 2, 9],
    [0x71, 2, 9],
    [0x72, 4, 13],
  ] as const)
    test(`refuses in TDS 7.${version - 0x70}, in which old clients read it`, async () => {
      const { client, next, served } = conversation('mssql');
      client.write(packet(0x10, login7('sa', 'secret', version)));
      const answer = await next((await next(8)).readUInt16BE(2) - 8);
      await served;
      const expected = { text: "Login failed for user 'sa'.", line: 1, done: [0xfd, doneBytes] };
      assert.deepEqual(partsOf(answer, 'utf16le', lineBytes), expected);
      assert.equal(answer.readUInt16LE(1), answer.length - 3 - doneBytes);
    });

  test('reads the login of TDS 4.2, and refuses in it', async () => {
    const { client, reports, next, served } = conversation('mssql');
    const field = (text: string) => {
      const bytes = Buffer.alloc(31);
      bytes.write(text);
      bytes[30] = text.length;
      return bytes;
    };
    client.write(packet(0x02, Buffer.concat([field(''), field('sa'), field('secret'), Buffer.alloc(400)])));
    const answer = await next((await next(8)).readUInt16BE(2) - 8);
    await served;
    const expected = { text: "Login failed for user 'sa'.", line: 1, done: [0xfd, 9] };
    assert.deepEqual(partsOf(answer, 'latin1', 2), expected);
    assert.deepEqual(
      reports.map(({ user, password }) => [user, password]),
      [['sa', 'secret']],
    );
  });
});

describe('MQTT', () => {
  const text = (value: string) => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
  const connect = (level: number) => {
    const properties = level === 5 ? Buffer.of(5, 0x11, 0, 0, 0, 60) : Buffer.alloc(0);
    const head = Buffer.concat([text('MQTT'), Buffer.of(level, 0xc2, 0, 60), properties]);
    const body = Buffer.concat([head, text('cam-1'), text('ana'), text('secret')]);
    return Buffer.concat([Buffer.of(0x10, body.length), body]);
  };

  for (const [level, refusal] of [
    [4, [0x20, 2, 0, 4]],
    [5, [0x20, 3, 0, 0x86, 0]],
  ] as const)
    test(`version ${level}: name and password are read, and refused in that version`, async () => {
      const { client, reports, next, served } = conversation('mqtt');
      client.write(connect(level));
      assert.deepEqual([...(await next(refusal.length))], refusal);
      await served;
      assert.deepEqual(
        reports.map(({ user, password, command }) => [user, password, command]),
        [
          ['ana', 'secret', undefined],
          [undefined, undefined, 'CONNECT cam-1'],
        ],
      );
    });
});

test('any bytes: no decoy of one exchange throws anything but the end of the visit', async () => {
  const name = fc.constantFrom('vnc', 'mssql', 'mqtt');
  const start = fc.constantFrom(
    '',
    'RFB 003.008\n\x02',
    '\x12\x01\x00\x10',
    '\x10\x01\x00\x60',
    '\x10\x20\x00\x04MQTT\x05',
  );
  await fc.assert(
    fc.asyncProperty(name, start, fc.uint8Array({ maxLength: 200 }), async (decoy, head, tail) => {
      const { client, served } = conversation(decoy);
      client.resume();
      client.write(Buffer.concat([Buffer.from(head, 'latin1'), tail]));
      client.end();
      await served.catch((error) => assert.ok(error instanceof VisitOver, String(error)));
    }),
    { numRuns: 200 },
  );
});
