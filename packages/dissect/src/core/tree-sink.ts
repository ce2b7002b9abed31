// What `emit` functions write to where a whole packet is shown: checks each field's place, reads its value, keeps count of
// the nodes. What becomes of a node is left to those who build a tree of it or write it as text.
import {
  type AddExpertInfo,
  expertFields,
  expertText,
  type Group,
  groups,
  hiddenMessage,
  type Place,
  reportExpertInfo,
  type Severity,
  severities,
} from './expert.ts';
import type { Field, Value } from './field.ts';
import { NESTED, type Packet, SHOWN } from './packet.ts';
import type { Protocol } from './protocol.ts';
import type { Sink } from './sink.ts';

/** Nodes in one packet's tree; further ones are dropped. */
const NODES_MAX = 20_000;

const NOWHERE: Place = {};

interface ExpertItem {
  readonly severity: Severity;
  readonly group: Group;
  readonly message: string;
  readonly place: Place;
}

export abstract class TreeSink implements Sink {
  protected packet!: Packet;
  protected layer = 0;
  protected buffer: Uint8Array = new Uint8Array(0);
  /** Where the layer begins and ends in its buffer. */
  #start = 0;
  #stop = 0;
  #nodes = 0;
  /** Expert information of the layer that has not been written. */
  #items: ExpertItem[] = [];
  /** Of it what stands below the field written last, once that field's line is complete. */
  #due: ExpertItem[] = [];
  #dueStart = 0;
  /** The field added last extends beyond its layer: it has no line, nor have the notes on it. */
  #isLost = false;
  /** Fields of the layer that stand within an item. */
  #named: Field[] = [];

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
    this.#items = [];
    this.#named = [];
    reportExpertInfo(p, layer, this.#keep);
    this.#isLost = false;
    this.beginLayer(made, layer > 0 && (p.flags[layer]! & SHOWN) === 0);
    if (made.emit !== null) made.emit(p, layer, this);
    else for (const field of made.fields) this.fixed(field);
    this.#writeDue();
    this.endLayer();
    for (const item of this.#items) this.#writeItem(item, this.#start);
  }

  readonly #keep: AddExpertInfo = (severity, group, message, place = NOWHERE) => {
    this.#items.push({ severity, group, message, place });
    if (place.name !== undefined && place.isRepeated !== true) this.#named.push(place.name);
  };

  /** Below the field written last, whose line has all its notes by now. */
  #writeDue(): void {
    if (this.#due.length === 0) return;
    this.enter(true);
    this.#writeDueHere();
    this.leave();
  }

  #writeDueHere(): void {
    const due = this.#due;
    this.#due = [];
    for (const item of due) this.#writeItem(item, this.#dueStart);
  }

  #writeItem({ severity, group, message, place }: ExpertItem, start: number): void {
    const { message: text, severity: severityField, group: kind } = expertFields;
    const line = `[${expertText(severity, group, message)}]`;
    this.enter(this.#has() && this.heading('_ws.expert', line, start, 0));
    if (place.name === undefined) this.#expert(text, message, start, `[${message}]`);
    else {
      this.#named.push(place.name);
      this.#expert(place.name, true, start, `[${message}]`);
      if (this.withHidden) this.#expert(hiddenMessage, message, start, null);
    }
    const [level, name] = severities[severity];
    this.#expert(severityField, level, start, `[Severity level: ${name}]`);
    this.#expert(kind, groups[group][0], start, `[Group: ${groups[group][1]}]`);
    this.leave();
  }

  #expert(field: Field, value: Value, start: number, text: string | null): void {
    if (this.#has()) this.field(field, value, start, 0, text);
  }

  /** The item that stands where its field is emitted. */
  #writeInPlace(field: Field, start: number): void {
    const at = this.#items.findIndex(({ place }) => place.name === field && place.under === undefined);
    if (at >= 0) this.#writeItem(this.#items.splice(at, 1)[0]!, start);
  }

  #takeDue(field: Field, start: number): void {
    this.#due = this.#items.filter(({ place }) => place.under === field);
    if (this.#due.length === 0) return;
    this.#items = this.#items.filter(({ place }) => place.under !== field);
    this.#dueStart = start;
  }

  /** Whether there is room for one more node. */
  #has(): boolean {
    return this.#nodes++ < NODES_MAX;
  }

  add(field: Field, start: number, length: number, value?: Value): void {
    this.#add(field, start, length, value);
  }

  #add(field: Field, start: number, length: number, value?: Value): boolean {
    this.#isLost = !this.#isWithin(start, length);
    if (this.#isLost || !this.isShown(field)) return false;
    if (this.#due.length > 0) this.#writeDue();
    if (this.#named.includes(field)) {
      this.#writeInPlace(field, start);
      return false;
    }
    if (!this.#has()) return false;
    this.field(field, value, start, length, null);
    if (this.#items.length > 0) this.#takeDue(field, start);
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
    this.#writeDueHere();
  }

  openFixed(field: Field): void {
    this.enter(this.#fixed(field));
    this.#writeDueHere();
  }

  note(text: string): void {
    if (!this.#isLost) this.append(text);
  }

  group(text: string, start: number, length: number): void {
    this.#isLost = false;
    this.#writeDue();
    this.enter(this.#isWithin(start, length) && this.#has() && this.heading('', text, start, length));
  }

  close(): void {
    this.#writeDue();
    this.leave();
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
  /** Ends what `enter` began. */
  protected abstract leave(): void;
  /** Whether nodes that are not drawn are written. */
  protected abstract readonly withHidden: boolean;
  /** Puts text behind the last line. */
  protected abstract append(text: string): void;
}
