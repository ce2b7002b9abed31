// A capture on one page: when, how much, which protocols, who with whom, by which names, and what is odd.
import { Collector } from '../core/collect.ts';
import { protocolColumn } from '../core/columns.ts';
import { fieldsMade } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { protocolsMade } from '../core/protocol.ts';
import { fieldNamed } from '../core/registry.ts';
import { netAddress } from '../core/text.ts';
import * as a from '../flows/tcp-analysis.ts';
import { Endpoints } from './endpoints.ts';
import { ProtocolHierarchy } from './hierarchy.ts';
import { Timeline } from './timeline.ts';

/** A conversation of TCP or UDP. */
export interface OverviewFlow {
  readonly client: string;
  readonly server: string;
  readonly transport: 'TCP' | 'UDP';
  /** The Protocol column where it says more than the transport. */
  application: string;
  /** What the client called the server: SNI or Host. */
  serverName: string;
  packets: number;
  bytes: number;
}

export interface NamedCount {
  readonly name: string;
  count: number;
}

/** Something a reader should look at, with the display filter that shows it. */
export interface Finding {
  readonly what: string;
  readonly count: number;
  readonly filter: string;
}

/** Conversations and names told apart; further ones are counted, not listed. */
const FLOWS_MAX = 50_000;
const NAMES_MAX = 20_000;

const FIELDS = [
  'tls.handshake.extensions_server_name',
  'http.host',
  'dns.qry.name',
  'dns.flags.response',
  'dns.flags.rcode',
  'http.response.code',
] as const;

export class Overview {
  packets = 0;
  /** On the wire, and as captured. */
  bytes = 0;
  capturedBytes = 0;
  /** Nanoseconds from the first packet to the last. */
  duration = 0;
  readonly linkTypes = new Map<number, number>();
  readonly hierarchy = new ProtocolHierarchy();
  readonly timeline = new Timeline();
  readonly #endpoints = [new Endpoints('ip'), new Endpoints('ipv6')];
  readonly #flows = new Map<number, OverviewFlow>();
  readonly #servers = new Map<string, NamedCount>();
  readonly #queries = new Map<string, NamedCount>();
  readonly #findings = new Map<string, { count: number; filter: string }>();
  readonly #collector: Collector;

  constructor() {
    const fields = FIELDS.map((name) => fieldNamed(name)).filter((field) => field !== undefined);
    this.#collector = new Collector(fields, fieldsMade(), protocolsMade());
  }

