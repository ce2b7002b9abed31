// What counts as an order, and the schema that others are given.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { publishedSchema } from '../../src/mqtt/index.ts';
import { readOrder } from '../../src/mqtt/payloads.ts';

const read = (text: string) => readOrder(Buffer.from(text));

test('docs/mqtt.schema.json is what the code checks with: eyrie mqtt schema > docs/mqtt.schema.json', () => {
  const path = join(import.meta.dirname, '../../../../docs/mqtt.schema.json');
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), publishedSchema());
});

test('text is an order, JSON is one if it is as the schema says, and nothing with "from" is', () => {
  assert.deepEqual(read('hello'), { text: 'hello' });
  assert.deepEqual(read('42'), { text: '42' });
  assert.deepEqual(read('{"text":"a","topic":"b"}'), { text: 'a', topic: 'b' });
  assert.deepEqual(read('{"sealed":"aGk="}'), { sealed: 'aGk=' });
  assert.equal(read('{"from":"x","text":"a"}'), null);
  assert.equal(read(''), null);
  for (const wrong of ['{}', '{"text":1}', '{"text":"a","sealed":"b"}', '{"text":"a","more":1}', '[1]'])
    assert.equal(typeof read(wrong), 'string', wrong);
  assert.equal(read('x'.repeat(300_000)), 'it is too long');
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        readOrder(bytes);
      },
    ),
  );
});
