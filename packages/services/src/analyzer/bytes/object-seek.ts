// One object from the packets of its conversation alone: to show it, a large capture is not read from its beginning again.
import { createHash } from 'node:crypto';
import { type ObjectReader, objectKinds, type TransferredObject } from '@eyrie/dissect';
import type { PacketRow } from '@eyrie/store';
import { given } from '../terms.ts';
import type { Found } from './capture-objects.ts';
import { ignoreGone } from './decide.ts';
import { SURVEY_PACKETS_MAX, type Surveyable } from './survey.ts';

/** What identifies an object as it was listed. */
export interface Listed extends Pick<Found, 'capture' | 'kind' | 'frame'> {
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
}

const ROWS = 2000;
const FRAMES = 128;

const TRANSPORTS: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };
/** What announces the conversations that carry files. */
const SIGNALLING: Readonly<Partial<Record<Found['kind'], string>>> = { 'ftp-data': 'ftp', tftp: 'tftp' };

/**
 * Null if its conversation does not yield these very bytes, as where IP fragments or another conversation have a part in
 * it: then the capture has to be walked through.
 *
 * @throws the reason of `left`
 */
export async function seekObject(
  of: Surveyable,
  wanted: Listed,
  left: AbortSignal,
): Promise<TransferredObject | null> {
  const { store, redissector } = of;
  const [capture, { items }] = await Promise.all([
    store.capture(wanted.capture),
    store.packets({ capture: wanted.capture, filter: `frame.number == ${wanted.frame}`, limit: 1 }),
  ]);
  const filter = items[0] === undefined ? null : filterOf(items[0], wanted.kind);
  if (capture === null || filter === null) return null;
  let object: TransferredObject | null = null;
  const reader: ObjectReader = objectKinds[wanted.kind]((each) => {
    if (object === null && each.frame === wanted.frame && hashOf(each.data) === wanted.sha256)
      object = { ...each, data: each.data.slice() };
  });
  await redissector
    .dissecting(capture, true, async (file, dissector) => {
      for await (const rows of rowsOf(of, wanted.capture, filter)) {
        left.throwIfAborted();
        for (const frame of await file.frames(rows)) {
          reader.add(dissector.dissect(frame));
          if (object !== null) return;
        }
      }
      reader.finish?.();
    })
    .catch(ignoreGone);
  return object;
}

function filterOf({ transport, stream }: PacketRow, kind: Found['kind']): string | null {
  const name = TRANSPORTS[transport ?? -1];
  if (name === undefined || stream === null) return null;
  const own = `${name}.stream == ${stream}`;
  return SIGNALLING[kind] === undefined ? own : `${own} || ${SIGNALLING[kind]}`;
}

async function* rowsOf({ store }: Surveyable, capture: number, filter: string) {
  let after: string | undefined;
  for (let packets = 0; packets < SURVEY_PACKETS_MAX; packets += ROWS) {
    const { items, next } = await store.packets({ capture, filter, limit: ROWS, ...given('after', after) });
    for (let at = 0; at < items.length; at += FRAMES) yield items.slice(at, at + FRAMES);
    if (next === null) return;
    after = next;
  }
}

function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
