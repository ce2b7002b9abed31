import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openLog } from '../src/log/index.ts';
import { LogFile } from '../src/log-file/index.ts';
import type { MeshStamp } from '../src/mesh-time/index.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-log-'));
after(() => rmSync(root, { recursive: true }));

function lines(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the log of a service', () => {
  it('has lines for people on one side, JSON lines on the other', () => {
    const folder = join(root, 'both');
    const shown: string[] = [];
    const log = openLog({ service: 'parser', folder, screen: (line) => shown.push(line) });
    log.info('begins', { port: 5001 });
    log.warn('slow');
    log.debug('not asked for');
    assert.equal(shown.length, 2);
    assert.match(shown[0]!, /^\d\d:\d\d:\d\d parser {4}begins$/);
    assert.match(shown[1]!, / warn: slow$/);
    if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'parser.log')).mode & 0o777, 0o600);
    const [first, second, third] = lines(join(folder, 'parser.log'));
    assert.deepEqual(
      [first!.level, first!.service, first!.port, first!.msg],
      ['info', 'parser', 5001, 'begins'],
    );
    assert.ok(!Number.isNaN(Date.parse(String(first!.time))));
    assert.deepEqual([second!.level, third!.level], ['warn', 'debug']);
  });

  it('has mesh time with its uncertainty beside its own in the file, where that is known', () => {
    const folder = join(root, 'dated');
    let stamp: MeshStamp | null = null;
    const shown: string[] = [];
    const log = openLog({
      service: 'parser',
      folder,
      meshNow: () => stamp,
      screen: (line) => shown.push(line),
    });
    log.info('alone');
    stamp = { mesh: 'home', ms: 1_795_292_803_194.25, uncertaintyMs: 0.2 };
    log.info('among others', { port: 5001 });
    const [alone, dated] = lines(join(folder, 'parser.log'));
    assert.equal('mesh_time' in alone!, false);
    assert.deepEqual(dated!.mesh_time, {
      ...{ mesh: 'home', time: '2026-11-21T20:26:43.194250Z', uncertainty_ms: 0.2 },
    });
    assert.match(shown[1]!, /^\d\d:\d\d:\d\d parser {4}among others$/, 'people read it as before');
  });

  it('is kept in files of bounded size and number', () => {
    const folder = join(root, 'rotated');
    const log = openLog({ service: 'ui', folder, screen: null, fileBytesMax: 10_000, filesMax: 2 });
    for (let i = 0; i < 2000; i++) log.info(`line ${i}`);
    assert.deepEqual(readdirSync(folder).sort(), ['ui.log', 'ui.log.1', 'ui.log.2']);
    const all = ['ui.log.2', 'ui.log.1', 'ui.log'].flatMap((name) => lines(join(folder, name)));
    assert.equal(all.at(-1)!.msg, 'line 1999');
    const numbers = all.map(({ msg }) => Number(String(msg).slice(5)));
    assert.ok(numbers.every((number, i) => i === 0 || number === numbers[i - 1]! + 1));
  });

  it('does not exceed its length, however long its lines are', () => {
    const folder = join(root, 'exact');
    const log = openLog({ service: 'analyzer', folder, screen: null, fileBytesMax: 10_000, filesMax: 3 });
    for (let i = 0; i < 300; i++) log.debug(`line ${i}`, { sql: 'é'.repeat((i * 37) % 2000) });
    const names = readdirSync(folder);
    assert.equal(names.length, 4);
    for (const name of names) assert.ok(statSync(join(folder, name)).size <= 10_000, name);
    log.debug('longer than a file', { sql: 'x'.repeat(20_000) });
    log.debug('after it');
    assert.deepEqual(
      [1, 0].map((i) => lines(join(folder, i === 0 ? 'analyzer.log' : `analyzer.log.${i}`)).at(-1)!.msg),
      ['longer than a file', 'after it'],
    );
  });

  it('loses no line and stays bounded where two write to one file', () => {
    const folder = join(root, 'shared');
    const logs = [0, 1].map(() =>
      openLog({ service: 'parser', folder, screen: null, fileBytesMax: 10_000, filesMax: 50 }),
    );
    for (let i = 0; i < 1000; i++) logs[i % 2]!.info(`line ${i}`);
    const all = readdirSync(folder).flatMap((name) => {
      assert.ok(statSync(join(folder, name)).size <= 10_000 * (1 + 2 / 16) + 200, name);
      return lines(join(folder, name)).map(({ msg }) => Number(String(msg).slice(5)));
    });
    assert.deepEqual(
      all.sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, i) => i),
    );
  });

  it('rotates a file that two write to only when it is full, though the other one has rotated it before', () => {
    const folder = join(root, 'uneven');
    const options = { bytesMax: 10_000, filesMax: 100 };
    const [often, seldom] = [0, 1].map(() => new LogFile(join(folder, 'x.log'), options));
    const line = `${'x'.repeat(149)}\n`;
    for (let i = 0; i < 2000; i++) (i % 4 < 3 ? often! : seldom!).write(line);
    for (const name of readdirSync(folder).filter((each) => each !== 'x.log'))
      assert.ok(statSync(join(folder, name)).size > 10_000 * (1 - 2 / 16), name);
  });

  it('begins a new file after somebody took the old one away, and empties one that cannot be moved', () => {
    const folder = join(root, 'taken');
    const log = openLog({ service: 'ui', folder, screen: null, fileBytesMax: 10_000, filesMax: 2 });
    log.info('first');
    rmSync(join(folder, 'ui.log'));
    for (let i = 0; i < 20; i++) log.info(`line ${i}`);
    assert.equal(lines(join(folder, 'ui.log')).at(-1)!.msg, 'line 19');
    mkdirSync(join(folder, 'ui.log.1', 'in the way'), { recursive: true });
    mkdirSync(join(folder, 'ui.log.2', 'in the way'), { recursive: true });
    for (let i = 0; i < 300; i++) log.info(`line ${i}`);
    assert.ok(statSync(join(folder, 'ui.log')).size <= 10_000);
    assert.equal(lines(join(folder, 'ui.log')).at(-1)!.msg, 'line 299');
  });

  it('needs no folder', () => {
    const shown: string[] = [];
    openLog({ service: 'x', folder: null, screen: (line) => shown.push(line), level: 'error' }).info(
      'unseen',
    );
    assert.deepEqual(shown, []);
  });

  it('a folder that cannot be is an error at the start', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    assert.throws(() => openLog({ service: 'x', folder: join(file, 'logs') }));
  });
});
