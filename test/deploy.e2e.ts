// Compose files are taken by Compose, name what the image has, and their entry script makes members of a mesh.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { program } from '../packages/cli/src/main.ts';
import { filesLike, readText, root } from './support/repository.ts';
import { requireTool } from './support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-deploy-'));
const children: ChildProcess[] = [];
after(() => {
  // With all that they started.
  for (const { pid, exitCode } of children)
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function run(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(
      file,
      args,
      { cwd: root, env: { ...process.env, ...env }, timeout: 180_000 },
      (error, stdout, stderr) =>
        done({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

interface Service {
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly image?: string;
}

describe('compose files', { skip: requireTool('docker-compose') }, () => {
  const secrets = { EYRIE_TOKEN: 'only-for-this-test', POSTGRES_PASSWORD: 'secret' };
  for (const path of ['compose.yaml', ...filesLike('deploy/compose/*.yaml')])
    test(path, async () => {
      const { status, stdout, stderr } = await run(
        'docker-compose',
        ['-f', path, '--profile', 'live', 'config'],
        secrets,
      );
      assert.deepEqual([status, stderr], [0, '']);
      // JSON is YAML, but not the other way round: python3 comes with docker-compose.
      const script = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))';
      const json = await new Promise<string>((done) => {
        const child = execFile('python3', ['-c', script], (_, text) => done(text));
        child.stdin!.end(stdout);
      });
      const services: Record<string, Service> = JSON.parse(json).services;
      for (const [name, { command = [], entrypoint = [], image }] of Object.entries(services)) {
        if (image !== 'eyrie') continue;
        const words = [...entrypoint, ...command].join(' ');
        const said = /\/opt\/eyrie\/member/.test(words)
          ? /\b(?:found \w+ \w+|join \w+)(?: (?:instead )?eyrie (\w+))?/.exec(words)?.[1]
          : (/eyrie (\w+)/.exec(words)?.[1] ?? command[0]);
        if (said === undefined) continue;
        assert.ok(
          program.commands.some((each) => each.name() === said),
          `${name}: ${said}`,
        );
      }
    });

  test('without the secrets that they need, they say which', async () => {
    const { status, stderr } = await run('docker-compose', ['-f', 'compose.yaml', 'config'], {
      EYRIE_TOKEN: '',
      POSTGRES_PASSWORD: '',
    });
    assert.equal(status, 1);
    assert.match(stderr, /choose one/);
  });
});

test('the Dockerfile copies what is there, and runs as somebody without rights', () => {
  const text = readText('Dockerfile');
  for (const [, source] of text.matchAll(/^COPY (?!--from)(\S+) /gm))
    assert.ok(existsSync(join(root, source!)), source);
  const last = text.slice(text.lastIndexOf('\nFROM '));
  assert.match(last, /^USER node$/m);
  assert.ok(last.indexOf('\nUSER ') < last.indexOf('\nENTRYPOINT '));
  const ignored = readText('.dockerignore').split('\n');
  for (const name of ['.git', 'node_modules', 'dist']) assert.ok(ignored.includes(name), name);
});

describe('deploy/compose/member', {
  skip: process.platform === 'win32' ? 'is a shell script' : false,
}, () => {
  const member = join(root, 'deploy/compose/member');

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
  }

  async function start(
    name: string,
    ...args: string[]
  ): Promise<{ child: ChildProcess; env: NodeJS.ProcessEnv; said: () => string }> {
    const port = String(await freePort());
    const path = `${folder}${delimiter}${process.env.PATH}`;
    const env = {
      ...process.env,
      PATH: path,
      EYRIE_HOME: join(folder, name),
      INVITATIONS: folder,
      PORT: port,
      ADVERTISE: `127.0.0.1:${port}`,
    };
    const child = spawn(member, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    children.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    return { child, env, said: () => text };
  }

  test('a command that ends, ends the container with its status, and the peer before that', async () => {
    const fake = join(folder, 'fake');
    mkdirSync(fake, { recursive: true });
    const stay = `trap 'echo the peer ends; exit 0' TERM; while :; do sleep 1 & wait $!; done`;
    const script = `#!/bin/sh\n[ "$1" != peer ] || { ${stay}; }\n`;
    writeFileSync(join(fake, 'eyrie'), script, { mode: 0o755 });
    writeFileSync(join(fake, 'token'), 'a token');
    const env = {
      ...process.env,
      PATH: `${fake}:${process.env.PATH}`,
      EYRIE_HOME: fake,
      INVITATIONS: fake,
    };
    const { stdout, stderr, status } = await run(member, ['join', 'four', 'sh', '-c', 'exit 7'], env);
    assert.deepEqual([status, stdout, stderr], [7, 'the peer ends\n', 'member: sh ended (7)\n']);
  });

  test('founds, joins, runs a command beside the peer, and ends when it is told to', async () => {
    mkdirSync(folder, { recursive: true });
    const eyrie = join(root, 'packages/cli/bin/eyrie.js');
    writeFileSync(join(folder, 'eyrie'), `#!/bin/sh\nexec '${process.execPath}' '${eyrie}' "$@"\n`);
    chmodSync(join(folder, 'eyrie'), 0o755);
    const members = [
      await start('one', 'found', 'home', 'one'),
      await start('two', 'join', 'two', 'sh', '-c', 'echo beside the peer; exec sleep 60'),
      await start('three', 'join', 'three', 'instead', 'eyrie', 'peer', 'three'),
    ];
    const isAll = (list: string) => list.split('"alive"').length === 4;
    let here = '';
    for (let i = 0; i < 720 && !(isAll(here) && members[1]!.said().includes('beside')); i++) {
      await new Promise((done) => setTimeout(done, 250));
      here = (await run(join(folder, 'eyrie'), ['mesh', 'members', '--json'], members[0]!.env)).stdout;
    }
    assert.ok(isAll(here), `${here}\n${members.map(({ said }) => said()).join('\n')}`);
    assert.match(members[1]!.said(), /beside the peer/);
    for (const { child, said } of members.toReversed()) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      assert.equal(await ended, 0, said());
    }
  });
});