  add(p: Packet): void {
    this.packets++;
    this.bytes += p.wireLength;
    this.capturedBytes += p.capturedLength;
    this.linkTypes.set(p.linkType, (this.linkTypes.get(p.linkType) ?? 0) + 1);
    this.hierarchy.add(p);
    if (p.hasTime) {
      const now = (p.seconds - p.session.firstSeconds) * 1e9 + p.nanoseconds - p.session.firstNanoseconds;
      this.duration = Math.max(this.duration, now);
      this.timeline.add(now, p.wireLength);
    }
    for (const endpoints of this.#endpoints) endpoints.add(p);
    this.#collector.collect(p);
    const flow = this.#flowOf(p);
    if (flow !== undefined) this.#addToFlow(p, flow);
    this.#addNames(flow);
    this.#addFindings(p);
  }

  /** Addresses by bytes sent and received, most first. */
  talkers(most: number): { address: string; packets: number; bytes: number }[] {
    return this.#endpoints
      .flatMap((endpoints) => endpoints.list())
      .map((each) => ({
        address: each.address,
        packets: each.framesSent + each.framesReceived,
        bytes: each.bytesSent + each.bytesReceived,
      }))
      .sort((x, y) => y.bytes - x.bytes)
      .slice(0, most);
  }

  /** Conversations by bytes, most first. */
  flows(most: number): OverviewFlow[] {
    return [...this.#flows.values()].sort((x, y) => y.bytes - x.bytes).slice(0, most);
  }

  get flowCount(): number {
    return this.#flows.size;
  }

  /** Servers by the names that clients used, most connections first. */
  servers(most: number): NamedCount[] {
    return top(this.#servers, most);
  }

  /** Names asked for over DNS, most often first. */
  queries(most: number): NamedCount[] {
    return top(this.#queries, most);
  }

  findings(): Finding[] {
    return [...this.#findings]
      .map(([what, { count, filter }]) => ({ what, count, filter }))
      .sort((x, y) => y.count - x.count);
  }

  #flowOf(p: Packet): OverviewFlow | undefined {
    if (p.flow < 0 || (p.transport !== 6 && p.transport !== 17)) return undefined;
    const key = p.session.flows.stream(p.flow) * 2 + (p.transport === 6 ? 0 : 1);
    let flow = this.#flows.get(key);
    if (flow === undefined && this.#flows.size < FLOWS_MAX) {
      flow = newFlow(p);
      this.#flows.set(key, flow);
    }
    return flow;
  }

  #addToFlow(p: Packet, flow: OverviewFlow): void {
    flow.packets++;
    flow.bytes += p.wireLength;
    const said = protocolColumn(p);
    if (said !== 'TCP' && said !== 'UDP') flow.application = said;
  }

  #addNames(flow: OverviewFlow | undefined): void {
    const [sni, host, query, isResponse] = this.#collector.values;
    const name = sni?.[0] ?? host?.[0];
    if (name !== undefined && name !== '' && !ADDRESS.test(String(name))) {
      count(this.#servers, String(name));
      if (flow !== undefined) flow.serverName = String(name);
    }
    if (query?.[0] !== undefined && isResponse?.[0] === false) count(this.#queries, String(query[0]));
  }

  #addFindings(p: Packet): void {
    if (p.analysis !== 0) {
      for (const [bits, what, filter] of TCP_FINDINGS) if (p.analysis & bits) this.#find(what, filter);
    }
    if (p.tcpLayer > 0 && flagsOf(p) & a.RST) this.#find('TCP resets', 'tcp.flags.reset == 1');
    const last = p.protocols[p.count - 1]!.name;
    if (last === '_ws.malformed') this.#find('malformed packets', '_ws.malformed');
    if (last === '_ws.short') this.#find('packets cut by the capture', '_ws.short');
    const rcode = this.#collector.values[4]?.[0];
    if (rcode !== undefined && rcode !== 0) this.#find('DNS errors', 'dns.flags.rcode != 0');
    const status = Number(this.#collector.values[5]?.[0] ?? 0);
    if (status >= 400) this.#find('HTTP errors', 'http.response.code >= 400');
  }

  #find(what: string, filter: string): void {
    const known = this.#findings.get(what);
    if (known !== undefined) known.count++;
    else this.#findings.set(what, { count: 1, filter });
  }
}

const RETRANSMISSIONS = a.RETRANSMISSION | a.FAST_RETRANSMISSION | a.SPURIOUS_RETRANSMISSION;

const TCP_FINDINGS = [
  [RETRANSMISSIONS, 'TCP retransmissions', 'tcp.analysis.retransmission'],
  [a.OUT_OF_ORDER, 'TCP segments out of order', 'tcp.analysis.out_of_order'],
  [a.LOST_SEGMENT, 'gaps: TCP segments not captured', 'tcp.analysis.lost_segment'],
  [a.DUPLICATE_ACK, 'duplicate ACKs', 'tcp.analysis.duplicate_ack'],
  [a.ZERO_WINDOW, 'zero windows: a receiver is full', 'tcp.analysis.zero_window'],
] as const;

/** Of the innermost segment; 0 when its header is cut before them. */
function flagsOf(p: Packet): number {
  const at = p.start[p.tcpLayer]! + 13;
  return at < p.stop[p.tcpLayer]! ? p.bufferOf(p.tcpLayer)[at]! : 0;
}

/** A host given as an address, with or without a port: no name. */
const ADDRESS = /^(\d+(\.\d+){3}|\[[0-9a-f:.]+\])(:\d+)?$/i;

/** The client is who sent the first packet, unless the handshake says who answered. */
function newFlow(p: Packet): OverviewFlow {
  const src = `${bracketed(netAddress(p, p.netSrc))}:${p.srcPort}`;
  const dst = `${bracketed(netAddress(p, p.netDst))}:${p.dstPort}`;
  const server = p.transport === 6 ? p.session.tcp.serverPort(p.flow) : 0;
  const isToServer = server !== 0 ? p.dstPort === server : p.dstPort <= p.srcPort;
  const [client, served] = isToServer ? [src, dst] : [dst, src];
  const transport = p.transport === 6 ? 'TCP' : 'UDP';
  return { client, server: served, transport, application: '', serverName: '', packets: 0, bytes: 0 };
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function count(into: Map<string, NamedCount>, name: string): void {
  const known = into.get(name);
  if (known !== undefined) known.count++;
  else if (into.size < NAMES_MAX) into.set(name, { name, count: 1 });
}

function top(of: Map<string, NamedCount>, most: number): NamedCount[] {
  return [...of.values()].sort((x, y) => y.count - x.count).slice(0, most);
}
