// The fast path for IP in Ethernet, which is nearly all packets: it combines the steps of `eth`, `ethertype` and `ip` or
// `ipv6` in a third of the time, and leaves anything unusual to them. test/protocols/bulk.test.ts checks that both paths
// give the same layers for every kind of packet.
import { u16 } from '../core/bytes.ts';
import { COLUMN, HEAD_LAYERS, IPV4, IPV6, LISTED, NESTED, type Packet, SHOWN } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';
import { etherTypes, ipProtocols, linkTypes } from '../core/table.ts';
import { eth } from './eth.ts';
import { ethertype } from './ethertype.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { isExtension } from './ipv6-extensions.ts';
import { hasTrailer } from './link/trailer.ts';

const ETHERNET = 1;
const ETHERNET_HEADER = 14;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const HEADERS_MAX = ETHERNET_HEADER + IPV6_HEADER;
/** Version 4, header length 5 words: no options (RFC 791 §3.1). */
const PLAIN_IPV4 = 0x45;

/** Flags of an ordinary layer: listed, with a tree, may set the columns. */
const ORDINARY = LISTED | SHOWN | COLUMN | NESTED;

/** Values of Packet.head. */
const HEAD_IPV4 = 1;
const HEAD_IPV6 = 2;

/** False if "decode as" has replaced one of these protocols: then the fast path must not be used. */
export function isBulkUsual(): boolean {
  return (
    linkTypes.get(ETHERNET) === eth && etherTypes.get(TYPE_IPV4) === ip && etherTypes.get(TYPE_IPV6) === ipv6
  );
}

/**
 * Dissects a packet that has only its frame layer. Returns false, with nothing changed, unless it is an untruncated IP
 * packet in Ethernet, without options, fragmentation or trailer, and with a known payload.
 */
export function runBulk(p: Packet): boolean {
  const start = p.at;
  if (p.linkType !== ETHERNET || p.end - start <= HEADERS_MAX || p.wireEnd < p.end) return false;
  const type = u16(p.buf, start + 12);
  const next = type === TYPE_IPV4 ? stepIpv4(p, start) : type === TYPE_IPV6 ? stepIpv6(p, start) : undefined;
  if (next === undefined) return false;
  p.run(next);
  return true;
}

function stepIpv4(p: Packet, start: number): Protocol | undefined {
  const b = p.buf;
  const at = start + ETHERNET_HEADER;
  if (b[at] !== PLAIN_IPV4 || (u16(b, at + 6) & 0x3fff) !== 0) return undefined;
  const next = ipProtocols.get(b[at + 9]!);
  const wireEnd = at + u16(b, at + 2);
  if (next === undefined || wireEnd <= at + IPV4_HEADER || hasTrailer(b, wireEnd, p.end)) return undefined;
  setLayers(p, ip, HEAD_IPV4, start, at + IPV4_HEADER, wireEnd);
  p.netKind = p.columnKind = IPV4;
  p.netSrc = p.columnSrc = at + 12;
  p.netDst = p.columnDst = at + 16;
  return next;
}

function stepIpv6(p: Packet, start: number): Protocol | undefined {
  const b = p.buf;
  const at = start + ETHERNET_HEADER;
  const number = b[at + 6]!;
  const next = ipProtocols.get(number);
  const length = u16(b, at + 4);
  const wireEnd = at + IPV6_HEADER + length;
  if (b[at]! >> 4 !== 6 || next === undefined || isExtension(number) || length === 0) return undefined;
  if (hasTrailer(b, wireEnd, p.end)) return undefined;
  setLayers(p, ipv6, HEAD_IPV6, start, at + IPV6_HEADER, wireEnd);
  p.mark[HEAD_LAYERS - 1] = number + 1;
  p.netKind = p.columnKind = IPV6;
  p.netSrc = p.columnSrc = at + 8;
  p.netDst = p.columnDst = at + 24;
  return next;
}

/** Pushes the layers of Ethernet, EtherType and IP, and moves the cursor past them. */
function setLayers(
  p: Packet,
  made: Protocol,
  head: number,
  start: number,
  payload: number,
  wireEnd: number,
): void {
  const at = start + ETHERNET_HEADER;
  p.setLayer(1, eth, ORDINARY, start, p.end, at);
  p.setLayer(2, ethertype, LISTED, at, p.end, p.end);
  if (wireEnd < p.wireEnd) {
    p.wireEnd = wireEnd;
    if (wireEnd < p.end) p.end = wireEnd;
  }
  p.setLayer(3, made, ORDINARY, at, p.end, payload);
  p.count = HEAD_LAYERS;
  p.head = head;
  if (p.netBuf !== p.buf) p.netBuf = p.buf;
  if (p.columnBuf !== p.buf) p.columnBuf = p.buf;
  p.at = payload;
}
