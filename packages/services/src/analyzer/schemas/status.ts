// Schemas of the services' state (queues, drops, store), and of the /live channels.

import { type Static, Type } from '@sinclair/typebox';
import { CaptureRow } from './captures.ts';
import { Count, object, oneOf, orNull, Seconds, Time } from './common.ts';
import { FindingRow } from './hosts.ts';
import { MeshChange } from './mesh.ts';
import { PacketRow } from './packets.ts';

export const Health = object({ status: oneOf(['ok', 'failing']), store: Type.String() });

export const Status = object({
  version: Type.String(),
  node: Type.String(),
  uptime_seconds: Seconds,
  memory_bytes: Count,
  services: Type.Array(
    object({
      name: Type.String({ examples: ['capture', 'parser', 'persistor', 'analyzer'] }),
      state: oneOf(['running', 'idle', 'failing']),
      note: orNull(Type.String()),
    }),
  ),
  queues: Type.Array(object({ name: Type.String(), depth: Count, capacity: Count })),
  drops: Type.Array(object({ name: Type.String({ examples: ['kernel', 'ring'] }), packets: Count })),
  store: object({
    engine: Type.String({ examples: ['duckdb', 'postgres'] }),
    place: Type.String({ description: 'location, without password' }),
    version: Type.String(),
    size_bytes: orNull(Count),
    captures: Count,
    packets: Count,
    flows: Count,
    findings: Count,
    rule_findings: object(
      { high: Count, medium: Count, low: Count, info: Count },
      'those of intrusion rules; critical ones count as high',
    ),
    first: orNull(Time),
    last: orNull(Time),
    retention: Type.String({ description: 'retention limits as text' }),
  }),
  live: object({ clients: Count, messages_skipped: Count }),
  mesh: orNull(object({ name: Type.String(), peer: Type.String() }, 'of the peer that runs on this machine')),
  mesh_problem: orNull(
    Type.String({ description: 'why `mesh` is null: no peer runs here, or it is open which is meant' }),
  ),
});
export type Status = Static<typeof Status>;

export const Rates = object({
  time: Type.Number({ description: 'seconds since 1970' }),
  packets_per_second: Type.Number(),
  bits_per_second: Type.Number(),
  drops_per_second: Type.Number(),
  packets: Count,
  bytes: Count,
  drops: Count,
  protocols: Type.Record(Type.String(), Type.Number(), {
    description: 'packets per second by Protocol column',
  }),
});
export type Rates = Static<typeof Rates>;

export const CHANNELS = ['rates', 'packets', 'findings', 'captures', 'status', 'mesh'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Data of each /live channel: the present state, not a history. */
export interface LiveData {
  rates: Rates;
  /** The latest packets, oldest first. */
  packets: PacketRow[];
  /** The latest findings, newest first. */
  findings: FindingRow[];
  /** Captures that run or have just ended. */
  captures: CaptureRow[];
  status: Status;
  /** The whole mesh first, then changes. */
  mesh: MeshChange;
}

/** Data of each channel, for the OpenAPI document. */
export const LiveChannels = object({
  rates: Rates,
  packets: Type.Array(PacketRow),
  findings: Type.Array(FindingRow),
  captures: Type.Array(CaptureRow),
  status: Status,
  mesh: MeshChange,
});
