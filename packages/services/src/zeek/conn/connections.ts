// Which connection a packet belongs to, and when connections end. TCP and UDP follow the session's table of conversations; ICMP
// and other protocols over IP have a table here. Times after which they end are those of Zeek (base/init-bare.zeek).
import { IPV4, ipv4Address, ipv6Address, type Packet, protocolNamed, type Session } from '@eyrie/dissect';
import { Conn, type ConnProto } from './conn.ts';
import { Endpoint } from './endpoint.ts';
import { icmpEnds } from './icmp.ts';
import { type OuterEnds, outerEnds } from './outer.ts';
import { isLikelyServer } from './ports.ts';
import { readSegment, type Segment, seeSegment, type Weird } from './tcp.ts';
import type { Uids } from './uid.ts';

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const SYN = 2;
const ACK = 16;
const UDP_HEADER = 8;
const IPV6_HEADER = 40;

/** `tcp_inactivity_timeout`; before the handshake is over, `udp_inactivity_timeout`. */
const TCP_IDLE_S = 300;
const IDLE_S = 60;
/** `tcp_attempt_delay` and `tcp_close_delay`. */
const ATTEMPT_S = 5;
const CLOSE_S = 5;
/** Within this many seconds of packets the sweep goes round all connections. */
const ROUND_S = 5;
const STEPS_MAX = 64;
/** Connections of other protocols than TCP and UDP at once; beyond, the one that was silent longest ends. */
const OTHERS_MAX = 16_384;

const udp = protocolNamed('udp')!.id;
const icmp = protocolNamed('icmp')!.id;
const icmpv6 = protocolNamed('icmpv6')!.id;

export interface ConnectionsOptions {
  readonly uids: Uids;
  readonly onEnd: (conn: Conn) => void;
  readonly onWeird: (conn: Conn, time: number, name: string) => void;
  /** A connection that carries others began; `layer` is the name of what carries them. */
  readonly onTunnel: (conn: Conn, time: number, layer: string) => void;
}

export class Connections {
  /** The last packet was sent by the originator. */
  isOrig = true;
  /** Its layer behind the IP header. */
  layer = 0;
  readonly #options: ConnectionsOptions;
  /** By entry of the session's table. */
  readonly #flows: (Conn | null)[] = [];
  /** Those that were silent longest come first. */
  readonly #others = new Map<string, Conn>();
  readonly #segment: Segment = { seq: 0, ack: 0, flags: 0, window: 0, length: 0, isWhole: true, time: 0 };
  #hand = 0;
  #lastSeconds = Number.NaN;

  /** Before the first packet of the session. */
  constructor(session: Session, options: ConnectionsOptions) {
    this.#options = options;
    const before = session.flows.onEvict;
    session.flows.onEvict = (flow) => {
      this.#endFlow(flow);
      before?.(flow);
    };
  }

  /** Counts a packet; null if it is of no connection. */
  see(p: Packet, time: number): Conn | null {
    if (p.netKind === 0) return null;
    this.#sweepSome(p.seconds);
    const conn = this.#seeInner(p, time);
    // Of a tunnel over UDP, the datagrams that carry it are a connection as well.
    for (let layer = 1; layer < this.layer; layer++)
      if (p.proto[layer] === udp && conn !== null) this.#seeTunnel(p, layer, time, conn);
    return conn;
  }

