// GeoNetworking for vehicles (ETSI EN 302 636-4-1 §9), Basic Transport Protocol (EN 302 636-5-1 §7), and the header of
// ITS messages (TS 102 894-2).
import { u16 } from '../../core/bytes.ts';
import { bytes, ether, int, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';
import { thenData } from './head.ts';

/** Lengths of basic header, common header, and position vectors of a source (24) and a destination (20). */
const BASIC = 4;
const COMMON = 8;
const HEAD = BASIC + COMMON;
const POSITION = 24;
const COMMON_FOLLOWS = 1;

const TRANSPORT_A = 1;
const TRANSPORT_B = 2;
const INTERNET = 3;

/** Layout of the extended header by header type (§9.8), which begins with a sequence number if `numbered`. */
interface Shape {
  readonly text: string;
  readonly length: number;
  readonly numbered: boolean;
  readonly hasPayload: boolean;
}

const area = (text: string): Shape => ({ text, length: 44, numbered: true, hasPayload: true });
const shapes: Readonly<Record<number, Shape>> = {
  16: { text: 'Beacon', length: 24, numbered: false, hasPayload: false },
  32: { text: 'Geo Unicast', length: 48, numbered: true, hasPayload: true },
  48: area('Geo-scoped Anycast Circular area'),
  49: area('Geo-scoped Anycast Rectangular area'),
  50: area('Geo-scoped Anycast Ellipsoidal area'),
  64: area('Geo-scoped Broadcast Circular area'),
  65: area('Geo-scoped Broadcast Rectangular area'),
  66: area('Geo-scoped Broadcast Ellipsoidal area'),
  80: {
    text: 'Topologically-scoped broadcast Single-hop broadcast (SHB)',
    length: 28,
    numbered: false,
    hasPayload: true,
  },
  81: {
    text: 'Topologically-scoped broadcast Multi-hop broadcast (TSB)',
    length: 28,
    numbered: true,
    hasPayload: true,
  },
  96: { text: 'Location Service Request', length: 36, numbered: true, hasPayload: false },
  97: { text: 'Location Service Reply', length: 48, numbered: true, hasPayload: false },
};

const f = {
  version: uint('geonw.bh.version', 'Version').at(0, 1).mask(0xf0),
  next: uint('geonw.bh.nh', 'Next Header')
    .at(0, 1)
    .mask(0x0f)
    .named({ 0: 'ANY', 1: 'Common Header', 2: 'Secured Packet' }),
  lifetime: uint('geonw.bh.lt', 'Life Time').at(2, 1),
  hops: uint('geonw.bh.rhl', 'Remaining Hop Limit').at(3, 1),
  transport: uint('geonw.ch.nh', 'Next Header')
    .at(4, 1)
    .mask(0xf0)
    .named({
      0: 'ANY',
      [TRANSPORT_A]: 'BTP-A Transport protocol',
      [TRANSPORT_B]: 'BTP-B Transport protocol',
      [INTERNET]: 'IPv6 header',
    }),
  type: uint('geonw.ch.htype', 'Header type')
    .at(5, 1)
    .hex()
    .named((type) => shapes[type]?.text),
  trafficClass: uint('geonw.ch.tclass', 'Traffic class').at(6, 1),
  payload: uint('geonw.ch.plength', 'Payload length').at(8, 2),
  maximum: uint('geonw.ch.mhl', 'Maximum Hop Limit').at(10, 1),
  sequence: uint('geonw.seq_num', 'Sequence number').hex(2),
  source: bytes('geonw.src_pos', 'Source position'),
  address: bytes('geonw.src_pos.addr', 'GN_ADDR'),
  mid: ether('geonw.src_pos.addr.mid', 'MID'),
  timestamp: uint('geonw.src_pos.tst', 'Timestamp'),
  latitude: int('geonw.src_pos.lat', 'Latitude'),
  longitude: int('geonw.src_pos.long', 'Longitude'),
};

export const geonetworking: Protocol = protocol({
  name: 'gnw',
  title: 'GeoNetworking',
  column: 'GEONW',
  fields: f,
  on: [[etherTypes, 0x8947]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < BASIC) return p.cut(BASIC);
    p.at = p.end;
    // Version 2 and secured packets are not dissected.
    if (b[start]! >> 4 > 1 || (b[start]! & 0x0f) !== COMMON_FOLLOWS) return null;
    if (p.end - start < HEAD) {
      p.at = start;
      return p.cut(HEAD);
    }
    const shape = shapes[b[start + 5]!];
    if (shape === undefined) return null;
    p.at = start;
    if (p.end - start < HEAD + shape.length) return p.cut(HEAD + shape.length);
    p.at = start + HEAD + shape.length;
    if (!shape.hasPayload || p.at >= p.end) return null;
    p.narrow(p.count - 1, HEAD + shape.length + u16(b, start + 8));
    switch (b[start + BASIC]! >> 4) {
      case TRANSPORT_A:
        return btpa;
      case TRANSPORT_B:
        return btpb;
      case INTERNET:
        return etherTypes.get(0x86dd) ?? null;
      default:
        return thenData(p);
    }
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEAD) return;
    for (const field of [f.version, f.next, f.lifetime, f.hops]) out.fixed(field);
    if ((b[start]! & 0x0f) !== COMMON_FOLLOWS) return;
    for (const field of [f.transport, f.type, f.trafficClass, f.payload, f.maximum]) out.fixed(field);
    const shape = shapes[b[start + 5]!];
    if (shape === undefined || length < HEAD + shape.length) return;
    if (shape.numbered) out.add(f.sequence, start + HEAD, 2);
    const at = start + HEAD + (shape.numbered ? 4 : 0);
    out.open(f.source, at, POSITION, b.subarray(at, at + POSITION));
    out.add(f.address, at, 8);
    out.add(f.mid, at + 2, 6);
    out.add(f.timestamp, at + 8, 4);
    out.add(f.latitude, at + 12, 4);
    out.add(f.longitude, at + 16, 4);
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEAD || b[start]! >> 4 > 1 || (b[start]! & 0x0f) !== COMMON_FOLLOWS)
      return '';
    return shapes[b[start + 5]!]?.text ?? `Unknown (${b[start + 5]})`;
  },
});

