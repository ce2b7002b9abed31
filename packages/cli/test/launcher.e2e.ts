// bin/eyrie.js, copied into packages made for the purpose: with sources or built, with a newer Node at hand or without.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cachedDataVersionTag } from 'node:v8';
import { spawnChild } from '../../../test/support/children.ts';

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A package with the launcher and `files`; `old.js` starts it as a Node that is too old would. */
function makePackage(files: Record<string, string>, bundledNode: boolean): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-launcher-'));
  made.push(folder);
  cpSync(join(import.meta.dirname, '../bin'), join(folder, 'bin'), { recursive: true });
  const all = {
    'package.json': '{ "type": "module" }',
    'old.js': `import { startOnNewerNode } from './bin/newer-node.js'; startOnNewerNode(24);`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  if (bundledNode) {
    const bin = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(process.execPath, join(bin, 'node'));
  }
  return folder;
}

function environment(folder: string, cache = join(folder, 'cache')): NodeJS.ProcessEnv {
  return { ...process.env, XDG_CACHE_HOME: cache, NODE_OPTIONS: '' };
}

function run(folder: string, script: string, ...args: string[]) {
  const options = { encoding: 'utf8', env: environment(folder) } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, script), ...args], options);
  return { status, stdout, stderr };
}

const echo = 'console.log(process.argv.slice(2).join()); process.exitCode = 3;';
const skip = process.platform === 'win32' ? 'makes symbolic links' : false;
const cannotBecome = process.platform === 'win32' ? 'no process becomes another one there' : false;

test('the launcher in a checkout prefers the sources to built files', () => {
  const folder = makePackage(
    { 'src/run.ts': `const x: string = 'sources'; console.log(x);`, 'dist/run.js': '' },
    false,
  );
  assert.deepEqual(run(folder, 'bin/eyrie.js'), { status: 0, stdout: 'sources\n', stderr: '' });
});

test('a cache folder that cannot be made is done without, and a relative one is ignored', () => {
  const folder = makePackage({ 'dist/run.js': echo }, false);
  // Under /proc no folder can be made although the parent is there; behind a file neither.
  for (const cache of ['/proc/none/cache', join(folder, 'package.json', 'cache'), 'relative']) {
    const env = { ...environment(folder, cache), HOME: join(folder, 'home') };
    const options = { encoding: 'utf8', env, cwd: folder, timeout: 60_000, killSignal: 'SIGKILL' } as const;
    const { status, stdout } = spawnSync(process.execPath, ['bin/eyrie.js', 'a'], options);
    assert.deepEqual({ status, stdout }, { status: 3, stdout: 'a\n' }, cache);
  }
  assert.deepEqual(
    [existsSync(join(folder, 'relative')), existsSync(join(folder, 'home/.cache/eyrie/compile'))],
    [false, process.platform !== 'win32'],
  );
});

test('a published package is started from dist', () => {
  const folder = makePackage({ 'dist/run.js': echo }, false);
  assert.deepEqual(run(folder, 'bin/eyrie.js', 'a', 'b'), { status: 3, stdout: 'a,b\n', stderr: '' });
});

test('a published package is started from its bundle, if it has one', () => {
  const folder = makePackage({ 'dist/run.js': '', '.bundle/run.mjs': echo }, false);
  assert.deepEqual(run(folder, 'bin/eyrie.js', 'a'), { status: 3, stdout: 'a\n', stderr: '' });
});

/** A package with a snapshot beside its sources, made by this Node; `facts` of read.json in place of the true ones. */
function makeSnapshotPackage(facts: object): string {
  const folder = makePackage(
    {
      'src/run.ts': `console.log('sources');`,
      '.bundle/read.cjs': `require('node:v8').startupSnapshot.setDeserializeMainFunction(() => {
        console.log('snapshot', process.argv.slice(2).join(), process.execArgv[0]);
        process.exitCode = 3;
      });`,
    },
    false,
  );
  const args = ['--snapshot-blob', join(folder, '.bundle/read.blob'), '--build-snapshot'];
  const { status, stderr } = spawnSync(process.execPath, [...args, join(folder, '.bundle/read.cjs')], {
    encoding: 'utf8',
    env: environment(folder),
  });
  assert.equal(status, 0, stderr);
  const made = `${process.version} ${cachedDataVersionTag()}`;
  const bytes = statSync(join(folder, '.bundle/read.blob')).size;
  writeFileSync(
    join(folder, '.bundle/read.json'),
    JSON.stringify({ made, bytes, flags: ['--no-opt'], sources: [], ...facts }),
  );
  return folder;
}

