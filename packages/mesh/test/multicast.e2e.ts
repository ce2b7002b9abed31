// Multicast on a host whose interfaces appear, disappear and change addresses: in a network namespace, where the sender
// receives its own datagrams.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../../test/support/until.ts';
import { GroupSocket } from '../src/lan/group.ts';

const isInside = process.env.EYRIE_TEST_INSIDE === 'multicast';
const isAllowed = isInside || spawnSync('unshare', ['--net', 'true']).status === 0;
const skip = isAllowed ? false : 'needs root and unshare, for a network namespace';

const ip = (line: string) => execFileSync('ip', line.split(' '), { stdio: 'pipe' });

/** An interface that is up, with an address. */
function plug(name: string, address: string): void {
  ip(`link add name ${name} type veth peer name ${name}p`);
  ip(`link set ${name}p up`);
  ip(`link set ${name} up`);
  ip(`addr add ${address}/24 dev ${name}`);
}

/** The source addresses with which a datagram sent now arrives. */
async function heardFrom(group: GroupSocket, heard: Set<string>): Promise<string[]> {
  heard.clear();
  group.transmit(Buffer.from('here'));
  await until('it is heard from both', () => heard.size === 2);
  return [...heard].sort();
}

test('a datagram is sent on each interface, also after their addresses changed', { skip }, async () => {
  if (!isInside) {
    const env = { ...process.env, EYRIE_TEST_INSIDE: 'multicast', NODE_TEST_CONTEXT: undefined };
    const command = ['--net', process.execPath, '--test', fileURLToPath(import.meta.url)];
    const { status, stdout } = spawnSync('unshare', command, { env, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
    return;
  }
  plug('lan0', '10.1.0.1');
  plug('lan1', '10.2.0.1');
  const heard = new Set<string>();
  const group = await GroupSocket.open((_data, host) => heard.add(host));
  try {
    assert.deepEqual(await heardFrom(group, heard), ['10.1.0.1', '10.2.0.1']);
    for (const name of ['lan0', 'lan1']) ip(`addr flush dev ${name} scope global`);
    ip('addr add 10.3.0.1/24 dev lan0');
    ip('addr add 10.4.0.1/24 dev lan1');
    assert.deepEqual(await heardFrom(group, heard), ['10.3.0.1', '10.4.0.1']);
    ip('link del lan0');
    plug('lan0', '10.3.0.1');
    assert.deepEqual(await heardFrom(group, heard), ['10.3.0.1', '10.4.0.1']);
  } finally {
    group.close();
  }
});
