// Names of addresses: from DNS answers, DHCP clients, and the file itself; server names (SNI, Host) come
// with the flows.
import {
  COLUMN,
  eachAddress,
  type Flow,
  ipv4Address,
  ipv6Address,
  type NameRecord,
  NESTED,
  type Packet,
  protocolNamed,
  protocolsMade,
  SHAPES_MAX,
  SHOWN,
  type Shape,
  Tap,
  UNKEPT,
} from '@eyrie/dissect';
import type { NameRow, NameSource } from '@eyrie/store';
import { NAME_TEXT_MAX } from '../bus/schemas.ts';

/** Different names kept between two batches; more are left out, as only a flood makes them. */
const NAMES_MAX = 20_000;
const UDP = 17;
/** Where in a message's header flags stand, how many answers and authorities it has, how many additional records, and its end (RFC 1035 §4.1.1). */
const FLAGS = 2;
const COUNTS = 6;
const ADDITIONAL = 10;
const HEADER = 12;
const ADDRESS = /^(\d+(\.\d+){3}|\[?[0-9a-f:.]+\]?)(:\d+)?$/i;
const ANY = '0.0.0.0';

const DHCP_FIELDS = [
  'dhcp.option.hostname',
  'dhcp.ip.client',
  'dhcp.option.requested_ip_address',
  'dhcp.ip.your',
];

type Row = { -readonly [key in keyof NameRow]: NameRow[key] };

export class Names {
  #rows = new Map<string, Row>();
  /** Of the present batch. */
  #keys = new Set<string>();
  readonly #dhcp = new Tap(['dhcp'], DHCP_FIELDS);
  /** By protocol id: 1 for those that carry names as DNS does, 2 as DHCP. */
  readonly #kinds = new Uint8Array(protocolsMade());
  /** By shape: 1 for those without such a protocol. */
  readonly #silent = new Uint8Array(SHAPES_MAX);
  /** Of the present packet, in seconds. */
  #time = 0;

  constructor() {
    for (const name of ['dns', 'mdns', 'llmnr']) this.#kinds[protocolNamed(name)!.id] = 1;
    this.#kinds[protocolNamed('dhcp')!.id] = 2;
  }

  add(p: Packet, shape: Shape): void {
    if (shape.id === UNKEPT || this.#silent[shape.id] === 0) this.#readNames(p, shape.id);
  }

  #readNames(p: Packet, shape: number): void {
    const kinds = this.#kinds;
    for (let layer = p.count - 1; layer > 0; layer--) {
      const kind = kinds[p.proto[layer]!]!;
      if (kind === 0) continue;
      if (kind === 1) this.#addMessage(p, layer);
      else this.#dhcp.forEach(p, () => this.#addLease(p.seconds));
      return;
    }
    if (shape !== UNKEPT) this.#silent[shape] = 1;
  }

  addFlow({ server, serverName, applications, end }: Flow): void {
    if (serverName === null || serverName === '' || ADDRESS.test(serverName)) return;
    // A Host header has the port if it is not the usual one (RFC 9110 §7.2).
    const name = serverName.replace(/:\d+$/, '');
    const source = applications.some((each) => each === 'http' || each === 'http2') ? 'http' : 'tls';
    this.#set(server.address, name, source, end);
  }

  addRecord({ address, names }: NameRecord, time: number): void {
    const text = address.length === 4 ? ipv4Address(address, 0) : ipv6Address(address, 0);
    for (const name of names) this.#set(text, name, 'file', time);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** A name that occurs again is counted once more. */
  endBatch(): void {
    if (this.#keys.size > 0) this.#keys = new Set();
  }

  /** All since the last call. */
  take(): NameRow[] {
    this.endBatch();
    if (this.#rows.size === 0) return [];
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  #addMessage(p: Packet, last: number): void {
    if (p.transport === UDP && !hasRecords(p, last)) return;
    this.#time = p.seconds;
    for (let layer = 1; layer <= last; layer++) {
      // A message quoted in an ICMP error was reported itself.
      const isSeen = (p.flags[layer]! & COLUMN) !== 0 && (p.flags[layer]! & (SHOWN | NESTED)) !== 0;
      if (isSeen && this.#kinds[p.proto[layer]!] === 1) eachAddress(p, layer, this.#addAddress);
    }
  }

  readonly #addAddress = (name: string, b: Uint8Array, at: number, width: number): void => {
    this.#set(width === 4 ? ipv4Address(b, at) : ipv6Address(b, at), name, 'dns', this.#time);
  };

  /** RFC 2131 §4.3.2: a client names itself in its request, with the address it has or wants. */
  #addLease(time: number): void {
    const tap = this.#dhcp;
    if (!tap.has('dhcp.option.hostname')) return;
    const address = ['dhcp.ip.client', 'dhcp.option.requested_ip_address', 'dhcp.ip.your']
      .map((field) => tap.text(field))
      .find((text) => text !== '' && text !== ANY);
    if (address !== undefined) this.#set(address, tap.text('dhcp.option.hostname'), 'dhcp', time);
  }

  #set(address: string, name: string, source: NameSource, time: number): void {
    // A Host header or a TLS ClientHello may have a longer text, but that is no host name.
    if (name === '' || name.length > NAME_TEXT_MAX || this.#keys.size >= NAMES_MAX) return;
    const key = `${address} ${source} ${name}`;
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, { address, name, source, time });
    else {
      row.last = Math.max(row.last ?? row.time, time);
      row.time = Math.min(row.time, time);
      row.count = (row.count ?? 1) + 1;
    }
  }
}

/**
 * Half of all messages are queries, which the header shows: they have neither answers nor authorities, and their additional
 * section describes the requestor (RFC 6891 §6.1.1).
 */
function hasRecords(p: Packet, layer: number): boolean {
  const at = p.start[layer]!;
  if (at + HEADER > p.stop[layer]!) return false;
  const b = p.bufferOf(layer);
  const isAnswer = (b[at + FLAGS]! & 0x80) !== 0;
  for (let i = at + COUNTS; i < at + (isAnswer ? HEADER : ADDITIONAL); i++) if (b[i] !== 0) return true;
  return false;
}
