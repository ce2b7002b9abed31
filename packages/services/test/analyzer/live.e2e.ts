// The live channel: who asks gets what is new, and who is slow costs nothing.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { openStore, type Store } from '@eyrie/store';
import { type Analyzer, imported, type Json, OFFICE, startAnalyzer } from './support.ts';

let store: Store;
let analyzer: Analyzer;
before(async () => {
  store = await openStore('duckdb::memory:');
  analyzer = await startAnalyzer(store);
});
after(async () => {
  await analyzer.close();
  await store.close();
});

class Client {
  readonly socket: WebSocket;
  readonly messages: Json[] = [];
  #wake: (() => void) | null = null;
  readonly closed: Promise<CloseEvent>;

  constructor() {
    this.socket = new WebSocket(`${analyzer.address.replace('http', 'ws')}/live`);
    this.socket.onmessage = ({ data }) => {
      this.messages.push(JSON.parse(String(data)));
      this.#wake?.();
    };
    this.closed = new Promise((resolve) => {
      this.socket.onclose = resolve;
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.OPEN) return this;
    await new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = reject;
    });
    return this;
  }

  say(command: Json): void {
    this.socket.send(typeof command === 'string' ? command : JSON.stringify(command));
  }

  /** The next message that fits. */
  async next(fits: (message: Json) => boolean): Promise<Json> {
    for (let seen = 0; ; ) {
      const found = this.messages.slice(seen).find(fits);
      if (found !== undefined) return found;
      seen = this.messages.length;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

test('a client hears the channels it asked for, and no others', async () => {
  const client = await new Client().opened();
  client.say({ subscribe: ['rates', 'captures', 'packets'] });
  await client.next(({ channel }) => channel === 'captures');
  await imported(store, OFFICE);
  const { data } = await client.next(
    ({ channel, data }) => channel === 'packets' && data.at(-1)?.number === 5125,
  );
  assert.equal(data.length, 50);
  assert.deepEqual(
    data.map((row: Json) => row.number),
    Array.from({ length: 50 }, (_, i) => 5076 + i),
  );
  const captures = await client.next(
    ({ channel, data }) => channel === 'captures' && data[0]?.state === 'done',
  );
  assert.equal(captures.data[0].packets, 5125);
  const rates = await client.next(({ channel, data }) => channel === 'rates' && data.packets === 5125);
  assert.ok(rates.data.packets_per_second >= 0 && rates.data.bytes > 2e6);
  assert.deepEqual([...new Set(client.messages.map(({ channel }) => channel))].sort(), [
    'captures',
    'packets',
    'rates',
  ]);
  client.say({ unsubscribe: ['rates', 'packets', 'captures'] });
  client.say({ subscribe: ['status'] });
  const status = await client.next(({ channel }) => channel === 'status');
  assert.equal(status.data.store.packets, 5125);
  client.socket.close();
  await client.closed;
});

test('who comes later gets what stands, without waiting for news', async () => {
  const first = await new Client().opened();
  first.say({ subscribe: ['findings'] });
  const { data } = await first.next(({ channel }) => channel === 'findings');
  const second = await new Client().opened();
  second.say({ subscribe: ['findings'] });
  assert.deepEqual((await second.next(({ channel }) => channel === 'findings')).data, data);
  for (const client of [first, second]) {
    client.socket.close();
    await client.closed;
  }
});

test('what is no command ends the connection', async () => {
  const wrong = [
    'hello',
    '{"subscribe":["everything"]}',
    '{"subscribe":"rates"}',
    '{"do":"it"}',
    `"${'x'.repeat(5000)}"`,
  ];
  for (const text of wrong) {
    const client = await new Client().opened();
    client.say(text);
    const { code } = await client.closed;
    assert.ok(code === 1008 || code === 1009, `${text.slice(0, 40)}: ${code}`);
  }
  const fast = await new Client().opened();
  for (let i = 0; i < 50; i++) fast.say({ subscribe: ['rates'] });
  assert.equal((await fast.closed).code, 1008);
});

test('a client that does not read is skipped, and the others hear on', async () => {
  const { hostname, port } = new URL(analyzer.address);
  const slow = connect(Number(port), hostname);
  slow.write(
    'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await new Promise((resolve) => slow.once('data', resolve));
  slow.pause();
  const command = Buffer.from('{"subscribe":["rates","status"]}');
  slow.write(Buffer.concat([Buffer.from([0x81, 0x80 | command.length, 0, 0, 0, 0]), command]));
  const client = await new Client().opened();
  client.say({ subscribe: ['status'] });
  const status = await client.next(({ channel, data }) => channel === 'status' && data.live.clients === 2);
  assert.equal(status.data.live.clients, 2);
  const heard = client.messages.length;
  await client.next((message) => client.messages.indexOf(message) > heard + 1);
  slow.destroy();
  await client.next(({ channel, data }) => channel === 'status' && data.live.clients === 1);
  client.socket.close();
  await client.closed;
});
