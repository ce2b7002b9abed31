// Objects transferred in one flow: pages, images, files, mails.
import { type ObjectKind, type ObjectReader, objectKinds, type TransferredObject } from '@eyrie/dissect';
import type { FlowBytes } from './flow-bytes.ts';
import { eachPacket, protocolOf } from './stream.ts';

/** Objects listed per flow. */
const OBJECTS_MAX = 1000;

export interface ListedObject extends Omit<TransferredObject, 'data'> {
  readonly index: number;
  readonly kind: ObjectKind;
  readonly bytes: number;
}

/** Objects in order of completion; `isWhole` is false if the flow has more. */
export async function objectsIn(of: FlowBytes): Promise<{ objects: ListedObject[]; isWhole: boolean }> {
  const objects: ListedObject[] = [];
  let isWhole = true;
  await eachObject(of, (index, kind, { frame, host, type, name, data }) => {
    isWhole = index < OBJECTS_MAX;
    if (isWhole) objects.push({ index, kind, frame, host, type, name, bytes: data.length });
    return isWhole;
  });
  return { objects, isWhole };
}

/** The bytes of the object at an index, or null. */
export async function objectAt(of: FlowBytes, wanted: number): Promise<Uint8Array | null> {
  let found: Uint8Array | null = null;
  await eachObject(of, (index, _kind, { data }) => {
    if (index === wanted) found = data.slice();
    return found === null;
  });
  return found;
}

async function eachObject(
  of: FlowBytes,
  see: (index: number, kind: ObjectKind, object: TransferredObject) => boolean,
): Promise<void> {
  protocolOf(of.flow, undefined);
  let [index, goesOn] = [0, true];
  const readers: ObjectReader[] = (Object.keys(objectKinds) as ObjectKind[]).map((kind) =>
    objectKinds[kind]((object) => {
      if (goesOn) goesOn = see(index++, kind, object);
    }),
  );
  await eachPacket(of, Number.POSITIVE_INFINITY, (p) => {
    for (const reader of readers) reader.add(p);
    return goesOn;
  });
  for (const reader of readers) reader.finish?.();
}
