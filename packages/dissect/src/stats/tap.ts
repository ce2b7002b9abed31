// A tap: the values of chosen fields of some protocols, layer by layer, as input of their statistics.
import { Collector } from '../core/collect.ts';
import type { Field, Value } from '../core/field.ts';
import { raw } from '../core/format.ts';
import { COLUMN, NESTED, type Packet, SHOWN } from '../core/packet.ts';
import { fieldNamed } from '../core/registry.ts';

export class Tap {
  readonly #protocols: ReadonlySet<string>;
  readonly #slots = new Map<string, number>();
  readonly #collector: Collector;

  /** Takes names of protocols and of fields; unknown fields have no values. */
  constructor(protocols: readonly string[], fields: readonly string[]) {
    this.#protocols = new Set(protocols);
    const known = fields.map(fieldNamed).filter((field): field is Field => field !== undefined);
    known.forEach((field, slot) => {
      this.#slots.set(field.name, slot);
    });
    this.#collector = new Collector(known);
  }

  /** Calls `visit` for each layer of the protocols, with its values loaded. Packets quoted in ICMP errors are skipped. */
  forEach(p: Packet, visit: (p: Packet, layer: number) => void): void {
    for (let layer = 1; layer < p.count; layer++) {
      const isSeen = (p.flags[layer]! & COLUMN) !== 0 && (p.flags[layer]! & (SHOWN | NESTED)) !== 0;
      if (!isSeen || !this.#protocols.has(p.protocols[layer]!.name)) continue;
      this.take(p, layer);
      visit(p, layer);
    }
  }

  /** Loads the values of one layer. */
  take(p: Packet, layer: number): void {
    this.#collector.collectLayer(p, layer);
  }

  values(name: string): readonly Value[] {
    const slot = this.#slots.get(name);
    return slot === undefined ? [] : this.#collector.values[slot]!;
  }

  has(name: string): boolean {
    return this.values(name).length > 0;
  }

  /** The first value as a number, durations in nanoseconds; NaN if there is none. */
  number(name: string): number {
    const value = this.values(name)[0];
    if (value === undefined) return Number.NaN;
    const isSpan = this.#field(name).type === 'seconds' && typeof value === 'number';
    return isSpan ? value * 1e9 : Number(value);
  }

  /** The first value as `-T fields` prints it; '' if there is none. */
  text(name: string): string {
    const value = this.values(name)[0];
    return value === undefined ? '' : raw(this.#field(name), value);
  }

  /** All values, as `-T fields` prints them. */
  texts(name: string): string[] {
    return this.values(name).map((value) => raw(this.#field(name), value));
  }

  /** The value's name, or `Unknown (17)`. */
  nameOf(name: string): string {
    const value = this.number(name);
    return this.#field(name).nameOf(value) ?? `Unknown (${value})`;
  }

  #field(name: string): Field {
    return this.#collector.fields[this.#slots.get(name)!]!;
  }
}
