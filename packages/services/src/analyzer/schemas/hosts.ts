// Schemas of hosts: names, findings, neighbours.
import { type Static, Type } from '@sinclair/typebox';
import {
  Count,
  IsExact,
  MeshMoment,
  object,
  oneOf,
  orNull,
  PAGE_ROWS,
  PAGE_ROWS_MAX,
  page,
  paging,
  scope,
  Time,
} from './common.ts';
import { EndpointRow, FlowRow } from './flows.ts';

export const NameRow = object({
  address: Type.String(),
  name: Type.String(),
  source: Type.String({
    description: 'source of the name',
    examples: ['dns', 'tls', 'http', 'dhcp', 'file'],
  }),
  first: Time,
  last: Time,
  count: Count,
});
export type NameRow = Static<typeof NameRow>;

export const NamesQuery = object({
  ...paging,
  q: scope.q,
  capture: scope.capture,
  from: scope.from,
  to: scope.to,
  address: Type.Optional(Type.String({ maxLength: 64 })),
  text: Type.Optional(Type.String({ maxLength: 255, description: 'substring of the name' })),
});
export type NamesQuery = Static<typeof NamesQuery>;
export const NamePage = object({ ...page(NameRow).properties, is_exact: IsExact });
export type NamePage = Static<typeof NamePage>;

export const SEVERITIES = ['error', 'warn', 'note', 'chat', 'comment'] as const;

/** Sources of findings. */
const FINDERS = ['expert', 'rule', 'anomaly'] as const;

export const FindingDetail = object(
  {
    rule: Type.String({ examples: ['port-scan'] }),
    severity: oneOf(['info', 'low', 'medium', 'high', 'critical'], { description: "on the rules' scale" }),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    target: Type.String(),
    summary: Type.String({ description: 'one line, with the numbers' }),
    technique: orNull(object({ id: Type.String(), name: Type.String() }, 'of MITRE ATT&CK')),
    advice: Type.String({ description: 'recommended action' }),
    frames: Type.Array(Type.Integer(), { description: 'packets to look at, a selection' }),
    streams: Type.Array(Type.Integer(), { description: 'conversations to look at, a selection' }),
  },
  'what a rule knows of its finding',
);
export type FindingDetail = Static<typeof FindingDetail>;

export const FindingRow = object({
  id: Type.Integer(),
  capture: Type.Integer(),
  time: orNull(Time),
  last: Time,
  mesh_time: orNull(MeshMoment),
  finder: oneOf(FINDERS, { description: 'source of the finding' }),
  severity: oneOf(SEVERITIES),
  group: Type.String({ examples: ['Sequence', 'Malformed'] }),
  protocol: Type.String(),
  message: Type.String(),
  count: Count,
  frame: orNull(Type.Integer({ description: 'number of the first packet that shows it' })),
  address: orNull(Type.String({ description: 'address that it concerns, if it is a single one' })),
  detail: orNull(FindingDetail),
});
export type FindingRow = Static<typeof FindingRow>;

export const FindingsQuery = object({
  ...paging,
  q: scope.q,
  capture: scope.capture,
  from: scope.from,
  to: scope.to,
  address: Type.Optional(Type.String({ maxLength: 64 })),
  finder: Type.Optional(oneOf(FINDERS, { description: 'only findings of this source' })),
  severity: Type.Optional(oneOf(SEVERITIES, { description: 'least severity' })),
  order: Type.Optional(
    oneOf(['gravest', 'newest'], { default: 'gravest', description: 'newest: latest first' }),
  ),
});
export type FindingsQuery = Static<typeof FindingsQuery>;
export const FindingPage = object({ ...page(FindingRow).properties, is_exact: IsExact });
export type FindingPage = Static<typeof FindingPage>;

export const HostRow = object({
  ...EndpointRow.properties,
  name: orNull(Type.String({ description: 'most recent name' })),
  first: Time,
  last: Time,
});
export type HostRow = Static<typeof HostRow>;

export const HostsQuery = object({
  ...scope,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_ROWS_MAX, default: PAGE_ROWS })),
  sort: Type.Optional(
    oneOf(['bytes', 'packets', 'sent', 'received', 'first', 'last'], {
      default: 'bytes',
      description:
        'bytes: top talkers; sent, received: those bytes alone; first: new hosts; in descending order',
    }),
  ),
});
export type HostsQuery = Static<typeof HostsQuery>;

export const Hosts = object({ items: Type.Array(HostRow), is_exact: IsExact });
export type Hosts = Static<typeof Hosts>;

const Share = object({ packets: Count, bytes: Count });

export const HostDetail = object(
  {
    host: HostRow,
    names: Type.Array(NameRow),
    protocols: Type.Array(object({ protocol: Type.String(), ...Share.properties })),
    ports: Type.Array(
      object({
        transport: Type.String(),
        port: Type.Integer(),
        flows: Count,
        ...Share.properties,
        applications: Type.Array(Type.String()),
      }),
      { description: 'ports on which it is a server, most bytes first' },
    ),
    peers: Type.Array(object({ address: Type.String(), name: orNull(Type.String()), ...Share.properties })),
    fingerprints: Type.Array(object({ field: Type.String(), value: Type.String(), flows: Count })),
    flows: Type.Array(FlowRow, { description: 'largest first' }),
    findings: Type.Array(FindingRow),
  },
  'what there is about one address; lists have at most 50 lines. Its timeline: /timeline?address=',
);
export type HostDetail = Static<typeof HostDetail>;

const MAP_HOSTS_MAX = 1000;

export const MapQuery = object({
  ...scope,
  hosts: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: MAP_HOSTS_MAX,
      default: 100,
      description: 'number of hosts, by bytes',
    }),
  ),
});

export const ConnectionMap = object({
  hosts: Type.Array(object({ address: Type.String(), name: orNull(Type.String()), ...Share.properties })),
  links: Type.Array(
    object({
      a: Type.Integer({ description: 'index into hosts' }),
      b: Type.Integer({ description: 'index into hosts' }),
      ...Share.properties,
    }),
  ),
  hosts_left_out: Count,
  is_exact: IsExact,
});
export type ConnectionMap = Static<typeof ConnectionMap>;
