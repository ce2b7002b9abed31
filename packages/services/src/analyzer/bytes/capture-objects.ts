// Objects transferred in the packets of a selection, from all their conversations: a list, one of them, or each in turn.
import { createHash } from 'node:crypto';
import { type ObjectKind, type ObjectReader, objectKinds, type TransferredObject } from '@eyrie/dissect';
import type { PacketRow, Selection } from '@eyrie/store';
import { mediaTypeOf } from '../../zeek/index.ts';
import type { CaptureObject } from '../schemas/index.ts';
import { type Reach, type Surveyable, type Surveyed, survey } from './survey.ts';
import { withFilter } from './with-filter.ts';

/** Objects in a list, with the usual effort. */
export const LISTED_MAX = 5000;

export const OBJECT_KINDS = Object.keys(objectKinds) as ObjectKind[];

/** Which packets a reader needs; FTP's also takes segments that are not dissected because they seem to come again. */
const PACKETS: Readonly<Record<ObjectKind, string>> = {
  dicom: 'dicom',
  'ftp-data': 'ftp-data || tcp.analysis.flags',
  http: 'http || http2 || http3',
  imf: 'imf',
  smb: 'smb || smb2',
  tftp: 'tftp',
};

/** An object, borrowed until the next packet, and what identifies it. */
export interface Found extends TransferredObject {
  readonly capture: number;
  readonly kind: ObjectKind;
  /** Which one of those that the same packet completed. */
  readonly nth: number;
  /** The packet that completed it; null: it was still incomplete at the end. */
  readonly row: PacketRow | null;
}

export interface Receiver {
  /** False: no more are wanted. */
  add(found: Found): boolean;
  /** Waits until more can be taken; without it, the time that this takes is bounded. */
  drained?(left: AbortSignal): Promise<void>;
}

export async function eachObject(
  of: Surveyable,
  selection: Selection,
  kinds: readonly ObjectKind[],
  receiver: Receiver,
  left: AbortSignal,
  reach: Reach = {},
): Promise<Surveyed> {
  const readers = new Map<number, ObjectReader[]>();
  let [now, goesOn]: [PacketRow | null, boolean] = [null, true];
  const readersOf = (capture: number): ObjectReader[] =>
    kinds.map((kind) => {
      const counts = new Map<number, number>();
      return objectKinds[kind]((object) => {
        const nth = counts.get(object.frame) ?? 0;
        counts.set(object.frame, nth + 1);
        if (goesOn) goesOn = receiver.add({ ...object, capture, kind, nth, row: now });
      });
    });
  const surveyed = await survey(
    of,
    withFilter(selection, kinds.map((kind) => PACKETS[kind]).join(' || ')),
    {
      begin: ({ id }) => readers.set(id, readersOf(id)),
      see: (p, row) => {
        now = row;
        for (const reader of readers.get(row.capture)!) reader.add(p);
        return goesOn;
      },
      ...(receiver.drained === undefined ? {} : { drained: () => receiver.drained!(left) }),
    },
    left,
    reach,
  );
  now = null;
  for (const reader of [...readers.values()].flat()) if (goesOn) reader.finish?.();
  return { ...surveyed, isWhole: surveyed.isWhole && goesOn };
}

export async function listObjects(
  of: Surveyable,
  selection: Selection,
  kinds: readonly ObjectKind[],
  left: AbortSignal,
  reach: Reach = {},
): Promise<Surveyed & { objects: CaptureObject[] }> {
  const objects: CaptureObject[] = [];
  const most = LISTED_MAX * (reach.effort ?? 1);
  const add = (found: Found): boolean => {
    if (objects.length < most) objects.push(listed(found));
    return objects.length < most;
  };
  return { ...(await eachObject(of, selection, kinds, { add }, left, reach)), objects };
}

/** The bytes of one object; null if there is none. */
export async function objectBytes(
  of: Surveyable,
  selection: Selection,
  wanted: Pick<Found, 'kind' | 'frame' | 'nth'>,
  left: AbortSignal,
  reach: Reach = {},
): Promise<Found | null> {
  let object: Found | null = null;
  const add = (found: Found): boolean => {
    if (found.frame === wanted.frame && found.nth === wanted.nth)
      object = { ...found, data: found.data.slice() };
    return object === null;
  };
  await eachObject(of, selection, [wanted.kind], { add }, left, reach);
  return object;
}

function listed({ capture, kind, frame, nth, row, host, type, name, data }: Found): CaptureObject {
  return {
    capture,
    kind,
    frame,
    nth,
    packet: row?.id ?? null,
    time: row?.time ?? null,
    src: row?.src ?? null,
    dst: row?.dst ?? null,
    conversation: row === null ? null : conversationOf(row),
    host,
    type,
    looks_like: mediaTypeOf(data),
    name,
    bytes: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
  };
}

const TRANSPORTS: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

function conversationOf({ transport, stream }: PacketRow): string | null {
  const name = TRANSPORTS[transport ?? -1];
  return name === undefined || stream === null ? null : `${name}.stream == ${stream}`;
}
