import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { Outflow, RECORD_BYTES_MAX } from '../src/link/outflow.ts';

/** Records each write, and completes it on request. */
class Sink {
  readonly writable = true;
  readonly destroyed = false;
  readonly writes: Buffer[] = [];
  #corked: Buffer[] | null = null;
  #done: (() => void)[] = [];

  cork(): void {
    this.#corked = [];
  }

  uncork(): void {
    this.writes.push(Buffer.concat(this.#corked!));
    this.#corked = null;
  }

  write(data: Uint8Array, done: () => void = () => {}): void {
    (this.#corked ?? this.writes).push(Buffer.from(data));
    this.#done.push(done);
  }

  finishWrites(): void {
    for (const done of this.#done.splice(0)) done();
  }
}

function outflow() {
  const sink = new Sink();
  const drained = { times: 0 };
  const out = new Outflow(sink as unknown as TLSSocket, () => {
    drained.times++;
  });
  return { sink, drained, out };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('frames written within one turn of the event loop share a record', async () => {
  const { sink, out } = outflow();
  for (const text of ['one ', 'two ', 'three']) out.send([Buffer.from(text)]);
  assert.equal(sink.writes.length, 0);
  await turn();
  assert.deepEqual(sink.writes.map(String), ['one two three']);
  assert.equal(out.sentBytes, 13 + 22);
  sink.finishWrites();
  assert.equal(out.waitingBytes, 0);
});

test('data is written in order, in single records unless it is bulk', async () => {
  const sizes = fc.array(fc.oneof(fc.nat(200), fc.integer({ min: 1, max: 40_000 })), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(sizes, async (all) => {
      const { sink, out } = outflow();
      const sent = all.map((length, i) => Buffer.alloc(length, i + 1));
      for (const each of sent) out.send([each]);
      await turn();
      for (let i = 0; i < 50; i++) sink.finishWrites();
      assert.ok(Buffer.concat(sink.writes).equals(Buffer.concat(sent)));
      assert.equal(out.waitingBytes, 0);
      if (all.every((length) => length < RECORD_BYTES_MAX))
        for (const each of sink.writes) assert.ok(each.length < RECORD_BYTES_MAX);
    }),
  );
});

test('a waiting sender is resumed at the low-water mark', async () => {
  const { sink, drained, out } = outflow();
  for (let i = 0; i < 16; i++) out.send([Buffer.alloc(8), Buffer.alloc(65_536)]);
  assert.ok(out.waitingBytes > 1 << 20);
  await turn();
  for (let i = 0; i < 10 && drained.times === 0; i++) sink.finishWrites();
  assert.equal(drained.times, 1);
  assert.ok(out.waitingBytes <= 256 << 10);
});

test('a closing link flushes its queue first', () => {
  const { sink, out } = outflow();
  out.send([Buffer.from('good')]);
  out.send([Buffer.from('-bye')]);
  out.finish();
  assert.deepEqual(sink.writes.map(String), ['good-bye']);
});

test('a flush writes at once, and what follows it is written at the end of the turn', async () => {
  const { sink, out } = outflow();
  out.send([Buffer.from('before ')]);
  out.flush();
  assert.deepEqual(sink.writes.map(String), ['before ']);
  out.send([Buffer.from('after')]);
  sink.finishWrites();
  await turn();
  sink.finishWrites();
  assert.deepEqual(sink.writes.map(String), ['before ', 'after']);
  assert.equal(out.waitingBytes, 0);
});
