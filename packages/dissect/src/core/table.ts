// Dispatch tables: which protocol a number in a header (EtherType, port …) leads to. Protocols register through `on`.
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';

const tables = new Map<string, Table>();

/** Keys below `size` are looked up by two array reads, larger ones in a map. */
export class Table {
  readonly name: string;
  /** By key, the index in `#protocols`; 0: none. */
  readonly #index: Uint16Array;
  readonly #protocols: (Protocol | undefined)[] = [undefined];
  readonly #sparse = new Map<number, Protocol>();

  constructor(name: string, size = 256) {
    this.name = name;
    this.#index = new Uint16Array(size);
    tables.set(name, this);
  }

  get(key: number): Protocol | undefined {
    return key >>> 0 < this.#index.length ? this.#protocols[this.#index[key]!] : this.#sparse.get(key);
  }

  /** All keys with their protocols, ascending. */
  entries(): [number, Protocol][] {
    const found: [number, Protocol][] = [...this.#sparse];
    this.#index.forEach((at, key) => {
      if (at > 0) found.push([key, this.#protocols[at]!]);
    });
    return found.sort(([a], [b]) => a - b);
  }

  set(key: number, protocol: Protocol): void {
    if (key >>> 0 >= this.#index.length) this.#sparse.set(key, protocol);
    else this.#index[key] = this.#protocols.push(protocol) - 1;
  }
}

/** A table by the name that "decode as" uses: `tcp.port`. */
export function tableNamed(name: string): Table | undefined {
  return tables.get(name);
}

export function tableNames(): string[] {
  return [...tables.keys()];
}

/** Size of the tables that are consulted for nearly every packet. */
const ALL_16_BITS = 0x10000;

/** LINKTYPE_* of the capture file. */
export const linkTypes = new Table('wtap_encap', 512);

/** Whether packets of this link type are dissected at all. */
export function isLinkTypeRead(linkType: number): boolean {
  return linkTypes.get(linkType) !== undefined;
}

export const etherTypes = new Table('ethertype', ALL_16_BITS);
/** IEEE 802.2 destination service access points. */
export const llcSaps = new Table('llc.dsap');
/** SNAP: organisation code * 65536 + protocol id, where the organisation is not 0 (then it is an EtherType). */
export const snapPids = new Table('llc.snap', 0);
export const pppProtocols = new Table('ppp.protocol');
/** Protocol types of GRE (RFC 2784 §2.4): EtherTypes and some of its own. */
export const greProtocols = new Table('gre.proto');
/** Protocol types of Cisco HDLC. */
export const chdlcProtocols = new Table('chdlc.protocol');
/** Network layer protocol identifiers (ISO/IEC TR 9577): the first byte of an OSI packet. */
export const osiNlpids = new Table('osinl');
export const ipProtocols = new Table('ip.proto');
export const udpPorts = new Table('udp.port', ALL_16_BITS);
export const tcpPorts = new Table('tcp.port', ALL_16_BITS);
export const sctpPorts = new Table('sctp.port');
/** SCTP payload protocol identifiers. */
export const sctpPayloads = new Table('sctp.ppi');
export const dccpPorts = new Table('dccp.port');

/** A heuristic: true if the payload [p.at, p.end) is this protocol's beyond reasonable doubt. */
export type Heuristic = (p: Packet) => boolean;

const lists: HeuristicList[] = [];

/** Heuristics, tried in order when no table knows the payload. */
export class HeuristicList {
  /** As Wireshark names it, by the protocol below: `udp`. */
  readonly name: string;
  readonly entries: { readonly protocol: Protocol; readonly matches: Heuristic }[] = [];

  constructor(name: string) {
    this.name = name;
    lists.push(this);
  }
}

export function heuristicLists(): readonly HeuristicList[] {
  return lists;
}

export const udpHeuristics = new HeuristicList('udp');
export const tcpHeuristics = new HeuristicList('tcp');
