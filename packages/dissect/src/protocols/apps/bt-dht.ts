// BitTorrent DHT (BEP 5, BEP 32, BEP 42): bencoded dictionaries over UDP.
import { ascii, spells } from '../../core/bytes.ts';
import { bytes, ipv4, ipv6, none, text, uint } from '../../core/field.ts';
import { printable } from '../../core/printable.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpHeuristics } from '../../core/table.ts';
import { hex } from '../../core/text.ts';

const BYTES_MIN = 5;
const ID_BYTES = 20;
/** Dictionary keys are sorted: a query, response or error begins with one of these, or with the sender's address. */
const BEGINNINGS = ['d1:ad', 'd1:rd', 'd2:ip', 'd1:el'];
const DEPTH_MAX = 20;
const D = 0x64;
const I = 0x69;
const L = 0x6c;
const E = 0x65;
const COLON = 0x3a;

const f = {
  string: text('bt-dht.bencoded.string', 'String'),
  list: none('bt-dht.bencoded.list', 'List'),
  int: text('bt-dht.bencoded.int', 'Int'),
  dict: none('bt-dht.bencoded.dict', 'Dictionary'),
  entry: none('bt-dht.bencoded.dict_entry', 'Dictionary Entry'),
  terminator: text('bt-dht.bencoded.list.terminator', 'Terminator'),
  error: none('bt-dht.error', 'Error'),
  peers: none('bt-dht.peers', 'Peers'),
  peer: none('bt-dht.peer', 'Peer'),
  nodes: none('bt-dht.nodes', 'Nodes'),
  node: none('bt-dht.node', 'Node'),
  id: bytes('bt-dht.id', 'ID'),
  ip: ipv4('bt-dht.ip', 'IP'),
  ip6: ipv6('bt-dht.ip6', 'IP'),
  port: uint('bt-dht.port', 'Port'),
};

/** Keys whose values are shown in hexadecimal. */
const BINARY_KEYS = new Set(['id', 'target', 'info_hash', 't', 'v', 'token']);
const keyNames: Readonly<Record<string, string>> = {
  a: 'Request arguments',
  e: 'Error',
  q: 'Request type',
  r: 'Response values',
  t: 'Transaction ID',
  v: 'Version',
  y: 'Message type',
};

/** Offset of the text of the string at `at`, or -1; sets `stringEnd`. */
let stringEnd = 0;
function stringStart(b: Uint8Array, at: number, end: number): number {
  let length = 0;
  let i = at;
  for (; i < end && i < at + 6 && b[i]! >= 0x30 && b[i]! <= 0x39; i++) length = length * 10 + b[i]! - 0x30;
  if (i === at || i >= end || b[i] !== COLON || i + 1 + length > end) return -1;
  stringEnd = i + 1 + length;
  return i + 1;
}

/** Offset behind the value at `at`, or -1. */
function valueEnd(b: Uint8Array, at: number, end: number, depth: number): number {
  if (at >= end || depth > DEPTH_MAX) return -1;
  if (b[at] === I) {
    for (let i = at + 1; i < end; i++) if (b[i] === E) return i + 1;
    return -1;
  }
  if (b[at] !== D && b[at] !== L) return stringStart(b, at, end) < 0 ? -1 : stringEnd;
  let i = at + 1;
  while (i < end && b[i] !== E) {
    i = valueEnd(b, i, end, depth + 1);
    if (i < 0) return -1;
  }
  return i < end ? i + 1 : -1;
}

function isMessage(b: Uint8Array, at: number, end: number): boolean {
  if (b[at] !== D || end - at < BYTES_MIN) return false;
  for (const beginning of BEGINNINGS) if (spells(b, at, end, beginning)) return true;
  return false;
}

