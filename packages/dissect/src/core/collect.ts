// Collects the values of chosen fields from one packet: what `-e`, filters and columns ask for.
// Only protocols that own a chosen field run their emit, and fields with a fixed place are read straight.
import { consult, expertFields, expertInfo, expertText, groups, type Say, severities } from './expert.ts';
import type { Field, Value } from './field.ts';
import { NESTED, type Packet, SHOWN } from './packet.ts';
import { readValue } from './reading.ts';
import type { Sink } from './sink.ts';

/** Text a `none` field or one with a label shows. */
export type Text = string;

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
  #slots: Uint16Array;
  /** By protocol id: 0 none of its fields is chosen, 1 all chosen ones can be read straight, 2 its emit must run. */
  #how: Uint8Array;
  /** By protocol id: the fields read straight. */
  readonly #straight: Field[][] = [];

  /** Aliases count for all they stand for. */
  constructor(fields: readonly Field[], fieldCount: number, protocolCount: number) {
    this.fields = fields;
    this.#slots = new Uint16Array(fieldCount);
    this.#how = new Uint8Array(protocolCount);
    fields.forEach((field, slot) => {
      this.values.push([]);
      for (const part of field.of.length > 0 ? field.of : [field]) this.#choose(part, slot);
    });
  }

  // A field may be chosen for itself and as a part of an alias: slots then share its values through #also.
  readonly #also = new Map<number, number[]>();
  #wantsExpert = false;

  #choose(field: Field, slot: number): void {
    if (this.#slots[field.id] === 0) this.#slots[field.id] = slot + 1;
    else this.#also.set(field.id, [...(this.#also.get(field.id) ?? []), slot]);
    if (field.protocol === expertInfo) this.#wantsExpert = true;
    const isStraight = field.offset >= 0 || field.getter !== null;
    for (const owner of field.owners) {
      if (!isStraight) this.#how[owner.id] = 2;
      else {
        if (this.#how[owner.id] === 0) this.#how[owner.id] = 1;
        this.#straight[owner.id] ??= [];
        this.#straight[owner.id]!.push(field);
      }
    }
  }

  collect(p: Packet): void {
    this.#begin(p);
    for (let layer = 0; layer < p.count; layer++) this.#take(p, layer);
  }

  /** Only what one layer has. */
  collectLayer(p: Packet, layer: number): void {
    this.#begin(p);
    this.#take(p, layer);
  }

  #begin(p: Packet): void {
    for (const list of this.values) if (list.length > 0) list.length = 0;
    this.#packet = p;
  }

  #take(p: Packet, layer: number): void {
    const id = p.proto[layer]!;
    const how = this.#how[id];
    // Layers without a tree (a message still to be reassembled) have no fields yet; the frame always has.
    if (layer > 0 && (p.flags[layer]! & (SHOWN | NESTED)) === 0) return;
    if (this.#wantsExpert) consult(p, layer, this.#say);
    if (how === 0) return;
    this.#layer = layer;
    this.#start = p.start[layer]!;
    this.#stop = p.stop[layer]!;
    this.#buf = p.bufferOf(layer);
    const made = p.protocols[layer]!;
    if (how === 2 && made.emit !== null) made.emit(p, layer, this);
    else for (const field of this.#straight[id]!) this.fixed(field);
  }

  readonly #say: Say = (severity, group, message) => {
    const { expert, message: text, severity: gravity, group: kind } = expertFields;
    if (this.wants(expert)) this.#put(expert, this.#slots[expert.id]!, expertText(severity, group, message));
    if (this.wants(text)) this.#put(text, this.#slots[text.id]!, message);
    if (this.wants(gravity)) this.#put(gravity, this.#slots[gravity.id]!, severities[severity][0]);
    if (this.wants(kind)) this.#put(kind, this.#slots[kind.id]!, groups[group][0]);
  };

  add(field: Field, start: number, length: number, value?: Value): void {
    const slot = this.#slots[field.id]!;
    // What lies beyond the layer is not there, whatever a value was computed from.
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
