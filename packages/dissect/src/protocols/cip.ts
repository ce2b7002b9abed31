// Common Industrial Protocol: requests and responses to objects (The CIP Networks Library, volume 1, chapter 2).
import { u16le } from '../core/bytes.ts';
import { text, uint } from '../core/field.ts';
import { LISTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { classNames, serviceNames, statusNames } from './cip/names.ts';
import { type Path, pathName, readPath } from './cip/path.ts';

const RESPONSE = 0x80;
const MULTIPLE = 0x0a;
const UNCONNECTED_SEND = 0x52;
const FORWARD_OPEN = 0x54;
const FORWARD_CLOSE = 0x4e;
const LARGE_FORWARD_OPEN = 0x5b;
const CONNECTION_MANAGER = 0x06;
const PCCC = 0x67;
const MODBUS = 0x44;
/** From this code on, services are specific to the class. */
const CLASS_SPECIFIC = 0x4b;
const MESSAGES_MAX = 64;

/** General status codes and services: chapter 3-5. */
const managerServices: Record<number, string> = {
  [FORWARD_CLOSE]: 'Forward Close',
  [UNCONNECTED_SEND]: 'Unconnected Send',
  [FORWARD_OPEN]: 'Forward Open',
  0x56: 'Get Connection Data',
  0x57: 'Search Connection Data',
  0x5a: 'Get Connection Owner',
  [LARGE_FORWARD_OPEN]: 'Large Forward Open',
};

const f = {
  service: uint('cip.service', 'Service').hex(1),
  rr: uint('cip.rr', 'Request/Response').mask(RESPONSE).hex(1).named({ 0: 'Request', 1: 'Response' }),
  sc: uint('cip.sc', 'Service').mask(0x7f).hex(1).named(serviceNames),
  pathSize: uint('cip.request_path_size', 'Request Path Size'),
  class: uint('cip.class', 'Class').hex(1).named(classNames),
  instance: uint('cip.instance', 'Instance').hex(1),
  attribute: uint('cip.attribute', 'Attribute'),
  symbol: text('cip.symbol', 'ANSI Symbol'),
  genstat: uint('cip.genstat', 'General Status').hex(1).named(statusNames),
};

/** A pending request. */
export interface CipRequest {
  service: number;
  path: Path;
  pathWords: number;
  /** Text behind the service name in the Info column. */
  info: string;
  /** Services of a multiple service packet. */
  parts: string;
}

/** State shared by a layer's emit and info. */
interface Note {
  request: CipRequest | null;
  info: string;
}

function isSpecial(path: Path): boolean {
  return path.class === CONNECTION_MANAGER || path.class === PCCC || path.class === MODBUS;
}

function serviceName(service: number, path: Path | null): string {
  if (path !== null && service >= CLASS_SPECIFIC) {
    if (path.class === CONNECTION_MANAGER && managerServices[service] !== undefined)
      return managerServices[service]!;
    if (path.class === PCCC && service === CLASS_SPECIFIC) return 'Execute PCCC';
  }
  return serviceNames[service] ?? `Service (0x${service.toString(16).padStart(2, '0')})`;
}

/** Protocols listed in frame.protocols below CIP if a class has a dissector of its own. */
const named = (name: string, title: string, column: string | null): Protocol =>
  protocol({ name, title, ...(column === null ? {} : { column }), step: () => null });

export const cipManager = named('cipcm', 'CIP Connection Manager', 'CIP CM');
export const cipClass = named('cipcls', 'CIP Class Generic', null);
export const cipPccc = named('cippccc', 'CIP PCCC', 'CIP PCCC');
export const cipModbus = named('cipmb', 'CIP Modbus', 'CIP MB');

export const cip: Protocol = protocol({
  name: 'cip',
  title: 'Common Industrial Protocol',
  column: 'CIP',
  fields: f,
  step: (p) => stepMessage(p, null),
  emit(p, layer, out) {
    const note = p.notes[layer] as Note | null;
    emitMessage(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, note?.request ?? null, 0, out);
  },
  info: (p, layer) => (p.notes[layer] as Note | null)?.info ?? '',
});

/** Dissects a message; `request` is the request it responds to, if known. The layer note holds the request. */
export function stepMessage(p: Packet, request: CipRequest | null): null {
  const { buf: b, at, end } = p;
  const layer = p.count - 1;
  if (end - at < 2) return p.cut(2);
  p.at = end;
  const service = b[at]! & 0x7f;
  const isResponse = b[at]! > 127;
  if (isResponse && end - at < 4) return p.cut(4);
  const known = isResponse ? request : requestAt(b, at, end);
  if (known === null && !isResponse) return p.cut(1);
  const note: Note = { request: known, info: isResponse ? responseInfo(b, at, known) : requestInfo(known!) };
  p.notes[layer] = note;
  if (known !== null) listClass(p, known, service, isResponse && service !== known.service);
  return known !== null && !known.path.isWhole ? p.cut(1) : null;
}

/** The last request dissected, to be remembered by the carrier. */
export function requestOf(p: Packet, layer: number): CipRequest | null {
  return (p.notes[layer] as Note | null)?.request ?? null;
}

function listClass(p: Packet, { path, service }: CipRequest, listed: number, isForwarded: boolean): void {
  if (isSpecial(path) && listed >= CLASS_SPECIFIC) {
    p.push(
      path.class === CONNECTION_MANAGER ? cipManager : path.class === PCCC ? cipPccc : cipModbus,
      LISTED,
    );
    // These set the Protocol column; the Info column is CIP's.
    if (!isForwarded) p.flags[p.count - 1]! |= COLUMN_ONLY;
  } else if (isForwarded && service === UNCONNECTED_SEND) p.push(cipManager, LISTED);
  else if (serviceNames[listed] === undefined) p.push(cipClass, LISTED);
}

/** COLUMN of core/packet.ts, for layers that are listed and have no tree. */
const COLUMN_ONLY = 4;

function requestAt(b: Uint8Array, at: number, end: number): CipRequest | null {
  const service = b[at]! & 0x7f;
  const pathWords = b[at + 1]!;
  const data = at + 2 + pathWords * 2;
  const path = readPath(b, at + 2, Math.min(data, end));
  if (data > end) path.isWhole = false;
  const request: CipRequest = { service, path, pathWords, info: '', parts: '' };
  if (path.class === CONNECTION_MANAGER) request.info = managerInfo(b, service, data, end);
  if (service === MULTIPLE) request.parts = partsInfo(b, data, end);
  return request;
}

function requestInfo(request: CipRequest): string {
  const name = pathName(request.path);
  const parts = request.parts === '' ? '' : `: ${request.parts}`;
  return `${name === '' ? '' : `${name} - `}${serviceName(request.service, request.path)}${request.info}${parts}`;
}

function responseInfo(b: Uint8Array, at: number, request: CipRequest | null): string {
  const service = b[at]! & 0x7f;
  const status = statusNames[b[at + 2]!] ?? 'Unknown Response';
  if (request === null) return `${status}: ${serviceName(service, null)}`;
  if (service === MULTIPLE) return `${status}: ${serviceName(service, null)}: ${request.parts}`;
  const embedded = request.service === UNCONNECTED_SEND && service !== UNCONNECTED_SEND;
  if (embedded) return `${status}: ${request.info.replace(/^: /, '')}`;
  const name = pathName(request.path);
  return `${status}: ${name === '' ? '' : `${name} - `}${serviceName(service, request.path)}${request.info}`;
}

/** The message within an unconnected send: [start, end), or start -1. */
function embeddedIn(b: Uint8Array, data: number, end: number): { start: number; end: number } {
  const start = data + 4;
  const length = data + 4 <= end ? u16le(b, data + 2) : 0;
  return length < 2 || start + length > end ? { start: -1, end } : { start, end: start + length };
}

/** Connection Manager: routes a request to the message router, or forwards it (Unconnected Send). */
function managerInfo(b: Uint8Array, service: number, data: number, end: number): string {
  if (service === UNCONNECTED_SEND) {
    const inner = embeddedIn(b, data, end);
    if (inner.start < 0) return '';
    const request = requestAt(b, inner.start, inner.end);
    return request === null || request.path.class === CONNECTION_MANAGER ? '' : `: ${requestInfo(request)}`;
  }
  // The connection path comes last, preceded by its size in 16-bit words.
  const size =
    service === FORWARD_OPEN ? 35 : service === LARGE_FORWARD_OPEN ? 39 : service === FORWARD_CLOSE ? 10 : -1;
  if (size < 0 || data + size >= end) return '';
  const start = data + size + (service === FORWARD_CLOSE ? 2 : 1);
  const path = readPath(b, start, Math.min(start + b[data + size]! * 2, end));
  const name = pathName(path);
  return name === '' ? '' : ` (${name})`;
}

/** Parts of a Multiple Service Packet: a count and an offset for each (appendix A-4.10). */
function partsInfo(b: Uint8Array, data: number, end: number): string {
  if (data + 2 > end) return '';
  const names: string[] = [];
  for (let k = 0; k < Math.min(u16le(b, data), MESSAGES_MAX) && data + 4 + k * 2 <= end; k++) {
    const at = data + u16le(b, data + 2 + k * 2);
    if (at < end) names.push(serviceName(b[at]! & 0x7f, null));
  }
  return names.join(', ');
}

const DEPTH_MAX = 4;

function emitMessage(
  b: Uint8Array,
  at: number,
  end: number,
  request: CipRequest | null,
  depth: number,
  out: Sink,
): void {
  if (end - at < 2 || depth > DEPTH_MAX) return;
  const isResponse = b[at]! > 127;
  const service = b[at]! & 0x7f;
  out.open(f.service, at, 1);
  out.add(f.rr, at, 1);
  out.add(f.sc, at, 1);
  out.close();
  if (isResponse) out.add(f.genstat, at + 2, 1);
  const own = isResponse ? request : requestAt(b, at, end);
  if (own === null) return;
  emitPath(at, isResponse ? 0 : own.pathWords * 2, own, out);
  if (isResponse) return;
  const data = at + 2 + own.pathWords * 2;
  if (service === MULTIPLE) emitParts(b, data, end, depth, out);
  else if (service === UNCONNECTED_SEND && own.path.class === CONNECTION_MANAGER) {
    const inner = embeddedIn(b, data, end);
    if (inner.start >= 0) emitMessage(b, inner.start, inner.end, null, depth + 1, out);
  }
}

function emitPath(at: number, length: number, { path, pathWords }: CipRequest, out: Sink): void {
  out.add(f.pathSize, at + 1, length > 0 ? 1 : 0, pathWords);
  if (path.class >= 0) out.add(f.class, at + 2, length, path.class);
  if (path.instance >= 0) out.add(f.instance, at + 2, length, path.instance);
  if (path.attribute >= 0) out.add(f.attribute, at + 2, length, path.attribute);
  if (path.symbol !== '') out.add(f.symbol, at + 2, length, path.symbol);
}

function emitParts(b: Uint8Array, data: number, end: number, depth: number, out: Sink): void {
  if (data + 2 > end) return;
  const count = Math.min(u16le(b, data), MESSAGES_MAX);
  for (let k = 0; k < count && data + 4 + k * 2 <= end; k++) {
    const at = data + u16le(b, data + 2 + k * 2);
    const next = k + 1 < count && data + 6 + k * 2 <= end ? data + u16le(b, data + 4 + k * 2) : end;
    if (at >= end || next > end || next <= at) return;
    out.group(`Service Packet #${k + 1}`, at, next - at);
    emitMessage(b, at, next, null, depth + 1, out);
    out.close();
  }
}
