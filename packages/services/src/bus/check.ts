// Checks what came over the wire against its schema, and says in one line what is wrong with it.
import type { Static, TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { BusError } from './errors.ts';

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>();

/** @throws BusError */
export function check<T extends TSchema>(schema: T, value: unknown): Static<T> {
  let checker = compiled.get(schema);
  if (checker === undefined) {
    checker = TypeCompiler.Compile(schema);
    compiled.set(schema, checker);
  }
  if (checker.Check(value)) return value as Static<T>;
  const wrong = checker.Errors(value).First();
  const where = wrong === undefined || wrong.path === '' ? 'the body' : wrong.path;
  throw new BusError('ERR_BODY', `${where}: ${wrong?.message ?? 'not as it should be'}`);
}
