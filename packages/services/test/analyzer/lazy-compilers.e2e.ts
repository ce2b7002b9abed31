import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '@eyrie/store';
import { eagerCompilers, lazyCompilers } from '../../src/analyzer/lazy-compilers.ts';
import { buildAnalyzer } from '../../src/analyzer/server.ts';

const route = { method: 'GET', url: '/', httpStatus: '200' };

test('a schema of an answer is compiled at its first answer, once', () => {
  const compile = lazyCompilers().buildSerializer({});
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
  const serialize = lazyCompilers().buildSerializer({})({ ...route, schema: { $ref: 'nowhere#' } });
  assert.throws(() => serialize({}), /nowhere/);
});

test('a schema of a request is compiled at its first request; what it refuses is said as Fastify says it', () => {
  const options = { customOptions: { allErrors: false } };
  const definition = {
    ...{ method: 'GET', url: '/', httpPart: 'querystring' },
    schema: { type: 'object', properties: { limit: { type: 'integer', default: 5 } }, required: ['of'] },
  };
  const lazily = lazyCompilers().buildValidator({}, options)(definition);
  const eagerly = eagerCompilers().buildValidator({}, options)(definition);
  for (const value of [{ of: 1 }, { of: 1, limit: 'a' }, {}, { of: 2 }]) {
    const [one, other] = [{ ...value }, { ...value }];
    assert.equal(lazily(one), eagerly(other));
    assert.deepEqual(lazily.errors, eagerly.errors);
    assert.deepEqual(one, other);
  }
  const broken = { ...definition, schema: { $ref: 'nowhere#' } };
  assert.throws(() => lazyCompilers().buildValidator({}, options)(broken)({}), /nowhere/);
});

test('every schema of a request and of an answer can be compiled', async () => {
  const says = { debug() {}, warn() {}, error() {} };
  const options = { intake: null, folder: '', access: { token: null, hosts: [] }, log: says, page: null };
  const compiled = { answers: 0, requests: 0 };
  const { buildSerializer, buildValidator } = eagerCompilers();
  const app = await buildAnalyzer(
    { ...options, store: {} as Store },
    {
      buildSerializer: (shared, settings) => {
        const compile = buildSerializer(shared, settings);
        return (definition) => {
          compiled.answers++;
          return compile(definition);
        };
      },
      buildValidator: (shared, settings) => {
        const compile = buildValidator(shared, settings);
        return (definition) => {
          compiled.requests++;
          return compile(definition);
        };
      },
    },
  );
  await app.ready();
  await app.close();
  assert.ok(compiled.answers > 100, String(compiled.answers));
  assert.ok(compiled.requests > 20, String(compiled.requests));
});
