// PPP authentication: PAP (RFC 1334 §2) and CHAP (RFC 1994).
import { u16, utf8 } from '../../core/bytes.ts';
import { bytes, none, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, pppProtocols } from '../../core/table.ts';
import { hex } from '../../core/text.ts';

const HEADER = 4;
const REQUEST = 1;

const papCodes: Readonly<Record<number, string>> = {
  1: 'Authenticate-Request',
  2: 'Authenticate-Ack',
  3: 'Authenticate-Nak',
};
const papFields = {
  code: uint('pap.code', 'Code').at(0, 1).named(papCodes),
  identifier: uint('pap.identifier', 'Identifier').at(1, 1),
  length: uint('pap.length', 'Length').at(2, 2),
  data: none('pap.data', 'Data'),
  peerLength: uint('pap.peer_id.length', 'Peer-ID-Length'),
  peer: text('pap.peer_id', 'Peer-ID'),
  passwordLength: uint('pap.password.length', 'Password-Length'),
  password: text('pap.password', 'Password'),
  messageLength: uint('pap.message.length', 'Message-Length'),
  message: text('pap.message', 'Message'),
};

/** End of a packet's length-prefixed strings (name and password, or message); -1 if truncated. */
function countedEnd(b: Uint8Array, start: number, stop: number): number {
  let at = start + HEADER;
  for (let i = 0; i < (b[start] === REQUEST ? 2 : 1); i++) {
    if (at >= stop || at + 1 + b[at]! > stop) return -1;
    at += 1 + b[at]!;
  }
  return at;
}

export const pap: Protocol = protocol({
  name: 'pap',
  title: 'PPP Password Authentication Protocol',
  column: 'PPP PAP',
  fields: papFields,
  on: [
    [pppProtocols, 0xc023],
    [etherTypes, 0xc023],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    if (u16(p.buf, p.at + 2) > HEADER && countedEnd(p.buf, p.at, p.end) < 0)
      return p.cut(u16(p.buf, p.at + 2));
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    for (const field of [papFields.code, papFields.identifier, papFields.length]) out.fixed(field);
    if (countedEnd(b, start, stop) < 0) return;
    out.open(papFields.data, start + HEADER, u16(b, start + 2) - HEADER, true);
    const first = start + HEADER;
    if (b[start] !== REQUEST) {
      out.add(papFields.messageLength, first, 1);
      out.add(papFields.message, first + 1, b[first]!);
    } else {
      out.add(papFields.peerLength, first, 1);
      out.add(papFields.peer, first + 1, b[first]!);
      const second = first + 1 + b[first]!;
      out.add(papFields.passwordLength, second, 1);
      out.add(papFields.password, second + 1, b[second]!);
    }
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return '';
    const name = papCodes[b[start]!] ?? 'Unknown';
    if (countedEnd(b, start, stop) < 0) return name;
    const first = start + HEADER;
    const one = utf8(b, first + 1, first + 1 + b[first]!);
    if (b[start] !== REQUEST) return `${name} (Message='${one}')`;
    const second = first + 1 + b[first]!;
    return `${name} (Peer-ID='${one}', Password='${utf8(b, second + 1, second + 1 + b[second]!)}')`;
  },
});

const CHALLENGE = 1;
const RESPONSE = 2;
const chapCodes: Readonly<Record<number, string>> = {
  1: 'Challenge',
  2: 'Response',
  3: 'Success',
  4: 'Failure',
};
const chapFields = {
  code: uint('chap.code', 'Code').at(0, 1).named(chapCodes),
  identifier: uint('chap.identifier', 'Identifier').at(1, 1),
  length: uint('chap.length', 'Length').at(2, 2),
  data: none('chap.data', 'Data'),
  valueSize: uint('chap.value_size', 'Value Size'),
  value: bytes('chap.value', 'Value'),
  name: text('chap.name', 'Name'),
  message: text('chap.message', 'Message'),
};

function chapEnd(b: Uint8Array, start: number, stop: number): number {
  return Math.min(stop, start + u16(b, start + 2));
}

function hasValue(b: Uint8Array, start: number, end: number): boolean {
  return (
    (b[start] === CHALLENGE || b[start] === RESPONSE) &&
    end > start + HEADER &&
    start + HEADER + 1 + b[start + HEADER]! <= end
  );
}

export const chap: Protocol = protocol({
  name: 'chap',
  title: 'PPP Challenge Handshake Authentication Protocol',
  column: 'PPP CHAP',
  fields: chapFields,
  on: [
    [pppProtocols, 0xc223],
    [etherTypes, 0xc223],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of [chapFields.code, chapFields.identifier, chapFields.length]) out.fixed(field);
    const end = chapEnd(b, start, p.stop[layer]!);
    const at = start + HEADER;
    if (end <= at) return;
    out.open(chapFields.data, at, end - at, true);
    if (hasValue(b, start, end)) {
      out.add(chapFields.valueSize, at, 1);
      out.add(chapFields.value, at + 1, b[at]!);
      const name = at + 1 + b[at]!;
      if (end > name) out.add(chapFields.name, name, end - name);
    } else if (b[start]! > RESPONSE) out.add(chapFields.message, at, end - at);
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const name = chapCodes[b[start]!] ?? 'Unknown';
    const end = chapEnd(b, start, p.stop[layer]!);
    const at = start + HEADER;
    if (b[start]! > RESPONSE) return end > at ? `${name} (MESSAGE='${utf8(b, at, end)}')` : name;
    if (!hasValue(b, start, end)) return name;
    const value = at + 1 + b[at]!;
    return `${name} (NAME='${utf8(b, value, end)}', VALUE=0x${hex(b, at + 1, value)})`;
  },
});
