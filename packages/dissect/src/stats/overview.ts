// A summary of a capture: time, volume, protocols, conversations, names and findings.
import type { Packet } from '../core/packet.ts';
import { type Flow, FlowRecords, type TcpState } from '../flows/flow-records.ts';
import * as a from '../flows/tcp-analysis.ts';
import { Endpoints } from './endpoints.ts';
import { ProtocolHierarchy } from './hierarchy.ts';
import { HostNames } from './host-names.ts';
import { Tally } from './tallies.ts';
import { Tap } from './tap.ts';
import { millisecondsSinceStart } from './time.ts';
import { Timeline } from './timeline.ts';

const TCP = 6;

export interface NamedCount {
  readonly name: string;
  readonly count: number;
}

/** A notable finding. */
export interface Finding {
  readonly what: string;
  readonly count: number;
  /** The total that the count refers to: 17 of 3,218 TCP segments. */
  readonly of: number;
  /** A display filter that selects the packets, or else a statistic. */
  readonly filter: string | null;
  readonly statistic: string | null;
}

/** Ended conversations kept for the list of the largest; others are only counted. */
const ENDED_MAX = 200;

export class Overview {
  packets = 0;
  /** Bytes on the wire, and captured. */
  bytes = 0;
  capturedBytes = 0;
  /** Nanoseconds from the first packet to the last. */
  duration = 0;
  readonly linkTypes = new Map<number, number>();
  readonly hierarchy = new ProtocolHierarchy();
  readonly timeline = new Timeline();
  readonly #endpoints = [new Endpoints('ip'), new Endpoints('ipv6')];
  readonly #dns = new Tap(
    ['dns', 'mdns', 'llmnr'],
    ['dns.qry.name', 'dns.flags.response', 'dns.flags.rcode'],
  );
  readonly hostNames = new HostNames();
  readonly #http = new Tap(['http'], ['http.response.code']);
  readonly #queries = new Tally<string>();
  readonly #serverNames = new Tally<string>();
  readonly #states = new Tally<TcpState>();
  readonly #trouble = new Tally<string>();
  #records: FlowRecords | null = null;
  /** The largest ended conversations, and the number of all ended ones. */
  #ended: Flow[] = [];
  #endedCount = 0;
  #segments = 0;
  #dnsReplies = 0;
  #httpReplies = 0;

  add(p: Packet): void {
    this.packets++;
    this.bytes += p.wireLength;
    this.capturedBytes += p.capturedLength;
    this.linkTypes.set(p.linkType, (this.linkTypes.get(p.linkType) ?? 0) + 1);
    this.hierarchy.add(p);
    if (p.hasTime) {
      const now = millisecondsSinceStart(p) * 1e6;
      this.duration = Math.max(this.duration, now);
      this.timeline.add(now, p.wireLength);
    }
    for (const endpoints of this.#endpoints) endpoints.add(p);
    this.#records ??= new FlowRecords(p.session, (flow) => this.#end(flow));
    this.#records.add(p);
    this.hostNames.add(p);
    this.#addNames(p);
    this.#addTrouble(p);
  }

  /** Addresses by bytes sent and received, descending. */
  talkers(most: number): { address: string; packets: number; bytes: number }[] {
    return this.#endpoints
      .flatMap((endpoints) => [...endpoints.list()])
      .map((each) => ({
        address: each.address,
        packets: each.framesSent + each.framesReceived,
        bytes: each.bytesSent + each.bytesReceived,
      }))
      .sort((x, y) => y.bytes - x.bytes)
      .slice(0, most);
  }

  /** Conversations by bytes, descending. */
  flows(most: number): Flow[] {
    return largest([...this.#ended, ...(this.#records?.list() ?? [])], most);
  }

  get flowCount(): number {
    return this.#endedCount + (this.#records?.list().length ?? 0);
  }

  /** Server names by number of conversations, descending. */
  servers(most: number): NamedCount[] {
    const names = new Tally<string>(this.#serverNames);
    for (const { serverName } of this.#records?.list() ?? []) if (isName(serverName)) names.add(serverName);
    return top(names, most);
  }

  /** Names queried over DNS, by frequency. */
  queries(most: number): NamedCount[] {
    return top(this.#queries, most);
  }

  /** Most severe first. */
  findings(): Finding[] {
    const states = new Tally<TcpState>(this.#states);
    for (const { tcp } of this.#records?.list() ?? []) if (tcp !== null) states.add(tcp.state);
    const connections = [...states.counts.values()].reduce((sum, count) => sum + count, 0);
    const totals: Record<Base, number> = {
      packets: this.packets,
      'TCP segments': this.#segments,
      'TCP connections': connections,
      'DNS replies': this.#dnsReplies,
      'HTTP responses': this.#httpReplies,
    };
    const found: Finding[] = [];
    for (const { what, of, filter, state } of KINDS) {
      const count = (state === undefined ? this.#trouble.counts.get(what) : states.counts.get(state)) ?? 0;
      const statistic = filter === null ? 'flows' : null;
      if (count > 0) found.push({ what, count, of: totals[of], filter, statistic });
    }
    return found;
  }

  #end(flow: Flow): void {
    this.#endedCount++;
    if (isName(flow.serverName)) this.#serverNames.add(flow.serverName);
    if (flow.tcp !== null) this.#states.add(flow.tcp.state);
    this.#ended.push(flow);
    if (this.#ended.length >= ENDED_MAX * 2) this.#ended = largest(this.#ended, ENDED_MAX);
  }

  #addNames(p: Packet): void {
    this.#dns.forEach(p, () => {
      if (!this.#dns.has('dns.flags.response')) return;
      if (this.#dns.number('dns.flags.response') === 1) {
        this.#dnsReplies++;
        if (this.#dns.number('dns.flags.rcode') > 0) this.#trouble.add('DNS errors');
      } else if (this.#dns.has('dns.qry.name')) this.#queries.add(this.#dns.text('dns.qry.name'));
    });
    for (let layer = 1; layer < p.count; layer++) {
      if (p.protocols[layer]!.name !== 'http' || p.bufferOf(layer)[p.start[layer]!] !== LETTER_H) continue;
      this.#http.take(p, layer);
      if (!this.#http.has('http.response.code')) continue;
      this.#httpReplies++;
      if (this.#http.number('http.response.code') >= 400) this.#trouble.add('HTTP errors');
    }
  }

  #addTrouble(p: Packet): void {
    if (p.transport === TCP) {
      this.#segments++;
      if (p.analysis !== 0)
        for (const [bits, what] of ANALYSIS) if (p.analysis & bits) this.#trouble.add(what);
      if (p.tcpLayer > 0 && flagsOf(p) & a.RST) this.#trouble.add('connections reset');
    }
    const last = p.protocols[p.count - 1]!.name;
    if (last === '_ws.malformed') this.#trouble.add('malformed packets');
    if (last === '_ws.short') this.#trouble.add('packets cut by the capture');
  }
}

/** The code in `HTTP/1.1 200 OK`. */
const LETTER_H = 0x48;

type Base = 'packets' | 'TCP segments' | 'TCP connections' | 'DNS replies' | 'HTTP responses';

interface Kind {
  readonly what: string;
  readonly of: Base;
  readonly filter: string | null;
  /** Counts by final TCP state. */
  readonly state?: TcpState;
}

/** Most severe first. */
const KINDS: readonly Kind[] = [
  { what: 'malformed packets', of: 'packets', filter: '_ws.malformed' },
  { what: 'TCP segments not captured', of: 'TCP segments', filter: 'tcp.analysis.lost_segment' },
  { what: 'TCP retransmissions', of: 'TCP segments', filter: 'tcp.analysis.retransmission' },
  { what: 'zero windows (receiver full)', of: 'TCP segments', filter: 'tcp.analysis.zero_window' },
  { what: 'connections unanswered', of: 'TCP connections', filter: null, state: 'unanswered' },
  { what: 'connections refused', of: 'TCP connections', filter: null, state: 'refused' },
  { what: 'connections reset', of: 'TCP segments', filter: 'tcp.flags.reset == 1' },
  { what: 'HTTP errors', of: 'HTTP responses', filter: 'http.response.code >= 400' },
  { what: 'DNS errors', of: 'DNS replies', filter: 'dns.flags.rcode > 0' },
  { what: 'TCP segments out of order', of: 'TCP segments', filter: 'tcp.analysis.out_of_order' },
  { what: 'duplicate ACKs', of: 'TCP segments', filter: 'tcp.analysis.duplicate_ack' },
  { what: 'packets cut by the capture', of: 'packets', filter: '_ws.short' },
];

const ANALYSIS = [
  [a.RETRANSMISSION | a.FAST_RETRANSMISSION | a.SPURIOUS_RETRANSMISSION, 'TCP retransmissions'],
  [a.OUT_OF_ORDER, 'TCP segments out of order'],
  [a.LOST_SEGMENT, 'TCP segments not captured'],
  [a.DUPLICATE_ACK, 'duplicate ACKs'],
  [a.ZERO_WINDOW, 'zero windows (receiver full)'],
] as const;

/** Flags of the innermost segment; 0 if its header is truncated before them. */
function flagsOf(p: Packet): number {
  const at = p.start[p.tcpLayer]! + 13;
  return at < p.stop[p.tcpLayer]! ? p.bufferOf(p.tcpLayer)[at]! : 0;
}

/** False for an address, with or without a port. */
const ADDRESS = /^(\d+(\.\d+){3}|\[[0-9a-f:.]+\])(:\d+)?$/i;

function isName(name: string | null): name is string {
  return name !== null && name !== '' && !ADDRESS.test(name);
}

function largest(flows: Flow[], most: number): Flow[] {
  const bytes = (flow: Flow): number => flow.toServer.bytes + flow.toClient.bytes;
  return flows.sort((x, y) => bytes(y) - bytes(x)).slice(0, most);
}

function top(of: Tally<string>, most: number): NamedCount[] {
  return [...of.counts]
    .map(([name, count]) => ({ name, count }))
    .sort((x, y) => y.count - x.count)
    .slice(0, most);
}