  #seeInner(p: Packet, time: number): Conn | null {
    if (p.flow >= 0 && p.transport === TCP) return this.#seeTcp(p, time);
    if (p.flow >= 0 && p.transport === UDP) return this.#seeUdp(p, time);
    return this.#seeOther(p, time);
  }

  /** Ends connections that have timed out, in the absence of packets. `now` is in seconds since 1970. */
  sweep(now: number): void {
    for (let flow = 0; flow < this.#flows.length; flow++) this.#judge(flow, now);
    this.#sweepOthers(now);
  }

  /** Ends all, the earliest first. */
  end(): void {
    const left = [...this.#flows.filter((conn) => conn !== null), ...this.#others.values()];
    left.sort((a, b) => a.start - b.start);
    this.#flows.length = 0;
    this.#others.clear();
    for (const conn of left) this.#end(conn);
  }

  #seeTcp(p: Packet, time: number): Conn | null {
    const s = this.#segment;
    if (!readSegment(p, time, s)) return null;
    this.layer = p.tcpLayer;
    const conn = this.#ofFlow(p, time, 'tcp', s.flags);
    const isOrig = this.#count(conn, p, time);
    const weird: Weird = (name) => this.#options.onWeird(conn, time, name);
    seeSegment(conn, s, isOrig, weird);
    return conn;
  }

  #seeUdp(p: Packet, time: number): Conn | null {
    const conn = this.#ofFlow(p, time, 'udp', 0);
    const isOrig = this.#count(conn, p, time);
    conn.last = time;
    const layer = udpLayer(p);
    this.layer = Math.max(layer, 0);
    if (layer >= 0) {
      const b = p.bufferOf(layer);
      const at = p.start[layer]!;
      const length = b[at + 4]! * 256 + b[at + 5]!;
      const self = isOrig ? conn.orig : conn.resp;
      self.payloadBytes += Math.max(0, length - UDP_HEADER);
      // The IP header is that of the last fragment, where the datagram came in several.
      const header = p.netKind === IPV4 ? (p.netBuf[headerStart(p)]! & 15) * 4 : IPV6_HEADER;
      self.ipBytes += Math.max(0, header + length - ipLength(p));
    }
    conn.noteOnce('D', isOrig);
    return conn;
  }

  /** The connection of the packet's conversation; a new one where the last was over by now. */
  #ofFlow(p: Packet, time: number, proto: 'tcp' | 'udp', flags: number): Conn {
    const known = this.#flows[p.flow];
    if (known != null) {
      if (time < dueAt(known)) return known;
      this.#endFlow(p.flow);
    }
    const isFlipped = startsWithServer(p, proto, flags);
    const [from, to] = isFlipped ? [p.netDst, p.netSrc] : [p.netSrc, p.netDst];
    const [fromPort, toPort] = isFlipped ? [p.dstPort, p.srcPort] : [p.srcPort, p.dstPort];
    const conn = this.#make(p, time, { proto, from, to, fromPort, toPort, isFlipped });
    while (this.#flows.length <= p.flow) this.#flows.push(null);
    this.#flows[p.flow] = conn;
    return conn;
  }

  #seeOther(p: Packet, time: number): Conn | null {
    const layer = networkPayload(p);
    if (layer < 0) return null;
    this.layer = layer;
    const id = p.proto[layer]!;
    const isIcmp = id === icmp || id === icmpv6;
    const ends = isIcmp ? icmpEnds(p, layer) : { fromPort: 0, toPort: 0, isOneWay: false };
    const ipProto = isIcmp ? (id === icmp ? ICMP : ICMPV6) : ipProtocolOf(p);
    if (ends === null || ipProto < 0) return null;
    const source = addressOf(p, p.netSrc);
    const destination = addressOf(p, p.netDst);
    const { fromPort, toPort, isOneWay } = ends;
    const there = `${ipProto} ${source} ${fromPort} ${destination} ${toPort}`;
    const back = `${ipProto} ${destination} ${toPort} ${source} ${fromPort}`;
    const key = this.#keyOf(there, isOneWay ? there : back, time);
    const conn = this.#ofOthers(key, () => {
      const proto = isIcmp ? 'icmp' : 'unknown_transport';
      const { netSrc: from, netDst: to } = p;
      return this.#make(p, time, { proto, from, to, fromPort, toPort, isFlipped: false, ipProto });
    });
    this.isOrig = key === there;
    add(conn, ipLength(p), time, this.isOrig);
    conn.last = time;
    if (isIcmp)
      (this.isOrig ? conn.orig : conn.resp).payloadBytes += Math.max(0, ipPayload(p, layer) - UDP_HEADER);
    return conn;
  }

  #seeTunnel(p: Packet, layer: number, time: number, inner: Conn): void {
    const ends = outerEnds(p, layer);
    if (ends === null) return;
    const { source, destination, fromPort, toPort } = ends;
    const there = `${UDP} ${source} ${fromPort} ${destination} ${toPort}`;
    const back = `${UDP} ${destination} ${toPort} ${source} ${fromPort}`;
    const key = this.#keyOf(there, back, time);
    const conn = this.#ofOthers(key, () => this.#makeTunnel(ends, time, p.protocols[layer + 1]!.name));
    const isOrig = key === there;
    add(conn, ends.ipBytes, time, isOrig);
    conn.last = time;
    conn.noteOnce('D', isOrig);
    (isOrig ? conn.orig : conn.resp).payloadBytes += Math.max(0, ends.udpBytes - UDP_HEADER);
    inner.addTunnel(conn.uid);
  }

  #makeTunnel(ends: OuterEnds, time: number, layer: string): Conn {
    const { source, destination, sourceBytes, destinationBytes, fromPort, toPort } = ends;
    const conn = new Conn({
      ...{
        uid: this.#options.uids.make('C'),
        proto: 'udp',
        ipProto: UDP,
        direction: 0,
        isFlipped: false,
        time,
      },
      orig: new Endpoint(source, fromPort),
      resp: new Endpoint(destination, toPort),
      addresses: [sourceBytes, destinationBytes],
    });
    this.#options.onTunnel(conn, time, layer);
    return conn;
  }

  /** Under which key a connection of the other protocols stands, by the way of its packets; one that is over by now ends. */
  #keyOf(there: string, back: string, time: number): string {
    const key = this.#others.has(there) ? there : back;
    const conn = this.#others.get(key);
    if (conn === undefined) return there;
    if (time < dueAt(conn)) return key;
    this.#others.delete(key);
    this.#end(conn);
    return there;
  }

  /** It becomes the last one. */
  #ofOthers(key: string, make: () => Conn): Conn {
    const known = this.#others.get(key);
    if (known === undefined && this.#others.size >= OTHERS_MAX) this.#endOldest();
    const conn = known ?? make();
    this.#others.delete(key);
    this.#others.set(key, conn);
    return conn;
  }

  #make(
    p: Packet,
    time: number,
    of: {
      readonly proto: ConnProto;
      readonly from: number;
      readonly to: number;
      readonly fromPort: number;
      readonly toPort: number;
      readonly isFlipped: boolean;
      readonly ipProto?: number;
    },
  ): Conn {
    const { proto, from, to, fromPort, toPort, isFlipped } = of;
    const width = p.netKind === IPV4 ? 4 : 16;
    return new Conn({
      uid: this.#options.uids.make('C'),
      proto,
      ipProto: of.ipProto ?? (proto === 'tcp' ? TCP : UDP),
      orig: new Endpoint(addressOf(p, from), fromPort),
      resp: new Endpoint(addressOf(p, to), toPort),
      addresses: [p.netBuf.slice(from, from + width), p.netBuf.slice(to, to + width)],
      direction: isFlipped ? p.direction ^ 1 : p.direction,
      isFlipped,
      time,
    });
  }

  #count(conn: Conn, p: Packet, time: number): boolean {
    this.isOrig = p.direction === conn.direction;
    add(conn, ipLength(p), time, this.isOrig);
    return this.isOrig;
  }

  /** Looks at a few connections with each packet, at more when time has passed. */
  #sweepSome(now: number): void {
    const { length } = this.#flows;
    const passed = now - this.#lastSeconds;
    this.#lastSeconds = now;
    const due = passed > 0 ? Math.min(STEPS_MAX, length, 1 + (length * passed) / ROUND_S) : 1;
    for (let step = 0; step < due && length > 0; step++) {
      this.#hand = this.#hand + 1 < length ? this.#hand + 1 : 0;
      this.#judge(this.#hand, now);
    }
    if (passed > 0) this.#sweepOthers(now);
  }

  #judge(flow: number, now: number): void {
    const conn = this.#flows[flow];
    if (conn != null && now >= dueAt(conn)) this.#endFlow(flow);
  }

  #sweepOthers(now: number): void {
    for (const [key, conn] of this.#others) {
      if (now < dueAt(conn)) return;
      this.#others.delete(key);
      this.#end(conn);
    }
  }

  #endOldest(): void {
    const [key, conn] = this.#others.entries().next().value!;
    this.#others.delete(key);
    this.#end(conn);
  }

  #endFlow(flow: number): void {
    const conn = this.#flows[flow];
    if (conn == null) return;
    this.#flows[flow] = null;
    this.#end(conn);
  }

  #end(conn: Conn): void {
    conn.end();
    this.#options.onEnd(conn);
  }
}

