// The messages of an LDAP layer one by one, each with its fields: a wrapped buffer holds several, whose fields would mix.
import type { Field, Value } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { readValue } from '../../core/reading.ts';
import type { Sink } from '../../core/sink.ts';
import { emitMessages } from './emit.ts';
import { f } from './fields.ts';
import { readableIn } from './ldap.ts';

/** Messages of one layer that are given. */
const MESSAGES_MAX = 1024;

export class LdapMessage {
  readonly #values = new Map<string, Value[]>();
  /** Of a search, as a string (RFC 4515 §3). */
  filter: string | null = null;

  add(name: string, value: Value): void {
    const known = this.#values.get(name);
    if (known === undefined) this.#values.set(name, [value]);
    else known.push(value);
  }

  /** Values of a field by its filter name, such as `ldap.resultCode`. */
  values(name: string): readonly Value[] {
    return this.#values.get(name) ?? [];
  }

  text(name: string): string | null {
    const [value] = this.values(name);
    return typeof value === 'string' ? value : null;
  }

  number(name: string): number | null {
    const [value] = this.values(name);
    return typeof value === 'number' ? value : null;
  }
}

/** Takes the index of an `ldap` layer; none of what is encrypted. */
export function ldapMessages(p: Packet, layer: number): LdapMessage[] {
  const found = readableIn(p, layer);
  if (found === null) return [];
  const sink = new Messages(p.bufferOf(layer));
  emitMessages(sink.buffer, found.start, found.end, sink);
  return sink.messages;
}

class Messages implements Sink {
  readonly buffer: Uint8Array;
  readonly messages: LdapMessage[] = [];
  #opened: Field | null = null;

  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
  }

  open(field: Field, start: number, length: number, value?: Value): void {
    this.#opened = field;
    if (field === f.message && this.messages.length < MESSAGES_MAX) this.messages.push(new LdapMessage());
    else this.add(field, start, length, value);
  }

  add(field: Field, start: number, length: number, value?: Value): void {
    if (field.type === 'none') return;
    this.messages.at(-1)?.add(field.name, value ?? readValue(field, this.buffer, start, length));
  }

  /** The outermost filter comes first. */
  note(text: string): void {
    const message = this.messages.at(-1);
    if (this.#opened === f.filter && message !== undefined) message.filter ??= text.trim();
  }

  fixed(): void {}
  openFixed(): void {}
  group(): void {}
  close(): void {}

  wants(): boolean {
    return true;
  }
}
