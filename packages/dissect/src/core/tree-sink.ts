// What `emit` functions write to where a whole packet is shown: checks each field's place, reads its value, keeps count of
// the nodes. What becomes of a node is left to those who build a tree of it or write it as text.
import { expertFields, expertText, groups, reportExpertInfo, type Say, severities } from './expert.ts';
import type { Field, Value } from './field.ts';
import { NESTED, type Packet, SHOWN } from './packet.ts';
import type { Protocol } from './protocol.ts';
import type { Sink } from './sink.ts';

/** Nodes in one packet's tree; further ones are dropped. */
const NODES_MAX = 20_000;

export abstract class TreeSink implements Sink {
  protected packet!: Packet;
  protected layer = 0;
  protected buffer: Uint8Array = new Uint8Array(0);
  /** Where the layer begins and ends in its buffer. */
  #start = 0;
  #stop = 0;
  #nodes = 0;

  /** All layers of a packet that have a tree, each with its fields and expert information. */
  protected walk(p: Packet): void {
    this.packet = p;
    this.#nodes = 0;
    for (let layer = 0; layer < p.count; layer++)
      if (layer === 0 || p.flags[layer]! & (SHOWN | NESTED)) this.#walkLayer(p, layer);
  }

  #walkLayer(p: Packet, layer: number): void {
    const made = p.protocols[layer]!;
    this.layer = layer;
    this.buffer = p.bufferOf(layer);
    this.#start = p.start[layer]!;
    this.#stop = p.stop[layer]!;
    // A layer that is only nested stands within the tree of the one shown before it.
    this.beginLayer(made, layer > 0 && (p.flags[layer]! & SHOWN) === 0);
    if (made.emit !== null) made.emit(p, layer, this);
    else for (const field of made.fields) this.fixed(field);
    this.endLayer();
    reportExpertInfo(p, layer, this.#say);
  }

  readonly #say: Say = (severity, group, message) => {
    const { message: text, severity: gravity, group: kind } = expertFields;
    const line = `[${expertText(severity, group, message)}]`;
    this.enter(this.#has() && this.heading('_ws.expert', line, this.#start, 0));
    this.#expert(text, message, `[${message}]`);
    const [level, name] = severities[severity];
    this.#expert(gravity, level, `[Severity level: ${name}]`);
    this.#expert(kind, groups[group][0], `[Group: ${groups[group][1]}]`);
    this.close();
  };

  #expert(field: Field, value: Value, text: string): void {
    if (this.#has()) this.field(field, value, this.#start, 0, text);
  }

  /** Whether there is room for one more node. */
  #has(): boolean {
    return this.#nodes++ < NODES_MAX;
  }

  add(field: Field, start: number, length: number, value?: Value): void {
    this.#add(field, start, length, value);
  }

  #add(field: Field, start: number, length: number, value?: Value): boolean {
    if (!this.#isWithin(start, length) || !this.isShown(field) || !this.#has()) return false;
    this.field(field, value, start, length, null);
    return true;
  }

  fixed(field: Field): void {
    this.#fixed(field);
  }

  #fixed(field: Field): boolean {
    // First, because a getter may be costly: the Info column, a vendor.
    if (!this.isShown(field)) return false;
    const start = this.#start;
    if (field.getter !== null) {
      const value = field.getter(this.packet, this.layer);
      return value !== undefined && this.#add(field, start + Math.max(0, field.offset), field.width, value);
    }
    return field.offset >= 0 && this.#add(field, start + field.offset, field.width);
  }

  open(field: Field, start: number, length: number, value?: Value): void {
    this.enter(this.#add(field, start, length, value));
  }

  openFixed(field: Field): void {
    this.enter(this.#fixed(field));
  }

  group(text: string, start: number, length: number): void {
    this.enter(this.#isWithin(start, length) && this.#has() && this.heading('', text, start, length));
  }

  /** A field that extends beyond its layer is absent, even if its value was computed. */
  #isWithin(start: number, length: number): boolean {
    return length >= 0 && start + length <= this.#stop;
  }

  wants(field: Field): boolean {
    return this.isShown(field);
  }

  protected abstract beginLayer(made: Protocol, isNested: boolean): void;
  /** The fields are all there; only expert information follows, right below the layer. */
  protected abstract endLayer(): void;
  protected abstract isShown(field: Field): boolean;
  /** `value`: undefined where it is to be read from the bytes. `text`: the line, where it is not the one that `shown` gives. */
  protected abstract field(
    field: Field,
    value: Value | undefined,
    start: number,
    length: number,
    text: string | null,
  ): void;
  /** A line that is not a field. */
  protected abstract heading(name: string, text: string, start: number, length: number): true;
  /** What follows is below the last node, or below the same as before if that node was dropped. */
  protected abstract enter(hasNode: boolean): void;
  abstract close(): void;
  abstract note(text: string): void;
}