function add(conn: Conn, ipBytes: number, time: number, isOrig: boolean): void {
  conn.seen = time;
  const self = isOrig ? conn.orig : conn.resp;
  self.packets++;
  self.ipBytes += ipBytes;
}

/** When a connection ends if nothing more comes of it; seconds since 1970. */
function dueAt({ proto, orig, resp, start, seen, closedAt }: Conn): number {
  if (proto !== 'tcp') return seen + IDLE_S;
  if (!Number.isNaN(closedAt)) return closedAt + CLOSE_S;
  const isAttempt = orig.state === 'syn-sent' || orig.state === 'syn-ack-sent';
  if (isAttempt && resp.state === 'inactive') return start + ATTEMPT_S;
  return seen + (isAttempt ? IDLE_S : TCP_IDLE_S);
}

/** Whether the first packet of a connection came from its server, as far as the ports tell. */
function startsWithServer(p: Packet, proto: 'tcp' | 'udp', flags: number): boolean {
  const { srcPort, dstPort } = p;
  if (!isLikelyServer(proto, srcPort)) return false;
  const isToServer = isLikelyServer(proto, dstPort);
  if (proto === 'udp') return !isToServer && !isToMany(p);
  if ((flags & (SYN | ACK)) === SYN) return false;
  // A SYN-ACK may be a stealth scan.
  return isToServer ? (flags & SYN) === 0 && srcPort < dstPort : true;
}

