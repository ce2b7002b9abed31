// scripts/run-all: the services as processes of their own, as deploy.md shows them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';
import { root } from '../../../test/support/repository.ts';
import { until } from '../../../test/support/until.ts';

const script = join(root, 'scripts/run-all');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-run-all-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const skip = process.platform === 'win32' && 'is a shell script';

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function variables(): Promise<NodeJS.ProcessEnv> {
  const [ui, parser, persistor, analyzer] = (await freePorts(4)).map(String);
  return {
    ...process.env,
    ...{ EYRIE_UI_PORT: ui, EYRIE_PARSER_PORT: parser },
    ...{ EYRIE_PERSISTOR_PORT: persistor, EYRIE_ANALYZER_PORT: analyzer },
    ...{ EYRIE_LOG_FOLDER: join(folder, 'logs'), EYRIE_STORE_URL: `duckdb:${join(folder, `${ui}.duckdb`)}` },
  };
}

async function hasPackets({ EYRIE_UI_PORT: port }: NodeJS.ProcessEnv): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/packets?limit=1`).catch(() => null);
  return answer?.ok === true && ((await answer.json()) as { items: unknown[] }).items.length === 1;
}

test('run-all 1 with a file named from where it is called: its packets are stored and served; SIGTERM ends all', {
  skip,
}, async () => {
  const env = await variables();
  const all = spawnChild(script, ['1', 'port-scan.pcapng'], { cwd: join(root, 'samples'), env });
  const exit = once(all, 'exit');
  let output = '';
  for (const stream of [all.stdout!, all.stderr!])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  try {
    await until(
      () => output,
      () => hasPackets(env),
    );
  } finally {
    all.kill('SIGTERM');
  }
  assert.deepEqual(await exit, [143, null], output);
  assert.match(output, /capture +ended; [\d,]+ packets? were sent and stored/);
  assert.match(output, /persistor ended; [\d,]+ packets? in [\d,]+ batch/);
  const logs = ['analyzer', 'capture', 'parser', 'persistor', 'ui'].map((name) => `${name}.log`);
  const written = readdirSync(join(folder, 'logs'));
  assert.deepEqual(
    logs.filter((name) => !written.includes(name)),
    [],
  );
});

test('run-all that is interrupted again while it ends: no service stays behind', { skip }, async () => {
  const env = await variables();
  const all = spawnChild(script, ['1'], { env });
  const exit = once(all, 'exit');
  let output = '';
  for (const stream of [all.stdout!, all.stderr!])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  try {
    await until(
      () => output,
      () => hasPackets(env),
    );
    all.kill('SIGTERM');
    await until(
      () => output,
      () => /capture +ended/.test(output),
    );
  } finally {
    all.kill('SIGTERM');
  }
  const ended = await exit;
  // A service that stayed behind would hold them open, and this process with them.
  for (const stream of [all.stdout!, all.stderr!]) stream.destroy();
  assert.deepEqual(ended, [143, null], output);
  for (const port of [env.EYRIE_UI_PORT, env.EYRIE_PARSER_PORT, env.EYRIE_PERSISTOR_PORT])
    await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`), `port ${port} answers`);
});

test('run-all with a port that another program has: starts nothing, and names the port and its variable', {
  skip,
}, async () => {
  const env = await variables();
  const other = createServer().listen(Number(env.EYRIE_PARSER_PORT), '127.0.0.1');
  await once(other, 'listening');
  const { status, stdout, stderr } = spawnSync(script, ['1'], { env, encoding: 'utf8' });
  other.close();
  assert.equal(
    stderr,
    `run-all: port ${env.EYRIE_PARSER_PORT} is taken: end what listens there, or choose another by EYRIE_PARSER_PORT\n`,
  );
  assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
});

for (const [typed, said] of [
  [[], 'say 1 to replay a capture file, 2 to capture live'],
  [['3'], '3 is no choice: 1 replays a capture file, 2 captures live'],
  [['1', 'none.pcap'], 'none.pcap: no such file'],
] as const)
  test(`run-all ${typed.join(' ')}: says what is wrong, and starts nothing`, { skip }, () => {
    const { status, stdout, stderr } = spawnSync(script, typed, { encoding: 'utf8', stdio: 'pipe' });
    assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: '', stderr: `run-all: ${said}\n` });
  });

test('run-all --help: the comment at its top', { skip }, () => {
  const { status, stdout } = spawnSync(script, ['--help'], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /^Runs the services .*\n\n {2}scripts\/run-all 1 \[FILE\] .*\n/);
});