export const btDht = protocol({
  name: 'bt-dht',
  title: 'BitTorrent DHT Protocol',
  column: 'BT-DHT',
  fields: f,
  heuristics: [[udpHeuristics, (p) => isMessage(p.buf, p.at, p.end)]],
  step(p) {
    // uTP uses the same ports.
    if (!isMessage(p.buf, p.at, p.end)) return REJECTED;
    const end = valueEnd(p.buf, p.at, p.end, 0);
    if (end < 0) return p.cut(p.end - p.at + 1);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    emitEntries(b, start + 1, end, 0, out);
    if (b[end - 1] === E) out.add(f.terminator, end - 1, 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let text = 'BitTorrent DHT Protocol';
    eachEntry(b, p.start[layer]! + 1, end, (key, at) => {
      if (key === 'r') text += repliesInfo(b, at, end);
      else if (key === 'e' && b[at] === L) text += errorInfo(b, at, end);
    });
    return text;
  },
});

/** Calls `found` with every key of a dictionary and the offset of its value. */
function eachEntry(
  b: Uint8Array,
  at: number,
  end: number,
  found: (key: string, at: number, keyAt: number, end: number) => void,
): void {
  while (at < end && b[at] !== E) {
    const start = stringStart(b, at, end);
    if (start < 0) return;
    const key = ascii(b, start, Math.min(stringEnd, start + 40));
    const value = stringEnd;
    const next = valueEnd(b, value, end, 0);
    if (next < 0) return;
    found(key, value, at, next);
    at = next;
  }
}

function repliesInfo(b: Uint8Array, at: number, end: number): string {
  let text = '';
  if (b[at] !== D) return text;
  eachEntry(b, at + 1, end, (key, value, _keyAt, next) => {
    if (key === 'nodes' || key === 'nodes6') {
      const start = stringStart(b, value, next);
      if (start >= 0) text += ` reply=${Math.floor((next - start) / (key === 'nodes' ? 26 : 38))} nodes`;
    } else if (key === 'values' && b[value] === L) text += ` reply=${countOf(b, value, next)} peers`;
  });
  return text;
}

function countOf(b: Uint8Array, list: number, end: number): number {
  let count = 0;
  for (let at = list + 1; at < end && b[at] !== E; count++) {
    at = valueEnd(b, at, end, 0);
    if (at < 0) break;
  }
  return count;
}

function errorInfo(b: Uint8Array, list: number, end: number): string {
  if (b[list + 1] !== I) return '';
  const next = valueEnd(b, list + 1, end, 0);
  const start = next < 0 ? -1 : stringStart(b, next, end);
  if (start < 0) return '';
  return `error_no=${ascii(b, list + 2, next - 1)} error_msg=${printable(ascii(b, start, stringEnd))} `;
}

function emitEntries(b: Uint8Array, at: number, end: number, depth: number, out: Sink): void {
  eachEntry(b, at, end, (key, value, keyAt, next) => {
    out.open(f.entry, keyAt, next - keyAt);
    out.note(`: ${keyNames[key] ?? printable(key)}`);
    const start = stringStart(b, keyAt, end);
    out.add(f.string, start, stringEnd - start);
    emitValue(b, key, value, next, depth, out);
    out.close();
  });
}

function emitValue(b: Uint8Array, key: string, at: number, end: number, depth: number, out: Sink): void {
  if (depth > DEPTH_MAX) return;
  switch (b[at]) {
    case D:
      out.open(f.dict, at, end - at);
      emitEntries(b, at + 1, end, depth + 1, out);
      out.add(f.terminator, end - 1, 1);
      out.close();
      return;
    case L:
      emitList(b, key, at, end, depth, out);
      return;
    case I:
      out.add(f.terminator, end - 1, 1);
      out.add(f.int, at + 1, end - at - 2);
      return;
  }
  const start = stringStart(b, at, end);
  if (start < 0) return;
  if (key === 'nodes') emitNodes(start, end, 4, out);
  else if (key === 'nodes6') emitNodes(start, end, 16, out);
  else if (key === 'ip' && end - start === 6) {
    out.add(f.ip, start, 4);
    out.add(f.port, start + 4, 2);
  } else
    out.add(
      f.string,
      start,
      end - start,
      BINARY_KEYS.has(key) ? hex(b, start, end) : printable(ascii(b, start, end)),
    );
}

/** Compact node info: identifier, address and port of each (BEP 5 "Contact Encoding"). */
function emitNodes(at: number, end: number, addressBytes: 4 | 16, out: Sink): void {
  const size = ID_BYTES + addressBytes + 2;
  out.open(f.nodes, at, end - at);
  out.note(`: ${Math.floor((end - at) / size)}`);
  for (; at + size <= end; at += size) {
    out.open(f.node, at, size);
    out.add(f.id, at, ID_BYTES);
    out.add(addressBytes === 4 ? f.ip : f.ip6, at + ID_BYTES, addressBytes);
    out.add(f.port, at + ID_BYTES + addressBytes, 2);
    out.close();
  }
  out.close();
}

function emitList(b: Uint8Array, key: string, at: number, end: number, depth: number, out: Sink): void {
  const isPeers = key === 'values';
  out.open(isPeers ? f.peers : key === 'e' ? f.error : f.list, at, end - at);
  for (let i = at + 1; i < end && b[i] !== E; ) {
    const next = valueEnd(b, i, end, 0);
    if (next < 0) break;
    const start = isPeers ? stringStart(b, i, next) : -1;
    const size = next - start;
    if (start >= 0 && (size === 6 || size === 18)) {
      out.open(f.peer, start, size);
      out.add(size === 6 ? f.ip : f.ip6, start, size - 2);
      out.add(f.port, next - 2, 2);
      out.close();
    } else emitValue(b, '', i, next, depth + 1, out);
    i = next;
  }
  out.add(f.terminator, end - 1, 1);
  out.close();
}
