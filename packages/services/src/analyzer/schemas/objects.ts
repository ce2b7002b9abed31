// Schemas of objects that were transferred: pages, pictures, files, mails.
import { type Static, Type } from '@sinclair/typebox';
import { Count, object, oneOf, orNull, scope, Time } from './common.ts';

const KINDS = ['http', 'imf', 'smb', 'ftp-data', 'tftp', 'dicom'] as const;
export const Kind = oneOf(KINDS, { description: 'what carried it: HTTP, mail, SMB, FTP, TFTP, DICOM' });

const kind = Type.Optional(oneOf(KINDS, { description: 'only what this carried' }));
export const ObjectsQuery = object({ ...scope, kind });
export type ObjectsQuery = Static<typeof ObjectsQuery>;

export const EFFORT_MAX = 64;
export const ObjectListQuery = object({
  ...scope,
  kind,
  effort: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: EFFORT_MAX,
      default: 1,
      description:
        'to go further: so many times 15 s, at most 5 minutes, a million packets and 5000 objects; others go first meanwhile',
    }),
  ),
});
export type ObjectListQuery = Static<typeof ObjectListQuery>;

const { capture: _, ...ofOneCapture } = scope;
const sha256 = Type.Optional(
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'as listed: then only its conversation is read, if that has these very bytes',
  }),
);
export const ObjectQuery = object({ ...ofOneCapture, sha256 });

export const ByObject = Type.Object(
  {
    capture: Type.Integer({ minimum: 1 }),
    kind: Kind,
    frame: Type.Integer({ minimum: 0 }),
    nth: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);

export const CaptureObject = object({
  capture: Type.Integer(),
  kind: Kind,
  frame: Type.Integer({ description: 'number of the packet that completed it, in its capture' }),
  nth: Type.Integer({ description: 'which one of those that the same packet completed, from 0' }),
  packet: orNull(Type.Integer({ description: 'id of that packet; null: its end was not captured' })),
  time: orNull(Time),
  src: orNull(Type.String({ description: 'who sent that packet' })),
  dst: orNull(Type.String()),
  conversation: orNull(Type.String({ description: 'display filter', examples: ['tcp.stream == 17'] })),
  host: Type.String({ description: "the server's name, if it is known" }),
  type: Type.String({ description: 'media type, if it was said' }),
  looks_like: orNull(Type.String({ description: 'media type by its first bytes; null: not known' })),
  name: Type.String({ description: 'as the sender wrote it, without folders; may be empty' }),
  bytes: Count,
  sha256: Type.String({ description: 'hexadecimal' }),
});
export type CaptureObject = Static<typeof CaptureObject>;

export const CaptureObjects = object({
  items: Type.Array(CaptureObject, { description: 'in the order in which they were completed' }),
  packets: Type.Integer({ description: 'packets that were read again' }),
  is_whole: Type.Boolean({ description: 'false: there may be more, for a bound was reached' }),
  gone: Type.Array(Type.String(), { description: 'captures whose bytes are no longer kept' }),
});
