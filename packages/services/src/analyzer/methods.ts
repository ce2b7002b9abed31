// The methods of a path, for OPTIONS (RFC 9110 §9.3.7) and for the refusal of another method (§15.5.6).
import type { FastifyInstance } from 'fastify';

export class Methods {
  /** By the route's path. */
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  /** Learns the routes that are added from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const route = this.#routes.get(url) ?? { pattern: patternOf(url), methods: new Set(['OPTIONS']) };
      for (const each of [method].flat()) route.methods.add(each);
      this.#routes.set(url, route);
    });
  }

  /** `GET, HEAD, OPTIONS`; null: there is nothing at this address. */
  allowed(address: string): string | null {
    const [path = ''] = address.split('?', 1);
    const methods = [...this.#routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((route) => [...route.methods]);
    return methods.length === 0 ? null : [...new Set(methods)].sort().join(', ');
  }
}

function patternOf(route: string): RegExp {
  const parts = route.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
