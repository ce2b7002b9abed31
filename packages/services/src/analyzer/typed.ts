// Converts URL parameters to the numbers and booleans that their schema requires, if they are in plain notation.
// Anything else stays text, which the schema refuses: `limit=1e3` is an error. No parameter has several values.
import type { FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';

interface Shape {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

export async function typed(request: FastifyRequest): Promise<void> {
  const { schema } = request.routeOptions;
  // A router takes nothing for a parameter, too: `/packets/`.
  if (Object.values(request.params ?? {}).includes(''))
    throw new ApiError('not_found', `there is no ${request.method} ${request.url.slice(0, 100)}`, {
      hint: 'see /docs',
    });
  convert(request.query as Record<string, unknown>, schema?.querystring as Shape | undefined);
  convert(request.params as Record<string, unknown>, schema?.params as Shape | undefined);
}

function convert(values: Record<string, unknown> | undefined, shape: Shape | undefined): void {
  if (values === undefined || shape?.properties === undefined) return;
  for (const [key, value] of Object.entries(values)) {
    const type = Object.hasOwn(shape.properties, key) ? shape.properties[key]!.type : undefined;
    if (Array.isArray(value)) throw new ApiError('bad_value', `${key}: is given ${value.length} times`);
    if (typeof value !== 'string') continue;
    if (type === 'integer' && /^-?\d{1,15}$/.test(value)) values[key] = Number(value);
    else if (type === 'boolean' && (value === 'true' || value === 'false')) values[key] = value === 'true';
  }
}
