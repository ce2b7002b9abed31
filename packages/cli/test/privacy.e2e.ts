// Keys, files encrypted with them, what is kept, and who looked at it.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';
import { until } from '../../../test/support/until.ts';

const root = join(import.meta.dirname, '../../..');
const eyrie = join(root, 'packages/cli/bin/eyrie.js');
const sample = join(root, 'samples/port-scan.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-privacy-'));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ...{ HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_STATE_HOME: join(folder, 'state') },
  ...{
    XDG_CONFIG_HOME: join(folder, 'config'),
    EYRIE_HOME: join(folder, 'mesh'),
    INIT_CWD: folder,
    NO_COLOR: '1',
  },
};
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [eyrie, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function fine(...args: string[]): Promise<string> {
  const { status, out, err } = await run(...args);
  assert.equal(status, 0, `${args.join(' ')}: ${err}`);
  return out;
}

test('a file encrypted with a key is readable only with the key, and decrypts to the original', async () => {
  const key = join(folder, 'key');
  await fine('privacy', 'key', key);
  assert.equal(statSync(key).mode & 0o077, 0);
  assert.equal(
    (await run('privacy', 'key', key)).err,
    `eyrie: ${key}: is there already: a key is not replaced\n`,
  );
  for (const [wrong, problem] of [
    [join(key, 'inside'), 'its folder does not exist; create it first'],
    [`${folder}/`, 'is a directory; name a file in it'],
  ] as const)
    assert.deepEqual(await run('privacy', 'key', wrong), {
      status: 1,
      out: '',
      err: `eyrie: ${wrong}: ${problem}\n`,
    });
  const locked = join(folder, 'locked.pcapng');
  await fine('privacy', 'lock', sample, '-o', locked, '--key', key);
  const without = await run('read', locked);
  assert.equal(without.status, 1);
  assert.match(without.err, /^eyrie: .*is encrypted; give the key with EYRIE_CAPTURE_KEY=FILE.*\n$/);
  const [there, before] = [
    await fine('read', locked, '-c', '200', '--key', key),
    await fine('read', sample, '-c', '200'),
  ];
  assert.equal(there, before);
  await fine('privacy', 'unlock', locked, '-o', join(folder, 'again.pcapng'), '--key', key);
  assert.ok(readFileSync(join(folder, 'again.pcapng')).equals(readFileSync(sample)));
});

test('access to payloads is in the audit log; the report lists what is stored where', async () => {
  const store = `duckdb:${join(folder, 'packets.duckdb')}`;
  mkdirSync(join(folder, 'config/eyrie'), { recursive: true });
  writeFileSync(
    join(folder, 'config/eyrie/eyrie.toml'),
    `[store]\nurl = "${store}"\n[log]\nfolder = "${join(folder, 'logs')}"\n`,
  );
  await fine('import', sample);
  const child = spawnChild(process.execPath, [eyrie, 'analyzer', '--port', '0'], { env, cwd: folder });
  children.push(child);
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /http:\S+/.exec(said);
      if (found !== null) resolve(found[0]);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  const { items } = (await (await fetch(`${address}/packets?limit=1`)).json()) as { items: { id: number }[] };
  for (const path of [
    `/packets/${items[0]!.id}/bytes`,
    '/export?limit=1',
    '/protocol_summary',
    '/honeypot/visits/none/packets',
  ])
    await (await fetch(address + path)).arrayBuffer();
  // A line is written once its answer is sent, and all are there when it has ended.
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  const lines = readFileSync(join(folder, 'logs/audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ what, id, status, from }) => ({ what, id, status, from })),
    [
      { what: 'the bytes of a packet', id: items[0]!.id, status: 200, from: '127.0.0.1' },
      { what: 'packets as a file', id: undefined, status: 200, from: '127.0.0.1' },
      { what: 'the packets of a visit', id: undefined, status: 404, from: '127.0.0.1' },
    ],
  );
  const { kept, looks } = JSON.parse(await fine('privacy', 'report', '--json'));
  assert.equal(looks, 3);
  const stored = kept.find(({ place }: { place: string }) => place.endsWith('packets.duckdb'));
  assert.ok(stored.bytes > 0 && stored.encrypted === 'no');
  assert.equal(stored.kept, '50GB at most');
  const far = {
    ...env,
    EYRIE_STORE_URL: 'postgres://me:se:cret@db.example/eyrie',
    EYRIE_STORE_KEEP_AGE: '30d',
  };
  const { stdout } = spawnSync(process.execPath, [eyrie, 'privacy', 'report', '--json'], {
    ...{ env: far, cwd: folder, encoding: 'utf8' },
  });
  const [{ place, kept: limits }] = JSON.parse(stdout).kept;
  assert.deepEqual([place, limits], ['postgres://me@db.example/eyrie', '30d, 50GB at most']);
  assert.match(await fine('privacy', 'report'), /Payloads were looked at 3 times/);
});

test('the report lists keys, messages, those held for others, and received files', async () => {
  const peer = join(folder, 'mesh/peers/lab');
  mkdirSync(join(peer, 'received/other'), { recursive: true });
  const files = {
    'peer.key': 'k',
    'inbox.log': 'in',
    'held.log': 'sealed',
    'received/other/inbox.txt': 'text',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(peer, name), content);
  const { kept } = JSON.parse(await fine('privacy', 'report', '--json'));
  assert.deepEqual(
    kept
      .filter(({ place }: { place: string }) => place.startsWith(peer))
      .map(({ what, bytes, encrypted }: { what: string; bytes: number; encrypted: string }) => [
        what,
        bytes,
        encrypted,
      ]),
    [
      ['keys and members of lab', 1, 'no'],
      ['messages of lab', 2, 'no'],
      ['messages held for others by lab', 6, 'yes'],
      ['files sent to lab', 4, 'no'],
    ],
  );
});

test('with a configured key, ring and uploads are encrypted, and still readable by Eyrie', async () => {
  const key = join(folder, 'ring-key');
  await fine('privacy', 'key', key);
  const child = spawnChild(
    process.execPath,
    [eyrie, 'up', '--port', '0', '--store', `duckdb:${join(folder, 'up.duckdb')}`],
    {
      env: { ...env, EYRIE_CAPTURE_KEY: key },
      cwd: folder,
    },
  );
  children.push(child);
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
        const found = /http:\S+/.exec(said);
        if (found !== null) resolve(found[0]);
      });
    child.once('exit', () => reject(new Error(said)));
  });
  const posted = await fetch(`${address}/captures?name=scan.pcapng`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: readFileSync(sample),
  });
  assert.ok(posted.ok, await posted.clone().text());
  const { id } = await until('a packet', async () => {
    const page = (await (await fetch(`${address}/packets?limit=1`)).json()) as { items: { id: number }[] };
    return page.items[0];
  });
  const detail = await fetch(`${address}/packets/${id}`);
  assert.equal(detail.status, 200);
  const { kept } = JSON.parse(await fine('privacy', 'report', '--json'));
  const uploads = kept.find(({ what }: { what: string }) => what === 'uploaded captures');
  assert.deepEqual([uploads.files, uploads.encrypted], [1, 'yes']);
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
});

