import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '@eyrie/store';
import serializers from '@fastify/fast-json-stringify-compiler';
import { lazySerializers } from '../../src/analyzer/lazy-serializers.ts';
import { buildAnalyzer } from '../../src/analyzer/server.ts';

const route = { method: 'GET', url: '/', httpStatus: '200' };

test('a schema of an answer is compiled at its first answer, once', () => {
  const compile = lazySerializers()({});
  let looks = 0;
  const properties = { a: { type: 'integer' } };
  const schema = Object.defineProperty({ type: 'object' }, 'properties', {
    enumerable: true,
    get: () => {
      looks++;
      return properties;
    },
  });
  const serialize = compile({ ...route, schema });
  assert.equal(looks, 0);
  assert.equal(serialize({ a: 1, b: 2 }), '{"a":1}');
  const looked = looks;
  assert.ok(looked > 0);
  assert.equal(serialize({ a: 3 }), '{"a":3}');
  assert.equal(looks, looked);
});

test('a schema that cannot be compiled fails at its first answer', () => {
  const serialize = lazySerializers()({})({ ...route, schema: { $ref: 'nowhere#' } });
  assert.throws(() => serialize({}), /nowhere/);
});

test('every schema of an answer can be compiled', async () => {
  const says = { debug() {}, warn() {}, error() {} };
  const options = { intake: null, folder: '', access: { token: null, hosts: [] }, log: says, page: null };
  let compiled = 0;
  const build = serializers();
  const app = await buildAnalyzer({ ...options, store: {} as Store }, (shared, settings) => {
    const compile = build(shared, settings);
    return (definition) => {
      compiled++;
      return compile(definition);
    };
  });
  await app.ready();
  await app.close();
  assert.ok(compiled > 100, String(compiled));
});
