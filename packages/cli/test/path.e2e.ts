// Two peers on two hosts with a router between them: what they say of the way, from the traffic that passes.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESSES, cannotLab, Lab } from '../../../test/support/namespaces.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-path-'));
const env = { ...process.env, EYRIE_HOME: home, EYRIE_PEER: '', NO_COLOR: '1' };
const LOSS_PERCENT = 10;

function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [eyrie, ...args], { env }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function fine(...args: string[]): Promise<string> {
  const { status, out, err } = await run(...args);
  assert.equal(status, 0, `${args.join(' ')}: ${err}`);
  return out;
}

/** Asks until it is so, or for three minutes; gives the last answer. */
async function untilTold<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + 180_000; ; await sleep(250)) {
    const answer = await ask();
    if (isSo(answer) || Date.now() > end) return answer;
  }
}

describe('eyrie path between peers', { skip: cannotLab() }, () => {
  let lab: Lab;
  const started = (child: ChildProcess, word: string) =>
    new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr!.on('data', (chunk: Buffer) => {
        said += chunk;
        if (said.includes(word)) resolve();
      });
      child.once('exit', () => reject(new Error(`the peer ended: ${said}`)));
    });
  const peer = async (host: 'a' | 'b', watch = true) => {
    const more = watch ? ['--watch', 'eth0'] : [];
    const child = lab.spawn(host, [process.execPath, eyrie, 'peer', host, ...more], env);
    await started(child, watch ? 'watches an interface' : 'peer started');
    return child;
  };
  before(async () => {
    lab = new Lab();
    const where = (host: 'a' | 'b') => ['--advertise', `${ADDRESSES[host]}:5001`, '--port', '5001'];
    await fine('mesh', 'init', 'lab', '--name', 'a', ...where('a'));
    await peer('a');
    const token = (await fine('mesh', 'invite', '--peer', 'a')).trim().split('\n').at(-1)!;
    const joining = lab.spawn(
      'b',
      [process.execPath, eyrie, 'mesh', 'join', token, '--name', 'b', ...where('b')],
      env,
    );
    assert.equal(await new Promise((resolve) => joining.once('exit', resolve)), 0);
    await peer('b');
  });
  after(async () => {
    await lab.close();
    rmSync(home, { recursive: true });
  });

  it('measures delay, loss and routers in mesh time', async () => {
    await untilTold(
      async () =>
        JSON.parse(await fine('time', '--json')) as { uncertaintyMs: number | null; samples: number }[],
      (clocks) =>
        clocks.every(({ uncertaintyMs }) => uncertaintyMs !== null) &&
        clocks.some(({ samples }) => samples >= 8),
    );
    lab.exec('r', 'nft', 'add', 'table', 'inet', 'lab');
    lab.exec('r', 'nft', 'add', 'chain', 'inet', 'lab', 'f', '{ type filter hook forward priority 0; }');
    const rule = `ip daddr ${ADDRESSES.b} icmp type echo-request numgen random mod 100 < ${LOSS_PERCENT} counter drop`;
    lab.exec('r', 'nft', 'add', 'rule', 'inet', 'lab', 'f', ...rule.split(' '));
    lab.exec('a', 'sh', '-c', `ping -q -i 0.005 -c 400 ${ADDRESSES.b} || true`);
    const dropped = Number(/packets (\d+)/.exec(lab.exec('r', 'nft', 'list', 'ruleset'))![1]);
    const answer = await untilTold(
      async () => JSON.parse(await fine('path', 'a', 'b', '--peer', 'b', '--json')),
      ({ forth }) => forth.sent >= 400 && Math.abs(forth.lost - dropped) <= 2,
    );
    const { forth, back, uncertaintyMs } = answer;
    assert.ok(
      forth.sent >= 400 && Math.abs(forth.lost - dropped) <= 2,
      `${forth.lost} of ${forth.sent} lost, ${dropped} dropped`,
    );
    assert.deepEqual([forth.hops, back.hops, back.lost], [1, 1, 0]);
    assert.ok(
      forth.delay.medianMs > -uncertaintyMs && forth.delay.medianMs < 5 + uncertaintyMs,
      JSON.stringify(forth),
    );
    assert.match(
      await fine('path', 'b', 'a', '--peer', 'a'),
      /b → a .*ms.* 1\n[\s\S]*The two clocks agree within/,
    );
  });

  it('reports errors in one line', async () => {
    const nobody = await run('path', 'a', 'nobody', '--peer', 'a');
    assert.deepEqual([nobody.status, nobody.err], [1, 'eyrie: a: there is no peer nobody\n']);
    const file = await run('path', 'nothing.pcap', './a');
    assert.deepEqual([file.status, file.err], [2, 'eyrie: nothing.pcap: no such file; check the name\n']);
  });
});