test('an address is found everywhere, one with the same prefix is not', async () => {
  for (const part of ['DATA', 'STATE', 'CONFIG']) env[`XDG_${part}_HOME`] = join(folder, 'find', part);
  const uploads = join(folder, 'find/DATA/eyrie/captures/0123456789abcdef');
  mkdirSync(uploads, { recursive: true });
  writeFileSync(join(uploads, 'port-scan.pcapng'), readFileSync(sample));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  writeFileSync(join(folder, 'logs/found.log'), 'scan by 192.168.10.66:80\nscan by 192.168.10.6\n');
  const find = async (address: string) => {
    const { status, out } = await run('privacy', 'find', address, '--json');
    const found = JSON.parse(out).found as { place: string; found: string }[];
    return [status, ...found.map((each) => `${basename(each.place)}: ${each.found}`)];
  };
  const [status, ...places] = await find('192.168.10.66');
  assert.equal(status, 1);
  assert.ok(
    places.some((each) => /^port-scan\.pcapng: \d{3,} packets$/.test(String(each))),
    String(places),
  );
  assert.ok(places.includes('found.log: 1 line'), String(places));
  assert.deepEqual(await find('2001:DB8::0:77'), [0]);
  const lines = [
    'GET /packets?q=ipv6.addr%3D%3D2001%3Adb8%3A%3A77 200',
    "bytes = unhex('cb007108') LIMIT 501",
  ];
  writeFileSync(join(folder, 'logs/analyzer.log'), lines.join('\n'));
  assert.deepEqual(await find('2001:DB8::0:77'), [1, 'analyzer.log: 1 line']);
  assert.deepEqual(await find('203.0.113.8'), [1, 'analyzer.log: 1 line']);
  // What is to be copied into a shell is one word there, whatever the folder's name.
  env.EYRIE_LOG_FOLDER = join(folder, 'my logs');
  mkdirSync(env.EYRIE_LOG_FOLDER);
  writeFileSync(join(env.EYRIE_LOG_FOLDER, 'found.log'), 'scan by 192.168.10.7\n');
  const { out } = await run('privacy', 'find', '192.168.10.7', '--json');
  delete env.EYRIE_LOG_FOLDER;
  const inLogs = JSON.parse(out).found.find(({ place }: { place: string }) => place.includes('my logs'));
  assert.match(inLogs.erase, /^rm '.*my logs\/found\.log'$/);
  assert.equal((await run('privacy', 'find', '192.168.10.0/24')).status, 2);
});

test("a find in a peer's folder: comments do not count, and no advice costs the peer its keys", async () => {
  const peer = join(folder, 'mesh/peers/find');
  mkdirSync(join(peer, 'received/other'), { recursive: true });
  const files = {
    'peer.key': 'k',
    'response.toml': '# exempt = ["192.0.2.77"]\nwitnesses = 2  # 192.0.2.77\n',
    'policy.toml': 'from = ["#192.0.2.77"] # a hash in a string begins no comment\n',
    'settings.json': '{ "bootstrap": ["192.0.2.77:9000"] }',
    'acquaintances.json': '["192.0.2.77:9000"]',
    'inbox.log': 'from 192.0.2.77',
    'received/other/notes.txt': '192.0.2.77',
    'lan-nodes.json': '{"192.0.2.77":1}',
    'roster.log': '192.0.2.77',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(peer, name), content);
  const { out } = await run('privacy', 'find', '192.0.2.77', '--json');
  const advice = JSON.parse(out)
    .found.filter(({ place }: { place: string }) => place.startsWith(peer))
    .map(({ place, erase }: { place: string; erase: string }) => [place.slice(peer.length + 1), erase]);
  assert.deepEqual(Object.fromEntries(advice), {
    'policy.toml': 'edit it',
    'settings.json': 'edit it',
    'acquaintances.json': `rm ${join(peer, 'acquaintances.json')}`,
    'inbox.log': `rm ${join(peer, 'inbox.log')}`,
    'received/other/notes.txt': `rm ${join(peer, 'received/other/notes.txt')}`,
    'lan-nodes.json': `rm ${join(peer, 'lan-nodes.json')}`,
    'roster.log': 'the peer needs it: only together with the peer',
  });
  assert.equal(advice.length, 7, 'each file once');
});
