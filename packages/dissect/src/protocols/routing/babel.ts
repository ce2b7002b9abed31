// Babel routing protocol (RFC 8966 §4).
import { u16 } from '../../core/bytes.ts';
import { bytes, uint } from '../../core/field.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';

const HEADER = 4;
const MAGIC = 42;
const PAD1 = 0;

const types: Readonly<Record<number, string>> = {
  0: 'pad1',
  1: 'padn',
  2: 'ack-req',
  3: 'ack',
  4: 'hello',
  5: 'ihu',
  6: 'router-id',
  7: 'nh',
  8: 'update',
  9: 'request',
  10: 'mh-request',
  11: 'ts/pc (obsolete)',
  12: 'hmac',
  13: 'source-specific-update',
  14: 'source-specific-req',
  15: 'source-specific-seqno',
  16: 'hmac',
  17: 'pc',
  18: 'challenge-request',
  19: 'challenge-reply',
};

const f = {
  magic: uint('babel.magic', 'Magic').at(0, 1),
  version: uint('babel.version', 'Version').at(1, 1),
  length: uint('babel.bodylen', 'Body Length').at(2, 2),
  type: uint('babel.message.type', 'Message Type').named(types),
  messageLength: uint('babel.message.length', 'Message Length'),
  sequence: uint('babel.message.seqno', 'Seqno').hex(2),
  interval: uint('babel.message.interval', 'Interval'),
  encoding: uint('babel.message.ae', 'Address Encoding').named({
    0: 'Wildcard',
    1: 'IPv4',
    2: 'IPv6',
    3: 'Link-Local IPv6',
  }),
  cost: uint('babel.message.rxcost', 'Rxcost').hex(2),
  router: bytes('babel.message.routerid', 'Router ID'),
  flags: uint('babel.message.flags', 'Flags').hex(),
  prefixLength: uint('babel.message.plen', 'Prefix Length'),
  omitted: uint('babel.message.omitted', 'Omitted Bytes'),
  metric: uint('babel.message.metric', 'Metric'),
};

export const babel = protocol({
  name: 'babel',
  title: 'Babel Routing Protocol',
  column: 'Babel',
  fields: f,
  on: [[udpPorts, 6696]],
  step(p) {
    if (p.end - p.at < 2 || p.buf[p.at] !== MAGIC) return REJECTED;
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [f.magic, f.version, f.length]) out.fixed(field);
    if (p.stop[layer]! - start < HEADER) return;
    const end = Math.min(p.stop[layer]!, start + HEADER + u16(b, start + 2));
    for (let at = start + HEADER; at < end; ) {
      const length = b[at] === PAD1 ? 1 : at + 2 <= end ? 2 + b[at + 1]! : 1;
      if (at + length > end) return;
      out.group(`Message ${types[b[at]!] ?? 'unknown'} (${b[at]})`, at, length);
      out.add(f.type, at, 1);
      if (length > 1) {
        out.add(f.messageLength, at + 1, 1);
        emitMessage(b[at]!, at, length, out);
      }
      out.close();
      at += length;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'Babel';
    const end = Math.min(p.stop[layer]!, start + HEADER + u16(b, start + 2));
    let text = 'Babel';
    for (let at = start + HEADER; at < end; at += b[at] === PAD1 ? 1 : 2 + (b[at + 1] ?? 0)) {
      const name = types[b[at]!] ?? 'unknown';
      if (b[at]! > 1) text += ` ${name}`;
    }
    return text;
  },
});

/** §4.6 */
function emitMessage(type: number, at: number, length: number, out: Sink): void {
  switch (type) {
    case 4:
      if (length < 8) break;
      out.add(f.sequence, at + 4, 2);
      out.add(f.interval, at + 6, 2);
      break;
    case 5:
      if (length < 8) break;
      out.add(f.encoding, at + 2, 1);
      out.add(f.cost, at + 4, 2);
      out.add(f.interval, at + 6, 2);
      break;
    case 6:
      if (length >= 12) out.add(f.router, at + 4, 8);
      break;
    case 7:
      if (length >= 4) out.add(f.encoding, at + 2, 1);
      break;
    case 8:
      if (length < 12) break;
      out.add(f.encoding, at + 2, 1);
      out.add(f.flags, at + 3, 1);
      out.add(f.prefixLength, at + 4, 1);
      out.add(f.omitted, at + 5, 1);
      out.add(f.interval, at + 6, 2);
      out.add(f.sequence, at + 8, 2);
      out.add(f.metric, at + 10, 2);
      break;
    case 9:
      if (length < 4) break;
      out.add(f.encoding, at + 2, 1);
      out.add(f.prefixLength, at + 3, 1);
      break;
  }
}
