// Compares the page's types of the API with the OpenAPI document: property names, and which may be null.

/** Property names of an interface, each with whether it may be null. */
export type Shape = ReadonlyMap<string, { mayBeNull: boolean }>;

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { responses: Record<string, { content: Record<string, { schema: Schema }> }> }>>
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Where the API describes each interface: path, location in the answer, method. */
const places: Readonly<Record<string, readonly [path: string, way: readonly string[], method?: string]>> = {
  PacketRow: ['/packets', ['items', '[]']],
  TreeLine: ['/packets/{id}', ['tree', '[]']],
  PacketDetail: ['/packets/{id}', []],
  PacketBytes: ['/packets/{id}/bytes', []],
  ProtocolSummary: ['/protocol_summary', []],
  Timeline: ['/timeline', []],
  IoGraph: ['/io_graph', []],
  ProtocolOverview: ['/overviews/{name}', []],
  OverviewTable: ['/overviews/{name}', ['tables', '[]']],
  OverviewItem: ['/overviews/{name}', ['tables', '[]', 'items', '[]']],
  CaptureObjects: ['/objects', []],
  CaptureObject: ['/objects', ['items', '[]']],
  FlowRow: ['/flows', ['items', '[]']],
  End: ['/flows', ['items', '[]', 'client']],
  FlowStream: ['/flows/{id}/stream', []],
  NameRow: ['/names', ['items', '[]']],
  FindingRow: ['/findings', ['items', '[]']],
  FindingDetail: ['/findings', ['items', '[]', 'detail']],
  VisitRow: ['/honeypot/visits', ['items', '[]']],
  MeshPeer: ['/mesh', ['peers', '[]']],
  MeshMeasure: ['/mesh', ['peers', '[]', 'measure']],
  MeshChange: ['/live', ['mesh']],
  MeshView: ['/mesh/view', ['view']],
  MeshAnswer: ['/mesh/query', []],
  MeshMetrics: ['/mesh/peers/{id}', []],
  MeshSeries: ['/mesh/peers/{id}', ['history']],
  MeshTime: ['/mesh/time', []],
  TimeSource: ['/mesh/time', ['sources', '[]']],
  PathAnswer: ['/mesh/path', []],
  PathDirection: ['/mesh/path', ['forth']],
  Hosts: ['/hosts', []],
  HostRow: ['/hosts', ['items', '[]']],
  HostDetail: ['/hosts/{address}', []],
  Peer: ['/map', ['hosts', '[]']],
  ConnectionMap: ['/map', []],
  CaptureRow: ['/captures', ['items', '[]']],
  Uploaded: ['/captures', [], 'post'],
  Interfaces: ['/interfaces', []],
  FieldRow: ['/fields', ['items', '[]']],
  Fields: ['/fields', []],
  FilterCheck: ['/filter/check', []],
  Status: ['/status', []],
  Rates: ['/live', ['rates']],
  LiveData: ['/live', []],
};

/** Parses the interfaces of a source file in our format: one property per line, indented by two spaces. */
export function interfacesOf(source: string): Map<string, Shape> {
  const found = new Map<string, Shape>();
  for (const [, name, body] of source.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)) {
    const shape = new Map<string, { mayBeNull: boolean }>();
    // A property may continue on lines with more indentation; its last line says whether it may be null.
    for (const [, key, type] of body!.matchAll(/^ {2}(\w+)\??: (.*?);$(?!\n {3}|\n {2}\})/gms)) {
      shape.set(key!, { mayBeNull: /\| null$/.test(type!) });
    }
    found.set(name!, shape);
  }
  return found;
}

/** The differences, one line each: what the types have and the document does not. */
export function differences(shapes: ReadonlyMap<string, Shape>, document: unknown): string[] {
  const api = document as Document;
  return Object.entries(places).flatMap(([name, [path, way, method = 'get']]) => {
    const shape = shapes.get(name);
    if (shape === undefined || shape.size === 0) return [`${name}: the page has no such type`];
    const answer = api.paths[path]?.[method]?.responses['200']?.content['application/json']?.schema;
    if (answer === undefined) return [`${name}: the API has no ${method} ${path}`];
    const schema = way.reduce<Schema>(
      (at, step) => plain(step === '[]' ? plain(at, api).items! : plain(at, api).properties![step]!, api),
      answer,
    );
    const known = plain(schema, api).properties ?? {};
    return [...shape].flatMap(([key, { mayBeNull }]) => {
      const own = known[key];
      if (own === undefined) return [`${name}.${key}: the API does not have it`];
      if (isNullable(own) !== mayBeNull)
        return [`${name}.${key}: ${mayBeNull ? 'is never null' : 'may be null'}`];
      return [];
    });
  });
}

/** Resolves references and unions with null. */
function plain(schema: Schema, api: Document): Schema {
  if (schema.$ref !== undefined) return plain(api.components.schemas[schema.$ref.split('/').at(-1)!]!, api);
  const only = schema.anyOf?.find(({ type }) => type !== 'null');
  return only === undefined ? schema : plain(only, api);
}

function isNullable(schema: Schema): boolean {
  if (Array.isArray(schema.type)) return schema.type.includes('null');
  return schema.anyOf?.some(({ type }) => type === 'null') ?? false;
}