/** Whether the port is that of an ITS message (TS 103 248 table 2). */
const isMessagePort = (port: number): boolean => port >= 2001 && port <= 2013 && port !== 2005;

function transport(name: string, letter: string, hasSource: boolean): Protocol {
  const fields = {
    dst: uint(`${name}.dstport`, 'Destination Port').at(0, 2),
    ...(hasSource
      ? { src: uint(`${name}.srcport`, 'Source Port').at(2, 2) }
      : { info: uint(`${name}.dstportinf`, 'Destination Port info').at(2, 2).hex() }),
  };
  return protocol({
    name,
    title: `BTP-${letter}`,
    column: `BTP${letter}`,
    fields,
    step(p) {
      if (p.end - p.at < 4) return p.cut(4);
      const port = u16(p.buf, p.at);
      p.at += 4;
      return isMessagePort(port) ? its : thenData(p);
    },
    info(p, layer) {
      const start = p.start[layer]!;
      if (p.stop[layer]! - start < 4) return '';
      const b = p.bufferOf(layer);
      return `${hasSource ? u16(b, start + 2) : ''} → ${u16(b, start)}`;
    },
  });
}
export const btpa = transport('btpa', 'A', true);
export const btpb = transport('btpb', 'B', false);

const ITS = 6;
const messageNames: Readonly<Record<number, string>> = {
  1: 'DENM',
  2: 'CAM',
  4: 'SPATEM',
  5: 'MAPEM',
  6: 'IVIM',
  9: 'SREM',
  10: 'SSEM',
  13: 'RTCMEM',
};

const header = {
  version: uint('its.protocolVersion', 'protocolVersion').at(0, 1),
  message: uint('its.messageID', 'messageID').at(1, 1).named(messageNames),
  station: uint('its.stationID', 'stationID').at(2, 4),
};

/** Name of the message if its version is supported: 2, and 1 for two message types. */
function messageName(b: Uint8Array, start: number): string | undefined {
  const name = messageNames[b[start + 1]!];
  if (b[start] === 1 && b[start + 1]! <= 2 && name !== undefined) return `${name}v1`;
  return b[start] === 2 ? name : undefined;
}

function nameOf(p: Packet, layer: number): string | undefined {
  const start = p.start[layer]!;
  return p.stop[layer]! - start < ITS ? undefined : messageName(p.bufferOf(layer), start);
}

export const its = protocol({
  name: 'its',
  title: 'Intelligent Transport Systems',
  column: (p, layer) => nameOf(p, layer) ?? 'ITS',
  fields: header,
  step(p) {
    const start = p.at;
    if (p.end - start < ITS) return p.cut(ITS);
    if (messageName(p.buf, start) === undefined) {
      p.at += ITS;
      return thenData(p);
    }
    p.at = p.end;
    return null;
  },
  info: (p, layer) => nameOf(p, layer) ?? '',
});
