// Schemas of answers are compiled when a route first answers.
import serializers from '@fastify/fast-json-stringify-compiler';

export type SerializerFactory = ReturnType<typeof serializers>;

/**
 * Fastify's own compiler, whose functions are each made at their first call. There are several hundred: to compile them all
 * took half of the time in which a server starts, and most clients need a handful.
 */
export function lazySerializers(): SerializerFactory {
  const build = serializers();
  return (shared, options) => {
    const compile = build(shared, options);
    return (route) => {
      let serialize: ReturnType<typeof compile> | undefined;
      return (answer) => {
        serialize ??= compile(route);
        return serialize(answer);
      };
    };
  };
}
