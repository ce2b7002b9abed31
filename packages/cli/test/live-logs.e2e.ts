// `eyrie up -i` with `[logs]`: Zeek's logs of the loopback interface, as a user has them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';
import { hasTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';
import { rowsOfZeek } from '../../../test/support/zeek.ts';

const EYRIE = join(import.meta.dirname, '../bin/eyrie.js');
const root = mkdtempSync(join(tmpdir(), 'eyrie-live-logs-'));
const server = createServer((_, response) => response.end('hello'));

before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => {
  server.close();
  rmSync(root, { recursive: true });
});

function cannot(): string | false {
  if (process.platform !== 'linux') return 'captures on lo, as Linux calls it';
  if (!hasTool('tcpdump')) return 'needs tcpdump';
  return process.getuid?.() === 0 ? false : 'needs root';
}

/** Starts it in a folder of its own, with logs in `zeek` there. */
function up(name: string, logs: Readonly<Record<string, string>>) {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const zeek = join(folder, 'zeek');
  const config = join(folder, 'eyrie.toml');
  const lines = Object.entries({ folder: zeek, ...logs }).map(([key, value]) => `${key} = "${value}"`);
  writeFileSync(config, ['[logs]', ...lines].join('\n'));
  const { port } = server.address() as AddressInfo;
  const args = [
    ...['up', '-i', 'lo', '-f', `tcp port ${port}`, '--port', '0', '--log-folder', '', '--config', config],
    ...['--store', `duckdb:${join(folder, 'store.duckdb')}`, '--ring-folder', join(folder, 'ring')],
  ];
  const child = spawnChild(process.execPath, [EYRIE, ...args]);
  const said = { text: '' };
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (part) => (said.text += part));
  const closed = once(child, 'close').then(([status]) => status as number | null);
  const hasBegun = until(
    'the capture',
    () => said.text.includes('Ctrl-C ends it') || child.exitCode !== null,
  );
  return { child, said, closed, hasBegun, logs: join(zeek, 'lo') };
}

/** A request in a connection of its own. */
async function ask(path: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const [response] = await once(get({ port, path, host: '127.0.0.1', agent: false }), 'response');
  response.resume();
  await once(response, 'end');
}

function urisIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^http\./.test(name))
    .flatMap((name) => rowsOfZeek(readFileSync(join(folder, name), 'utf8'))?.rows ?? [])
    .map((row) => row.uri!);
}

describe("Zeek's logs of live traffic", { skip: cannot() }, () => {
  test('files appear, are put aside at their time, and are closed with whole lines at Ctrl-C', async () => {
    const { child, said, closed, hasBegun, logs } = up('rotated', { rotate: '1s' });
    await hasBegun;
    const asked: string[] = [];
    await until('a file put aside, and one begun after it', async () => {
      asked.push(`/${asked.length}`);
      await ask(asked.at(-1)!);
      const names = readdirSync(logs);
      return names.some((name) => /^http\.\d{4}-/.test(name)) && names.includes('http.log');
    });
    await until('the last request in the logs', () => urisIn(logs).includes(asked.at(-1)!));
    child.kill('SIGINT');
    assert.equal(await closed, 0, said.text);
    assert.deepEqual(urisIn(logs).sort(), asked.sort());
    for (const name of readdirSync(logs)) {
      const text = readFileSync(join(logs, name), 'utf8');
      assert.match(text, /^#separator \\x09\n[\s\S]*\n#close\t[\d-]+\n$/, name);
    }
  });

  test('without rotation there is one file, and a later start puts it aside', async () => {
    for (const path of ['/first', '/second']) {
      const { child, said, closed, hasBegun, logs } = up('kept', { rotate: '0s' });
      await hasBegun;
      await ask(path);
      const isLogged = until('the request in the log', () => {
        try {
          return urisIn(logs).includes(path);
        } catch {
          return false;
        }
      });
      const hasEnded = closed.then((status) => Promise.reject(new Error(`it ended with status ${status}`)));
      await Promise.race([isLogged, hasEnded]).catch((error) => {
        const files = readdirSync(join(root, 'kept'), { recursive: true, withFileTypes: true });
        const sizes = files.map((file) => `${file.name} ${statSync(join(file.parentPath, file.name)).size}`);
        throw new Error(`${(error as Error).message}: ${path}\n${said.text}\n${sizes.join('\n')}`);
      });
      hasEnded.catch(() => {});
      child.kill('SIGINT');
      assert.equal(await closed, 0, said.text);
    }
    const logs = join(root, 'kept/zeek/lo');
    assert.equal(readdirSync(logs).filter((name) => name.startsWith('http.')).length, 2);
    assert.deepEqual(urisIn(logs).sort(), ['/first', '/second']);
  });

  test("a file in place of the interface's folder is told of in one line before anything begins", async () => {
    mkdirSync(join(root, 'occupied/zeek'), { recursive: true });
    writeFileSync(join(root, 'occupied/zeek/lo'), '');
    const { said, closed } = up('occupied', {});
    assert.equal(await closed, 1);
    assert.match(said.text, /^eyrie: Zeek's logs of lo go to \S+\/lo: it is no folder; [^\n]+\n$/);
  });
});
