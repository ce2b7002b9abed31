// The API's documentation: /openapi.json for programs, /docs for people. Neither loads external resources.
import type { Server } from '../server.ts';
import { escaped, page, STYLE, STYLE_PATH } from './page.ts';

export function addDocumentRoutes(app: Server): void {
  const hidden = { schema: { hide: true } };
  app.get('/openapi.json', hidden, async (_, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
  app.get('/docs', hidden, async (_, reply) =>
    reply.type('text/html').send(document(app.swagger() as unknown as Document)),
  );
  app.get(STYLE_PATH, hidden, async (_, reply) =>
    reply.type('text/css').header('cache-control', 'max-age=3600').send(STYLE),
  );
}

/** The part of OpenAPI that the page shows. */
interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: Shape;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Shape }>> };
}

interface Shape {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
}

function document({ info, paths }: Document): string {
  const groups = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (method === 'head') continue;
      const tag = operation.tags?.[0] ?? 'service';
      groups.set(tag, [...(groups.get(tag) ?? []), section(method, path, operation)]);
    }
  }
  const body = [...groups].map(([tag, sections]) => `<h2>${escaped(tag)}</h2>\n${sections.join('\n')}`);
  return page(
    'API',
    `<h1>${escaped(info.title)} ${escaped(info.version)}: the HTTP API</h1>
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Errors are
<code>{"error":{"code","message","hint","at"}}</code>. Lists come in pages: give <code>next</code> as
<code>after</code>.</p>
${body.join('\n')}`,
  );
}

function section(method: string, path: string, { summary, parameters = [], requestBody }: Operation): string {
  const rows = parameters.map(({ name, schema, description, required }) =>
    row(name, typeText(schema ?? {}, required === true), description ?? schema?.description ?? ''),
  );
  for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
    for (const [name, shape] of Object.entries(schema?.properties ?? {}))
      rows.push(row(name, typeText(shape, false), `${shape.description ?? ''} (in the body, ${type})`));
  }
  return `<h3>${method.toUpperCase()} ${escaped(path)}</h3>
<p>${escaped(summary ?? '')}</p>
${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}`;
}

function row(name: string, type: string, text: string): string {
  return `<tr><td>${escaped(name)}</td><td>${escaped(type)}</td><td>${escaped(text)}</td></tr>\n`;
}

function typeText(shape: Shape, isRequired: boolean): string {
  const type = shape.enum?.join(' | ') ?? String(shape.type ?? '');
  const bounds = shape.maximum === undefined ? '' : `, ${shape.minimum ?? 0} to ${shape.maximum}`;
  const standard = shape.default === undefined ? '' : ` = ${String(shape.default)}`;
  return `${type}${bounds}${standard}${isRequired ? ', required' : ''}`;
}
