// Interoperability tests with chrony, as server and as client, without and with NTS. chronyd runs with -x: it sets no
// clock.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnChild } from '../../../test/support/children.ts';
import { requireTool } from '../../../test/support/tools.ts';
import { HostClock, Leap, parseKeys, referenceBytes, Source, TimeServer } from '../src/index.ts';
import { certificate } from './certificate.ts';

const skip = requireTool('chronyd');
const clock = new HostClock();
const { folder, key, cert, remove } = certificate();
const user = userInfo().username;
const children: ChildProcess[] = [];

after(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill();
    await new Promise((done) => child.once('exit', done));
  }
  remove();
});

function chronyd(config: string, ...options: string[]): { child: ChildProcess; output: () => string } {
  const path = join(folder, `chrony-${children.length}.conf`);
  writeFileSync(path, config);
  const child = spawnChild('chronyd', ['-4', '-x', '-U', '-u', user, ...options, '-f', path]);
  children.push(child);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  return { child, output: () => output };
}

async function freePorts(): Promise<{ udp: number; tcp: number }> {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const ports = { udp: socket.address().port, tcp: (server.address() as { port: number }).port };
  socket.close();
  await new Promise((done) => server.close(done));
  return ports;
}

describe('chrony', { skip }, () => {
  test('our client synchronises to its server: plain, with NTS, and with symmetric keys', async () => {
    const { udp, tcp } = await freePorts();
    const keyFile = join(folder, 'chrony.keys');
    const lines = `10 AES128 HEX:${'5a'.repeat(16)}\n20 SHA1 HEX:${'a5'.repeat(20)}\n30 SHA512 ASCII:secret\n`;
    writeFileSync(keyFile, lines, { mode: 0o600 });
    const keys = parseKeys(lines);
    const { output } = chronyd(
      [
        `port ${udp}`,
        `ntsport ${tcp}`,
        'bindaddress 127.0.0.1',
        'cmdport 0',
        'bindcmdaddress /',
        'allow 127.0.0.0/8',
        'local stratum 8',
        `ntsserverkey ${join(folder, 'key.pem')}`,
        `ntsservercert ${join(folder, 'cert.pem')}`,
        'ntsprocesses 1',
        'ntsrotate 0',
        `pidfile ${join(folder, 'server.pid')}`,
        `ntsdumpdir ${folder}`,
        `keyfile ${keyFile}`,
        '',
      ].join('\n'),
      '-d',
    );
    const plain = new Source({ host: '127.0.0.1', port: udp }, clock);
    const authentic = new Source({ host: 'localhost', nts: { port: tcp, ca: cert } }, clock);
    const keyed = [...keys.values()].map((key) => new Source({ host: '127.0.0.1', port: udp, key }, clock));
    for (const source of [plain, authentic, ...keyed]) {
      for (let i = 0; i < 400 && source.state().reach === 0; i++) {
        await source.poll();
        if (source.state().reach === 0) await sleep(100);
      }
      for (let i = 0; i < 9; i++) await source.poll();
      const { estimate, fault, packet } = source.state();
      assert.equal(fault, null, output());
      assert.equal(packet!.stratum, 8);
      assert.ok(Math.abs(estimate!.offset) < 0.05, `${estimate!.offset} s of offset to the same clock`);
    }
    const other = parseKeys('10 SHA1 another').get(10)!;
    const refused = new Source({ host: '127.0.0.1', port: udp, key: other, timeoutMs: 100 }, clock);
    await refused.poll();
    assert.match(refused.state().fault!, /^no answer proven by key 10/);
  });

  test('its client synchronises to our server with NTS', async () => {
    const ahead = 25;
    const server = new TimeServer({
      time: {
        nowNs: () => clock.wallNs() + BigInt(ahead) * 1_000_000_000n,
        status: () => ({
          stratum: 2,
          leap: Leap.none,
          referenceId: referenceBytes('TEST'),
          referenceNs: clock.wallNs(),
          rootDelay: 0,
          rootDispersion: 0.001,
        }),
      },
      address: '127.0.0.1',
      port: 0,
      nts: { port: 0, key, cert },
    });
    await server.listen();
    try {
      const { child, output } = chronyd(
        [
          `server localhost port ${server.port} nts ntsport ${server.keyPort} iburst maxsamples 4`,
          `ntstrustedcerts ${join(folder, 'cert.pem')}`,
          'nosystemcert',
          'cmdport 0',
          'bindcmdaddress /',
          `pidfile ${join(folder, 'client.pid')}`,
          '',
        ].join('\n'),
        ...['-Q', '-t', '120'],
      );
      await new Promise((done) => child.once('exit', done));
      // "System clock wrong by 25.000123 seconds (ignored)"
      const wrong = /wrong by (-?[\d.]+) seconds/.exec(output());
      assert.ok(wrong !== null, output());
      assert.ok(Math.abs(Number(wrong[1]) - ahead) < 0.1, wrong[0]);
      assert.ok(server.counts.answered > 0);
    } finally {
      await server.close();
    }
  });
});