/** A multicast address, or that of the limited broadcast. */
function isToMany({ netKind, netBuf, netDst }: Packet): boolean {
  return netKind === IPV4 ? netBuf[netDst]! >= 224 : netBuf[netDst] === 0xff;
}

function addressOf(p: Packet, at: number): string {
  return p.netKind === IPV4 ? ipv4Address(p.netBuf, at) : ipv6Address(p.netBuf, at);
}

/** Where the innermost IP header begins: addresses stand at 12 in IPv4, and at 8 in IPv6. */
function headerStart(p: Packet): number {
  return p.netSrc - (p.netKind === IPV4 ? 12 : 8);
}

/** Of the IP packet, as its header says. */
function ipLength(p: Packet): number {
  const b = p.netBuf;
  const at = headerStart(p);
  if (p.netKind !== IPV4) return IPV6_HEADER + b[at + 4]! * 256 + b[at + 5]!;
  const length = b[at + 2]! * 256 + b[at + 3]!;
  // The network card will cut it into segments, and fill it in.
  return length === 0 ? p.wireLength - at : length;
}

/** The protocol number in an IPv4 header; -1 behind IPv6, where extension headers come between. */
function ipProtocolOf(p: Packet): number {
  return p.netKind === IPV4 ? p.netBuf[headerStart(p) + 9]! : -1;
}

/** Bytes on the wire from a layer on, to the end of the IP packet. */
function ipPayload(p: Packet, layer: number): number {
  return p.bufferOf(layer) === p.netBuf
    ? headerStart(p) + ipLength(p) - p.start[layer]!
    : p.stop[layer]! - p.start[layer]!;
}

function udpLayer(p: Packet): number {
  for (let layer = p.count - 1; layer > 0; layer--)
    if (p.proto[layer] === udp && p.mark[layer]! - 1 === p.flow) return layer;
  return -1;
}

const NETWORKS = new Set(['ip', 'ipv6', 'ipv6.hopopts', 'ipv6.dstopts', 'ipv6.routing', 'ipv6.fraghdr']);

/** The layer behind the innermost IP header that is not quoted. */
function networkPayload(p: Packet): number {
  for (let layer = 1; layer < p.count; layer++) {
    const id = p.proto[layer]!;
    if (id === icmp || id === icmpv6) return layer;
  }
  for (let layer = p.count - 1; layer > 0; layer--)
    if (NETWORKS.has(p.protocols[layer]!.name)) return layer + 1 < p.count ? layer + 1 : -1;
  return -1;
}
