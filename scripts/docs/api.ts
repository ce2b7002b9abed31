// The reference page of the HTTP API, from the analyzer's OpenAPI document.
import { tmpdir } from 'node:os';
import { buildAnalyzer } from '@eyrie/services/analyzer';
import { silentLog } from '@eyrie/services/log';
import { openStore } from '@eyrie/store';
import { table } from './table.ts';

const HEAD = `# HTTP API

Made by \`npm run docs\` from the schemas that requests and answers are checked with. A running \`eyrie up\` or \`eyrie analyzer\`
has the same for programs at \`/openapi.json\` (OpenAPI 3.1), for people at \`/docs\`, and counts for Prometheus at \`/metrics\`.

On loopback nothing is asked; elsewhere send \`Authorization: Bearer TOKEN\`. Errors are
\`{"error":{"code","message","hint","at"}}\`, with the codes of [errors.md](errors.md). Lists come in pages: give \`next\` as \`after\`.
`;

interface Shape {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: Shape;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Shape }>> };
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Shape }>> }>
  >;
}

export async function apiPage(): Promise<string> {
  const store = await openStore('duckdb::memory:');
  const app = await buildAnalyzer({
    ...{ store, intake: null, log: silentLog, page: null, folder: tmpdir() },
    access: { token: null, hosts: [] },
  });
  try {
    await app.ready();
    return pageOf(app.swagger().paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>);
  } finally {
    await app.close();
    await store.close();
  }
}

function pageOf(paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>): string {
  const groups = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      if (method === 'head') continue;
      const tag = operation.tags?.[0] ?? 'service';
      groups.set(tag, [...(groups.get(tag) ?? []), section(method, path, operation)]);
    }
  const parts = [...groups].map(([tag, sections]) => `\n## ${tag}\n${sections.join('')}`);
  return HEAD + parts.join('');
}

function section(method: string, path: string, operation: Operation): string {
  const { summary = '', parameters = [], requestBody, responses = {} } = operation;
  const rows = parameters.map(({ name, in: where, schema, description, required }) => [
    `\`${name}\``,
    `${where}${required === true ? ', needed' : ''}`,
    typeOf(schema ?? {}),
    description ?? schema?.description ?? '',
  ]);
  for (const { schema } of Object.values(requestBody?.content ?? {}))
    for (const [name, shape] of Object.entries(schema?.properties ?? {}))
      rows.push([`\`${name}\``, 'body', typeOf(shape), shape.description ?? '']);
  const given = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content }]) =>
      Object.entries(content ?? {}).map(([type, { schema }]) => `${type}${fieldsOf(schema)}`),
    );
  return [
    `\n### ${method.toUpperCase()} ${path}\n\n${summary}\n`,
    rows.length === 0 ? '' : `\n${table(['name', 'where', 'values', 'what it is'], rows)}`,
    given.length === 0 ? '' : `\nAnswers: ${given.join('; ')}\n`,
  ].join('');
}

function typeOf({ type, minimum, maximum, default: standard, enum: values, anyOf, items }: Shape): string {
  const kind =
    values?.map(String).join(', ') ??
    anyOf?.map(typeOf).join(' or ') ??
    (items === undefined ? [type ?? 'any'].flat().join(' or ') : `list of ${typeOf(items)}`);
  const bounds = minimum === undefined ? '' : `, ${minimum} to ${maximum ?? '…'}`;
  return `${kind}${bounds}${standard === undefined ? '' : `; ${JSON.stringify(standard)} unless given`}`;
}

function fieldsOf(schema: Shape | undefined): string {
  const names = Object.keys(schema?.properties ?? {});
  return names.length === 0 ? '' : ` with ${names.map((name) => `\`${name}\``).join(', ')}`;
}
