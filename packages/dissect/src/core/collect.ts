// Collects the values of chosen fields from one packet: what `-e`, filters and columns ask for.
// Only protocols that own a chosen field run their `emit`; fields at a fixed offset are read directly.
import {
  type AddExpertInfo,
  expertFields,
  expertInfo,
  expertText,
  groups,
  reportExpertInfo,
  severities,
} from './expert.ts';
import { type Field, fieldsMade, type Value } from './field.ts';
import { NESTED, type Packet, SHOWN } from './packet.ts';
import { protocolsMade } from './protocol.ts';
import { readValue } from './reading.ts';
import type { Sink } from './sink.ts';

/** How a protocol's chosen fields are obtained from its layers. */
const SKIP = 0;
const READ_FIXED = 1;
const RUN_EMIT = 2;

export class Collector implements Sink {
  /** Per chosen field (its slot): the values in this packet, in order. */
  readonly values: Value[][] = [];
  readonly fields: readonly Field[];
  #packet: Packet | null = null;
  #layer = 0;
  #start = 0;
  #stop = 0;
  #buf: Uint8Array = new Uint8Array(0);
  /** Slot + 1 by field id; 0: not chosen. */
  readonly #slots: Uint16Array;
  /** By protocol id: SKIP, READ_FIXED or RUN_EMIT. */
  readonly #access: Uint8Array;
  /** By protocol id: the fields read directly. */
  readonly #fixedFields: Field[][] = [];
  /** By protocol id: the protocol's own line, which its `emit` does not write. */
  readonly #lines: Field[] = [];
  /** Further slots by field id, of a field that is chosen both for itself and as part of an alias. */
  readonly #also = new Map<number, number[]>();
  #wantsExpert = false;

  /** An alias collects the values of all the fields it stands for. */
  constructor(fields: readonly Field[]) {
    this.fields = fields;
    this.#slots = new Uint16Array(fieldsMade());
    this.#access = new Uint8Array(protocolsMade());
    fields.forEach((field, slot) => {
      this.values.push([]);
      for (const part of field.of.length > 0 ? field.of : [field]) this.#choose(part, slot);
    });
  }

  #choose(field: Field, slot: number): void {
    if (this.#slots[field.id] === 0) this.#slots[field.id] = slot + 1;
    else this.#also.set(field.id, [...(this.#also.get(field.id) ?? []), slot]);
    if (field.protocol === expertInfo) this.#wantsExpert = true;
    const isReadDirectly = field.offset >= 0 || field.getter !== null;
    for (const { id, name } of field.owners) {
      if (name === field.name) this.#lines[id] = field;
      if (!isReadDirectly) this.#access[id] = RUN_EMIT;
      else {
        if (this.#access[id] === SKIP) this.#access[id] = READ_FIXED;
        this.#fixedFields[id] ??= [];
        // Chosen for itself and as part of an alias, it is read once for both.
        if (!this.#fixedFields[id].includes(field)) this.#fixedFields[id].push(field);
      }
    }
  }

  collect(p: Packet): void {
    this.#reset(p);
    for (let layer = 0; layer < p.count; layer++) this.#collectFrom(p, layer);
  }

  /** Collects from one layer only. */
  collectLayer(p: Packet, layer: number): void {
    this.#reset(p);
    this.#collectFrom(p, layer);
  }

  #reset(p: Packet): void {
    for (const list of this.values) if (list.length > 0) list.length = 0;
    this.#packet = p;
  }

  #collectFrom(p: Packet, layer: number): void {
    const id = p.proto[layer]!;
    const access = this.#access[id];
    // A layer without a tree (part of a message not yet reassembled) has no fields; the frame always has.
    if (layer > 0 && (p.flags[layer]! & (SHOWN | NESTED)) === 0) return;
    if (this.#wantsExpert) reportExpertInfo(p, layer, this.#addExpertInfo);
    if (access === SKIP) return;
    this.#layer = layer;
    this.#start = p.start[layer]!;
    this.#stop = p.stop[layer]!;
    this.#buf = p.bufferOf(layer);
    const made = p.protocols[layer]!;
    if (access === RUN_EMIT && made.emit !== null) {
      made.emit(p, layer, this);
      const line = this.#lines[id];
      if (line !== undefined) this.fixed(line);
    } else for (const field of this.#fixedFields[id]!) this.fixed(field);
  }

  readonly #addExpertInfo: AddExpertInfo = (severity, group, message) => {
    const { expert, message: text, severity: severityField, group: kind } = expertFields;
    if (this.wants(expert)) this.#put(expert, this.#slots[expert.id]!, expertText(severity, group, message));
    if (this.wants(text)) this.#put(text, this.#slots[text.id]!, message);
    if (this.wants(severityField))
      this.#put(severityField, this.#slots[severityField.id]!, severities[severity][0]);
    if (this.wants(kind)) this.#put(kind, this.#slots[kind.id]!, groups[group][0]);
  };

  add(field: Field, start: number, length: number, value?: Value): void {
    const slot = this.#slots[field.id]!;
    // A field that extends beyond its layer is absent, even if its value was computed.
    if (slot === 0 || length < 0 || start + length > this.#stop) return;
    this.#put(field, slot, value ?? readValue(field, this.#buf, start, length));
  }

  fixed(field: Field): void {
    const slot = this.#slots[field.id]!;
    if (slot === 0) return;
    if (field.getter !== null) {
      const value = field.getter(this.#packet!, this.#layer);
      if (value !== undefined) this.#put(field, slot, value);
      return;
    }
    const start = this.#start + field.offset;
    if (field.offset < 0 || start + field.width > this.#stop) return;
    this.#put(field, slot, readValue(field, this.#buf, start, field.width));
  }

  #put(field: Field, slot: number, value: Value): void {
    this.values[slot - 1]!.push(value);
    const also = this.#also.get(field.id);
    if (also !== undefined) for (const other of also) this.values[other]!.push(value);
  }

  open(field: Field, start: number, length: number, value?: Value): void {
    this.add(field, start, length, value);
  }

  openFixed(field: Field): void {
    this.fixed(field);
  }

  group(): void {}
  close(): void {}
  note(): void {}

  wants(field: Field): boolean {
    return this.#slots[field.id] !== 0;
  }
}
