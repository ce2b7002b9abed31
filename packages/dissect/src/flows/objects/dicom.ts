// DICOM data sets as files (PS3.10 §7.1): what a C-STORE transferred, behind a preamble and file meta information.
import { type Packet, SHOWN } from '../../core/packet.ts';
import type { Value } from '../../protocols/dicom/dicom.ts';
import { uidName } from '../../protocols/dicom/names.ts';
import { type ObjectReader, type OnObject, Parts } from './object.ts';

const C_STORE = 0x0001;
const PREAMBLE = 128;
/** Bytes kept of incomplete data sets, also of aborted associations; the oldest are dropped. */
const KEPT_BYTES_MAX = 1 << 30;
/** Identifies the writer of the file; the number is of the UUID-derived kind (PS3.5 §B.2). */
const WRITER = '2.25.115440906138264116193461853112471385461';

interface DataSet {
  readonly parts: Parts;
  /** It was dropped; what comes up to the next command belongs to it. */
  isLost: boolean;
}

const newDataSet = (): DataSet => ({ parts: new Parts(), isLost: false });

export class DicomObjects implements ObjectReader {
  readonly #onObject: OnObject;
  /** Incomplete data sets, oldest first. */
  readonly #open = new Set<DataSet>();
  #kept = 0;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (p.protocols[layer]!.name !== 'dicom' || (p.flags[layer]! & SHOWN) === 0) continue;
      for (const value of (p.notes[layer] ?? []) as readonly Value[]) this.#value(p, layer, value);
    }
  }

  #value(p: Packet, layer: number, { at, end, isCommand, isLast, context, command }: Value): void {
    const open = p.session.stateOf(p, `dicom.object ${p.direction}`, newDataSet);
    if (isCommand) {
      this.#take(open);
      open.isLost = false;
    }
    if (isCommand || command?.field !== C_STORE || open.isLost) return;
    this.#keep(open, p.bufferOf(layer).subarray(at, end));
    if (!isLast) return;
    const dataSet = this.#take(open);
    const { sopClass, sopInstance } = command;
    const header = fileHeader(sopClass, sopInstance, context?.transfer ?? '');
    const data = new Uint8Array(header.length + dataSet.length);
    data.set(header);
    data.set(dataSet, header.length);
    const name = `${uidName(sopClass)} ${sopInstance}.dcm`;
    this.#onObject({ frame: p.number, host: '', type: 'application/dicom', name, data });
  }

  #keep(dataSet: DataSet, part: Uint8Array): void {
    const before = dataSet.parts.length;
    dataSet.parts.add(part);
    this.#kept += dataSet.parts.length - before;
    this.#open.add(dataSet);
    for (const oldest of this.#open) {
      if (this.#kept <= KEPT_BYTES_MAX) return;
      this.#take(oldest);
      oldest.isLost = true;
    }
  }

  #take(dataSet: DataSet): Uint8Array {
    this.#kept -= dataSet.parts.length;
    this.#open.delete(dataSet);
    return dataSet.parts.take();
  }
}

/** Preamble, "DICM", and group 2 in explicit VR, little endian. */
function fileHeader(sopClass: string, sopInstance: string, transfer: string): Uint8Array {
  const elements = [
    long(0x0001, 'OB', Uint8Array.of(0, 1)),
    short(0x0002, 'UI', padded(sopClass)),
    short(0x0003, 'UI', padded(sopInstance)),
    short(0x0010, 'UI', padded(transfer)),
    short(0x0012, 'UI', padded(WRITER)),
  ];
  const length = elements.reduce((sum, each) => sum + each.length, 0);
  const group = short(0x0000, 'UL', Uint8Array.of(length, length >> 8, length >> 16, length >> 24));
  const header = new Uint8Array(PREAMBLE + 4 + group.length + length);
  header.set(text('DICM'), PREAMBLE);
  let at = PREAMBLE + 4;
  for (const each of [group, ...elements]) {
    header.set(each, at);
    at += each.length;
  }
  return header;
}

/** An element of group 2 with a length of 16 bits; those of type OB have 32 (PS3.5 §7.1.2). */
function short(element: number, type: string, value: Uint8Array): Uint8Array {
  return Uint8Array.of(2, 0, element, element >> 8, ...text(type), value.length, value.length >> 8, ...value);
}

function long(element: number, type: string, value: Uint8Array): Uint8Array {
  return Uint8Array.of(
    2,
    0,
    element,
    element >> 8,
    ...text(type),
    0,
    0,
    value.length,
    value.length >> 8,
    0,
    0,
    ...value,
  );
}

/** Values have an even length; identifiers are padded by a zero byte. */
function padded(uid: string): Uint8Array {
  return text(uid.length % 2 === 0 ? uid : `${uid}\0`);
}

const text = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
