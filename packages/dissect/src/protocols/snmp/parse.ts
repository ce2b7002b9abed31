// Offsets in an SNMP message (RFC 1157 §4, RFC 3416 §3, RFC 3412 §6).
import { BerItem, berInteger, INTEGER, OCTET_STRING, SEQUENCE } from '../../codec/ber.ts';

export const VERSION_2U = 2;
export const VERSION_3 = 3;
export const TRAP = 4;
export const GET_BULK = 5;
export const RESPONSE = 2;

/** PDU names by tag number (RFC 3416 §3, RFC 1157 §4.1.6). */
export const pduNames: readonly string[] = [
  'get-request',
  'get-next-request',
  'get-response',
  'set-request',
  'trap',
  'getBulkRequest',
  'informRequest',
  'snmpV2-trap',
  'report',
];

/** Range of a BER item's contents in the message. */
export interface Span {
  start: number;
  stop: number;
}

const none = (): Span => ({ start: -1, stop: -1 });

/** Overwritten by each `parse`; spans absent from the message start at -1. */
export class SnmpParts {
  version = 0;
  /** Tag number of the PDU; -1 if there is no cleartext PDU. */
  pdu = -1;
  /** End of the message. */
  end = 0;
  isWhole = false;
  readonly versionAt: Span = none();
  readonly community: Span = none();
  /** Version 3: header, security parameters, scope, and the PDU if encrypted. */
  readonly header: Span[] = [none(), none(), none(), none()];
  readonly security: Span[] = [none(), none(), none(), none(), none(), none()];
  readonly contextEngine: Span = none();
  readonly contextName: Span = none();
  readonly encrypted: Span = none();
  /** The four values before the variable bindings; five in a version 1 trap. */
  readonly numbers: Span[] = [none(), none(), none(), none(), none()];
  numberCount = 0;
  readonly bindings: Span = none();

  readonly #item = new BerItem();
  readonly #inner = new BerItem();

  /** Parses as much as possible; false if the bytes are not SNMP. */
  parse(b: Uint8Array, at: number, end: number, wireEnd: number): boolean {
    this.#clear();
    const item = this.#item;
    if (!item.readA(SEQUENCE, b, at, end) || item.next > wireEnd) return false;
    this.end = item.next;
    const stop = item.stop;
    if (!item.readA(INTEGER, b, item.content, stop)) return false;
    this.version = Number(berInteger(b, item.content, item.stop));
    this.#take(this.versionAt, item);
    if (this.version === VERSION_3) this.#parseV3(b, item.next, stop);
    else if (this.version >= 0 && this.version <= VERSION_2U) this.#parseCommunity(b, item.next, stop);
    else this.isWhole = true;
    return true;
  }

  #clear(): void {
    this.pdu = -1;
    this.isWhole = false;
    this.numberCount = 0;
    for (const span of [this.community, this.contextEngine, this.contextName, this.encrypted, this.bindings])
      span.start = -1;
    for (const span of this.header) span.start = -1;
    for (const span of this.security) span.start = -1;
  }

  #take(span: Span, item: BerItem): void {
    span.start = item.content;
    span.stop = item.stop;
  }

  #parseCommunity(b: Uint8Array, at: number, stop: number): void {
    const item = this.#item;
    if (!item.readA(OCTET_STRING, b, at, stop)) return;
    this.#take(this.community, item);
    this.#parsePdu(b, item.next, stop);
  }

  #parseV3(b: Uint8Array, at: number, stop: number): void {
    const item = this.#item;
    if (!item.readA(SEQUENCE, b, at, stop)) return;
    const { next } = item;
    if (!this.#list(b, item.content, item.stop, this.header)) return;
    if (!item.readA(OCTET_STRING, b, next, stop)) return;
    const data = item.next;
    // RFC 3414 §2.4: the octet string of the security parameters contains a SEQUENCE.
    if (this.#inner.readA(SEQUENCE, b, item.content, item.stop)) {
      this.#list(b, this.#inner.content, this.#inner.stop, this.security);
    }
    if (!item.read(b, data, stop)) return;
    if (item.id === OCTET_STRING) {
      this.#take(this.encrypted, item);
      this.isWhole = item.next <= stop;
      return;
    }
    const scope = item.stop;
    if (item.id !== SEQUENCE || !item.read(b, item.content, scope)) return;
    this.#take(this.contextEngine, item);
    if (!item.read(b, item.next, scope)) return;
    this.#take(this.contextName, item);
    this.#parsePdu(b, item.next, scope);
  }

  #list(b: Uint8Array, at: number, stop: number, spans: readonly Span[]): boolean {
    const item = this.#inner;
    const { content, stop: end } = item;
    for (const span of spans) {
      if (!item.read(b, at, stop)) break;
      this.#take(span, item);
      at = item.next;
    }
    item.content = content;
    item.stop = end;
    return at <= stop;
  }

  #parsePdu(b: Uint8Array, at: number, stop: number): void {
    const item = this.#item;
    if (!item.read(b, at, stop) || (item.id & 0xe0) !== 0xa0 || item.tag >= pduNames.length) return;
    this.pdu = item.tag;
    const end = item.stop;
    at = item.content;
    const wanted = this.pdu === TRAP ? 5 : 3;
    for (let k = 0; k < wanted; k++) {
      if (!item.read(b, at, end)) return;
      this.#take(this.numbers[k]!, item);
      this.numberCount = k + 1;
      at = item.next;
    }
    if (!item.readA(SEQUENCE, b, at, end)) return;
    this.#take(this.bindings, item);
    this.isWhole = item.next <= end;
  }
}

/** A variable binding: the object's name and value. */
export class Binding {
  readonly name = new BerItem();
  readonly value = new BerItem();
  next = 0;
  start = 0;
  readonly #item = new BerItem();

  read(b: Uint8Array, at: number, stop: number): boolean {
    const item = this.#item;
    if (at >= stop || !item.readA(SEQUENCE, b, at, stop)) return false;
    this.start = at;
    this.next = item.next;
    return this.name.read(b, item.content, item.stop) && this.value.read(b, this.name.next, item.stop);
  }
}
