// Schemas of captures: stored ones, running ones, available interfaces.
import { type Static, Type } from '@sinclair/typebox';
import { Count, object, oneOf, orNull, Seconds, Time } from './common.ts';

const CAPTURE_STATES = ['running', 'done', 'failed'] as const;

export const CaptureRow = object({
  id: Type.Integer(),
  key: Type.String({ description: 'sha256:… of a file, or live:INTERFACE:START:…' }),
  kind: oneOf(['file', 'live']),
  name: Type.String({ description: 'name of the file or the interface' }),
  state: oneOf(CAPTURE_STATES),
  packets: Count,
  bytes: Type.Integer({ minimum: 0, description: 'sum of the packets on the wire' }),
  drops: Type.Integer({
    minimum: 0,
    description: 'packets known to be lost while capturing',
  }),
  first: orNull(Time),
  last: orNull(Time),
  clock: orNull(
    object(
      {
        mesh: Type.String({ description: 'mesh of the time' }),
        read: Type.Number({ description: 'time of the reading, seconds since 1970' }),
        ahead: Type.Number({
          description: 'seconds by which the clock of the packets is ahead of mesh time',
        }),
        uncertainty: Type.Number({ description: 'uncertainty of ahead, ± seconds' }),
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
  filter: orNull(Type.String({ description: 'BPF filter of a live capture' })),
  problem: orNull(Type.String({ description: 'error that ended the capture after the stored packets' })),
});
export type CaptureRow = Static<typeof CaptureRow>;

/** Captures, newest first. */
export const Captures = object({ items: Type.Array(CaptureRow) });
export type Captures = Static<typeof Captures>;

export const UploadQuery = object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'name of the file, for lists' }),
  again: Type.Optional(
    Type.Boolean({ default: false, description: 'store the file even if it is stored already' }),
  ),
});

export const Uploaded = object({
  capture: CaptureRow,
  is_new: Type.Boolean({ description: 'false: these bytes were stored already' }),
});
export type Uploaded = Static<typeof Uploaded>;

/** No argument of a program has it. */
const NO_NUL = '^[^\\u0000]*$';

export const LiveRequest = object({
  interface: Type.String({ minLength: 1, maxLength: 255, pattern: NO_NUL }),
  filter: Type.Optional(Type.String({ maxLength: 4096, pattern: NO_NUL, description: 'BPF capture filter' })),
  snap_length: Type.Optional(
    Type.Integer({ minimum: 14, maximum: 262_144, description: 'maximum bytes captured of a packet' }),
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
  problem: orNull(Type.String({ description: 'why it cannot capture, and the remedy' })),
});
export type Interfaces = Static<typeof Interfaces>;
