// Schemas of captures: stored ones, running ones, available interfaces.
import { type Static, Type } from '@sinclair/typebox';
import { Count, object, oneOf, orNull, Seconds, Time } from './common.ts';

const CAPTURE_STATES = ['running', 'done', 'failed'] as const;

export const CaptureRow = object({
  id: Type.Integer(),
  key: Type.String({ description: 'sha256:… of a file, or live:INTERFACE:START:…' }),
  kind: oneOf(['file', 'live']),
  name: Type.String({ description: 'of the file or the interface' }),
  state: oneOf(CAPTURE_STATES),
  packets: Count,
  bytes: Type.Integer({ minimum: 0, description: 'of the packets, on the wire' }),
  drops: Type.Integer({
    minimum: 0,
    description: 'packets that were lost while capturing, as far as is known',
  }),
  first: orNull(Time),
  last: orNull(Time),
  clock: orNull(
    object(
      {
        mesh: Type.String({ description: 'whose time it is' }),
        read: Type.Number({ description: 'when, in seconds since 1970' }),
        ahead: Type.Number({
          description: 'seconds by which the clock of the packets is ahead of mesh time',
        }),
        uncertainty: Type.Number({ description: 'of that, in seconds to either side' }),
      },
      'of live captures beside which a peer ran: how the clock that dates the packets stood to that of the mesh',
    ),
  ),
  has_bytes: Type.Boolean({ description: 'the file can be read: detail, bytes, streams and export work' }),
  progress: orNull(
    object(
      {
        bytes_read: Count,
        bytes_total: orNull(Count),
        packets_per_second: Type.Number(),
        seconds_left: orNull(Seconds),
      },
      'while it is running',
    ),
  ),
  filter: orNull(Type.String({ description: 'BPF, of a live capture' })),
  problem: orNull(Type.String({ description: 'what went wrong, after the packets that are stored' })),
});
export type CaptureRow = Static<typeof CaptureRow>;

/** Captures, the newest first. */
export const Captures = object({ items: Type.Array(CaptureRow) });
export type Captures = Static<typeof Captures>;

export const UploadQuery = object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'of the file, to show in lists' }),
  again: Type.Optional(
    Type.Boolean({ default: false, description: 'also if the same file is stored already' }),
  ),
});

export const Uploaded = object({
  capture: CaptureRow,
  is_new: Type.Boolean({ description: 'false: these bytes were stored already' }),
});
export type Uploaded = Static<typeof Uploaded>;

export const LiveRequest = object({
  interface: Type.String({ minLength: 1, maxLength: 255 }),
  filter: Type.Optional(Type.String({ maxLength: 4096, description: 'BPF capture filter' })),
  snap_length: Type.Optional(
    Type.Integer({ minimum: 14, maximum: 262_144, description: 'bytes kept of a packet' }),
  ),
});
export type LiveRequest = Static<typeof LiveRequest>;

export const InterfaceRow = object({
  name: Type.String(),
  description: orNull(Type.String()),
  addresses: Type.Array(Type.String()),
  is_up: Type.Boolean(),
  is_loopback: Type.Boolean(),
});
export type InterfaceRow = Static<typeof InterfaceRow>;

export const Interfaces = object({
  items: Type.Array(InterfaceRow),
  can_capture: Type.Boolean(),
  problem: orNull(Type.String({ description: 'why not, and what to do' })),
});
export type Interfaces = Static<typeof Interfaces>;
