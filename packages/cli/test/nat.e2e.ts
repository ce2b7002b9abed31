// Two peers behind two routers with address translation, and one that is open to all: they meet with its help, or where
// their routers do not let them, all goes over it.
//
//   left ── natl ──┐
//                  wide (switch) ── open
//   right ─ natr ──┘

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SPACE } from '../../../test/support/namespaces.ts';
import { hasTool, requireTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-nat-'));
const peers = ['open', 'left', 'right'];
const spaces = ['wide', 'open', 'natl', 'natr', 'left', 'right'];
const env = { ...process.env, EYRIE_HOME: home, EYRIE_PEER: '', NO_COLOR: '1' };
const space = (host: string) => `${SPACE}-${host}`;
const ip = (line: string) => execFileSync('ip', line.split(' '), { stdio: 'pipe' });

function makeNetwork(): void {
  for (const host of spaces) {
    ip(`netns add ${space(host)}`);
    ip(`-n ${space(host)} link set lo up`);
  }
  ip(`-n ${space('wide')} link add br0 type bridge`);
  ip(`-n ${space('wide')} link set br0 up`);
  for (const [i, host] of ['open', 'natl', 'natr'].entries()) {
    ip(`link add eth0 netns ${space(host)} type veth peer name p${i} netns ${space('wide')}`);
    ip(`-n ${space('wide')} link set p${i} master br0 up`);
    ip(`-n ${space(host)} addr add 198.51.100.${i + 1}/24 dev eth0`);
    ip(`-n ${space(host)} link set eth0 up`);
  }
  for (const [router, host, network] of [
    ['natl', 'left', '10.81.0'],
    ['natr', 'right', '10.82.0'],
  ] as const) {
    ip(`link add eth0 netns ${space(host)} type veth peer name in0 netns ${space(router)}`);
    ip(`-n ${space(router)} addr add ${network}.1/24 dev in0`);
    ip(`-n ${space(router)} link set in0 up`);
    ip(`-n ${space(host)} addr add ${network}.2/24 dev eth0`);
    ip(`-n ${space(host)} link set eth0 up`);
    ip(`-n ${space(host)} route add default via ${network}.1`);
    ip(`netns exec ${space(router)} sysctl -qw net.ipv4.ip_forward=1`);
    translate(router, 'masquerade');
  }
}

/**
 * How the port of a call is chosen that goes out: kept (`masquerade`), or each time another (`masquerade fully-random`). Calls
 * that nobody inside has asked for vanish, as RFC 5382 §4.3 wants it: a refusal would end the call that they cross.
 */
function translate(router: string, how: string): void {
  const rules = `flush ruleset; add table ip n; add chain ip n p { type nat hook postrouting priority 100; }; add rule ip n p oifname eth0 ${how}; add chain ip n f { type filter hook forward priority 0; }; add rule ip n f iifname eth0 ct state new drop; add chain ip n i { type filter hook input priority 0; }; add rule ip n i iifname eth0 tcp flags syn ct state new drop`;
  execFileSync('ip', ['netns', 'exec', space(router), 'nft', rules], { stdio: 'pipe' });
}

/** What has left the peer that is open. */
function sentByOpen(): number {
  const path = '/sys/class/net/eth0/statistics/tx_bytes';
  return Number(execFileSync('ip', ['netns', 'exec', space('open'), 'cat', path]).toString());
}

function run(host: string, ...args: string[]): Promise<string> {
  const command = ['netns', 'exec', space(host), process.execPath, eyrie, ...args];
  return new Promise((resolve, reject) => {
    execFile('ip', command, { env }, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(`${args.join(' ')}: ${err}`)),
    );
  });
}

const skip =
  process.getuid?.() !== 0
    ? 'needs root, for network namespaces'
    : requireTool('ip') || (hasTool('nft') ? false : 'needs nft');

after(async () => {
  if (skip !== false) return;
  for (const host of peers) await run(host, 'mesh', 'stop', host).catch(() => {});
  for (const name of spaces.map(space)) execFile('ip', ['netns', 'del', name], () => {});
  rmSync(home, { recursive: true, force: true });
});

async function untilKnown(host: string, other: string): Promise<void> {
  await until(`${host} hears of ${other}`, async () => {
    const members = JSON.parse(await run(host, 'mesh', 'members', '--peer', host, '--json'));
    return members.some(
      ({ id, status }: { id: string; status: string }) => id === other && status === 'alive',
    );
  });
}

/** A file goes from left to right; gives how much of it went over the one that is open, and whether it is whole. */
async function send(name: string): Promise<{ overOpen: number; isWhole: boolean }> {
  const content = randomBytes(3_000_000);
  const file = join(home, name);
  writeFileSync(file, content);
  await run('left', 'share', file, '--peer', 'left');
  const before = sentByOpen();
  const got = join(home, `got-${name}`);
  await run('right', 'get', `left/${name}`, '-o', got, '--peer', 'right');
  return { overOpen: sentByOpen() - before, isWhole: readFileSync(got).equals(content) };
}

test('peers behind two NATs: a direct link if these preserve ports, else a relayed one', {
  skip,
}, async () => {
  makeNetwork();
  await run('open', 'mesh', 'init', 'home', '--name', 'open');
  await run('open', 'mesh', 'start', 'open');
  for (const host of ['left', 'right']) {
    const lines = (await run('open', 'mesh', 'invite', '--peer', 'open')).split('\n');
    const token = lines.find((line) => line.trim().startsWith('eyrie1-'))!.trim();
    await run(host, 'mesh', 'join', token, '--name', host);
    await run(host, 'mesh', 'start', host);
  }
  // That there is a peer on the other side comes to be known a moment later.
  await untilKnown('left', 'right');
  await untilKnown('right', 'left');
  assert.match(await run('left', 'send', 'right', 'hello', '--wait', '30s', '--peer', 'left'), /Delivered/);
  // The two meet a moment after they know of each other; until then all goes over the one that is open.
  let files = 0;
  await until('a file that goes directly', async () => {
    const { overOpen, isWhole } = await send(`direct-${files++}.bin`);
    assert.ok(isWhole);
    return overOpen < 1_000_000;
  });

  // Each call has another port outside than the one that was seen: nobody is met there.
  await run('right', 'mesh', 'stop', 'right');
  for (const router of ['natl', 'natr']) translate(router, 'masquerade fully-random');
  await run('right', 'mesh', 'start', 'right');
  await untilKnown('left', 'right');
  await untilKnown('right', 'left');
  const carried = await send('carried.bin');
  assert.ok(carried.isWhole);
  assert.ok(carried.overOpen > 3_000_000, `only ${carried.overOpen} bytes went over the one that is open`);
});
