// Validates a body against its schema; the error names the problem in one line.
import type { Static, TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler, type ValueError, ValueErrorType } from '@sinclair/typebox/compiler';
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
  throw new BusError(
    'ERR_BODY',
    `${where}: ${wrong === undefined ? 'not as it should be' : errorText(wrong)}`,
  );
}

/** For a union, the schema's description: TypeBox only reports that no member matches. */
function errorText({ type, schema, message }: ValueError): string {
  const is = schema.description;
  return type === ValueErrorType.Union && is !== undefined ? `is not a ${is}` : message;
}
