// Schemas of requests and answers are compiled when a route first needs them.
import validators from '@fastify/ajv-compiler';
import serializers from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof serializers>;
type ValidatorFactory = ReturnType<typeof validators>;
type Validator = ReturnType<ReturnType<ValidatorFactory>>;

/** What Fastify makes functions of schemas with. */
export interface Compilers {
  readonly buildSerializer: SerializerFactory;
  readonly buildValidator: ValidatorFactory;
}

/** Fastify's own compilers. */
export function eagerCompilers(): Compilers {
  return { buildSerializer: serializers(), buildValidator: validators() };
}

/**
 * The same, whose functions are each made at their first call. There are several hundred: to compile them all
 * took half of the time in which a server starts, and most clients need a handful.
 */
export function lazyCompilers(): Compilers {
  const { buildSerializer, buildValidator } = eagerCompilers();
  return {
    buildSerializer: (shared, options) => {
      const compile = buildSerializer(shared, options);
      return (route) => {
        let serialize: ReturnType<typeof compile> | undefined;
        return (answer) => {
          serialize ??= compile(route);
          return serialize(answer);
        };
      };
    },
    buildValidator: (shared, options) => {
      let compile: ReturnType<ValidatorFactory> | undefined;
      return (route) => {
        let check: Validator | undefined;
        const validate = (value: unknown): unknown => {
          compile ??= buildValidator(shared, options);
          check ??= compile(route);
          const result = check(value);
          validate.errors = check.errors;
          return result;
        };
        validate.errors = null as Validator['errors'];
        // Fastify calls it and reads its errors; ajv's type has more than that.
        return validate as Validator;
      };
    },
  };
}
