// Two peers in network namespaces on one switch, whose addresses all change, while they run and while they are away: they
// find each other by multicast.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cannotSwitch, Switch } from '../../../test/support/switch.ts';
import { until } from '../../../test/support/until.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-finding-'));
const hosts = ['one', 'two'];
const env = { ...process.env, EYRIE_HOME: home, EYRIE_PEER: '', NO_COLOR: '1' };
const skip = cannotSwitch();
let network: Switch;

function run(host: string, ...args: string[]): Promise<string> {
  const command = network.on(host, process.execPath, eyrie, ...args);
  return new Promise((resolve, reject) => {
    execFile('ip', command, { env }, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(`${args.join(' ')}: ${err}`)),
    );
  });
}

interface Member {
  id: string;
  status: string;
  addresses: string[];
}
const members = async (host: string): Promise<Member[]> =>
  JSON.parse(await run(host, 'mesh', 'members', '--json', '--peer', host));

after(async () => {
  if (skip !== false) return;
  for (const host of hosts) await run(host, 'mesh', 'stop', host).catch(() => {});
  network.close();
  rmSync(home, { recursive: true, force: true });
});

test('peers whose addresses all changed, online or offline, find each other on the LAN', {
  skip,
}, async () => {
  network = new Switch(hosts);
  network.address('10.78.0');
  await run('one', 'mesh', 'init', 'home', '--name', 'one');
  await run('one', 'mesh', 'start', 'one');
  const token = (await run('one', 'mesh', 'invite', '--peer', 'one'))
    .split('\n')
    .find((line) => /^eyrie1-/.test(line.trim()));
  await run('two', 'mesh', 'join', token!.trim(), '--name', 'two');
  await run('two', 'mesh', 'start', 'two');
  const areBoth = async () => (await members('two')).every(({ status }) => status === 'alive');
  await until('both know each other', areBoth);

  // While both run: each link there was leads to where the other is no more.
  network.address('10.78.1');
  const isMoved = async () =>
    (await members('two')).every(
      ({ status, addresses }) => status === 'alive' && addresses.some((each) => each.startsWith('10.78.1.')),
    );
  await until('both say where they are now', isMoved);

  // While both are away: nothing that they know leads anywhere.
  for (const host of hosts) await run(host, 'mesh', 'stop', host);
  network.address('10.79.0');
  for (const host of hosts) await run(host, 'mesh', 'start', host);
  await until('both found each other again', areBoth);
});