test('only read starts from its snapshot, with arguments, flags and exit status', {
  skip: cannotBecome,
}, () => {
  const folder = makeSnapshotPackage({});
  const args = ['read', 'a b', '--c'];
  assert.deepEqual(run(folder, 'bin/eyrie.js', ...args), {
    status: 3,
    stdout: 'snapshot read,a b,--c --no-opt\n',
    stderr: '',
  });
  assert.equal(run(folder, 'bin/eyrie.js', 'store').stdout, 'sources\n');
});

test('a snapshot of another Node version, truncated, or older than the sources is not used', {
  skip: cannotBecome,
}, () => {
  for (const facts of [{ made: 'v24.0.0 1' }, { bytes: 1 }, { sources: [['packages/x.ts', 1, 1]] }])
    assert.equal(run(makeSnapshotPackage(facts), 'bin/eyrie.js', 'read').stdout, 'sources\n');
});

test('an install of the published package takes the snapshot that read starts from', {
  skip: cannotBecome,
}, () => {
  const folder = makePackage(
    {
      'dist/run.js': `console.log('built');`,
      '.bundle/read.cjs': `require('node:v8').startupSnapshot.setDeserializeMainFunction(() =>
        console.log('snapshot'));`,
    },
    false,
  );
  assert.equal(run(folder, 'bin/eyrie.js', 'read').stdout, 'built\n');
  assert.deepEqual(run(folder, 'bin/postinstall.js'), { status: 0, stdout: '', stderr: '' });
  assert.equal(run(folder, 'bin/eyrie.js', 'read').stdout, 'snapshot\n');
});

test('an install that cannot take a snapshot says so in one line, and succeeds', {
  skip: cannotBecome,
}, () => {
  const programs: Record<string, string>[] = [{}, { '.bundle/read.cjs': 'throw new Error()' }];
  for (const program of programs) {
    const folder = makePackage({ 'dist/run.js': `console.log('built');`, ...program }, false);
    const { status, stderr } = run(folder, 'bin/postinstall.js');
    assert.equal(status, 0);
    assert.match(stderr, /^eyrie read starts without a snapshot: .*\n$/);
    assert.equal(run(folder, 'bin/eyrie.js', 'read').stdout, 'built\n');
  }
});

test('an older Node passes arguments and exit status on', { skip }, () => {
  const folder = makePackage({ 'dist/run.js': echo }, true);
  assert.deepEqual(run(folder, 'old.js', 'a b', '--c'), { status: 3, stdout: 'a b,--c\n', stderr: '' });
});

test('an older Node without a newer one prints one line that says what to install', () => {
  const { status, stdout, stderr } = run(makePackage({ 'dist/run.js': echo }, false), 'old.js');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^eyrie: needs Node\.js 24 or newer, this is .*npm ci.*\n$/);
});

test('an older Node passes signals on, and exits by the signal that ended the program', {
  skip,
}, async () => {
  const waits = 'setInterval(() => {}, 1000); console.log("up");';
  const answers = `process.on('SIGTERM', () => process.exit(7)); ${waits}`;

  for (const [program, expected] of [
    [answers, [7, null]],
    [waits, [null, 'SIGTERM']],
  ] as const) {
    const folder = makePackage({ 'dist/run.js': program }, true);
    const child = spawnChild(process.execPath, [join(folder, 'old.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: environment(folder),
    });
    const exit = once(child, 'exit');
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await exit, expected);
  }
});

test('an empty HOME counts as unset', { skip }, () => {
  const folder = makePackage({ 'dist/run.js': 'console.log(process.env.HOME);' }, false);
  const env = { ...environment(folder), HOME: '' };
  const { stdout } = spawnSync(process.execPath, [join(folder, 'bin/eyrie.js')], { encoding: 'utf8', env });
  assert.equal(stdout, 'undefined\n');
});
