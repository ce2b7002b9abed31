// Bodies of PostgreSQL messages (PostgreSQL 16, §55.7).
import { indexOf, u16, u32 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { pgsqlFields as f } from './pgsql-fields.ts';

/** Request codes in place of a protocol version (§55.2.9). */
const CANCEL_REQUEST = 80877102;
/** Columns and parameters shown per message. */
const SHOWN_MAX = 2000;

/** A zero-terminated string; returns the offset behind it. */
function emitText(b: Uint8Array, at: number, end: number, field: Field, out: Sink): number {
  if (at >= end) return end;
  const zero = indexOf(b, 0, at, end);
  const stop = zero < 0 ? end : zero;
  out.add(field, at, stop - at);
  return Math.min(end, stop + 1);
}

function emitNumber(at: number, width: number, end: number, field: Field, out: Sink): number {
  if (at + width > end) return end;
  out.add(field, at, width);
  return at + width;
}

function countAt(b: Uint8Array, at: number, end: number): number {
  return at + 2 <= end ? Math.min(u16(b, at), SHOWN_MAX) : 0;
}

/** Length-prefixed values of DataRow and Bind; length -1 is NULL. */
function emitValues(b: Uint8Array, at: number, end: number, count: number, out: Sink): number {
  for (let i = 0; i < count && at + 4 <= end; i++) {
    const length = u32(b, at) | 0;
    out.add(f.columnLength, at, 4);
    at += 4;
    if (length <= 0) continue;
    if (at + length > end) return end;
    out.add(f.data, at, length);
    at += length;
  }
  return at;
}

function emitFormats(b: Uint8Array, at: number, end: number, heading: string, out: Sink): number {
  const count = countAt(b, at, end);
  out.group(`${heading}: ${count}`, at, Math.min(2, end - at));
  at = Math.min(end, at + 2);
  for (let i = 0; i < count; i++) at = emitNumber(at, 2, end, f.format, out);
  out.close();
  return at;
}

/** The message body, behind the length field. */
export function emitBody(
  b: Uint8Array,
  at: number,
  end: number,
  type: number,
  isFrontend: boolean,
  authentication: number,
  out: Sink,
): void {
  if (at >= end) return;
  if (isFrontend) emitFrontend(b, at, end, String.fromCharCode(type), authentication, out);
  else emitBackend(b, at, end, String.fromCharCode(type), out);
}

function emitFrontend(
  b: Uint8Array,
  at: number,
  end: number,
  type: string,
  authentication: number,
  out: Sink,
): void {
  switch (type) {
    case '\0':
      emitStartup(b, at, end, out);
      return;
    case 'p':
      emitPassword(b, at, end, authentication, out);
      return;
    case 'Q':
      emitText(b, at, end, f.query, out);
      return;
    case 'P':
      at = emitText(b, at, end, f.statement, out);
      at = emitText(b, at, end, f.query, out);
      emitOids(b, at, end, out);
      return;
    case 'B':
      emitBind(b, at, end, out);
      return;
    case 'E':
      at = emitText(b, at, end, f.portal, out);
      emitNumber(at, 4, end, f.returns, out);
      return;
    case 'D':
    case 'C':
      emitText(b, at + 1, end, b[at] === 0x53 ? f.statement : f.portal, out);
      return;
    case 'd':
      out.add(f.copydata, at, end - at);
      return;
    case 'f':
      emitText(b, at, end, f.error, out);
  }
}

function emitStartup(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 4 > end || u16(b, at) !== 3) {
    if (end - at >= 12 && u32(b, at) === CANCEL_REQUEST) {
      out.add(f.pid, at + 4, 4);
      out.add(f.key, at + 8, 4);
    }
    return;
  }
  out.add(f.versionMajor, at, 2);
  out.add(f.versionMinor, at + 2, 2);
  at += 4;
  while (at < end && b[at] !== 0) {
    at = emitText(b, at, end, f.parameterName, out);
    at = emitText(b, at, end, f.parameterValue, out);
  }
}

/** The meaning of a response depends on the server's authentication request (§55.2.1). */
function emitPassword(b: Uint8Array, at: number, end: number, authentication: number, out: Sink): void {
  if (authentication === 10) {
    at = emitText(b, at, end, f.saslMechanism, out);
    const data = emitNumber(at, 4, end, f.saslLength, out);
    if (data < end) out.add(f.saslData, data, end - data);
  } else if (authentication === 11) out.add(f.saslData, at, end - at);
  else if (authentication >= 7) out.add(f.gssData, at, end - at);
  else emitText(b, at, end, f.password, out);
}

function emitOids(b: Uint8Array, at: number, end: number, out: Sink): void {
  const count = countAt(b, at, end);
  out.group(`Parameters: ${count}`, at, end - at);
  at += 2;
  for (let i = 0; i < count; i++) at = emitNumber(at, 4, end, f.typeOid, out);
  out.close();
}

function emitBind(b: Uint8Array, at: number, end: number, out: Sink): void {
  at = emitText(b, at, end, f.portal, out);
  at = emitText(b, at, end, f.statement, out);
  at = emitFormats(b, at, end, 'Parameter formats', out);
  const count = countAt(b, at, end);
  out.group(`Parameter values: ${count}`, at, end - at);
  at = emitValues(b, Math.min(end, at + 2), end, count, out);
  out.close();
  emitFormats(b, at, end, 'Result formats', out);
}

function emitBackend(b: Uint8Array, at: number, end: number, type: string, out: Sink): void {
  switch (type) {
    case 'R':
      emitAuthentication(b, at, end, out);
      return;
    case 'K':
      at = emitNumber(at, 4, end, f.pid, out);
      emitNumber(at, 4, end, f.key, out);
      return;
    case 'S':
      at = emitText(b, at, end, f.parameterName, out);
      emitText(b, at, end, f.parameterValue, out);
      return;
    case 't':
      emitOids(b, at, end, out);
      return;
    case 'T':
      emitColumns(b, at, end, out);
      return;
    case 'D': {
      const count = countAt(b, at, end);
      if (at + 2 > end) return;
      out.open(f.fieldCount, at, 2);
      emitValues(b, at + 2, end, count, out);
      out.close();
      return;
    }
    case 'I':
      return;
    case 'N':
    case 'E':
      emitNotice(b, at, end, out);
      return;
    case 'A':
      at = emitNumber(at, 4, end, f.pid, out);
      at = emitText(b, at, end, f.condition, out);
      emitText(b, at, end, f.text, out);
      return;
    case 'C':
      emitText(b, at, end, f.tag, out);
      return;
    case 'Z':
      emitNumber(at, 1, end, f.status, out);
      return;
    case 'd':
      out.add(f.copydata, at, end - at);
      return;
    case 'G':
    case 'H':
    case 'W':
      emitFormats(b, emitNumber(at, 1, end, f.format, out), end, 'Columns', out);
      return;
    case 'v':
      emitNumber(at, 4, end, f.supportedMinor, out);
  }
}

function emitAuthentication(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 4 > end) return;
  const kind = u32(b, at);
  out.add(f.authtype, at, 4);
  at += 4;
  if (at >= end) return;
  if (kind === 4 || kind === 5) out.add(f.salt, at, Math.min(end - at, kind === 4 ? 2 : 4));
  else if (kind === 8) out.add(f.gssData, at, end - at);
  else if (kind === 10) while (at < end && b[at] !== 0) at = emitText(b, at, end, f.saslMechanism, out);
  else if (kind > 10) out.add(f.saslData, at, end - at);
}

function emitColumns(b: Uint8Array, at: number, end: number, out: Sink): void {
  const count = countAt(b, at, end);
  if (at + 2 > end) return;
  out.open(f.fieldCount, at, 2);
  at += 2;
  for (let i = 0; i < count && at < end; i++) {
    const zero = indexOf(b, 0, at, end);
    if (zero < 0 || zero + 19 > end) break;
    out.open(f.columnName, at, zero - at);
    at = zero + 1;
    out.add(f.tableOid, at, 4);
    out.add(f.columnIndex, at + 4, 2);
    out.add(f.typeOid, at + 6, 4);
    out.add(f.columnLength, at + 10, 2);
    out.add(f.typeModifier, at + 12, 4);
    out.add(f.format, at + 16, 2);
    out.close();
    at += 18;
  }
  out.close();
}

/** §55.8: a field type letter precedes each text. */
const notices: ReadonlyMap<string, Field> = new Map([
  ['S', f.severity],
  ['V', f.severity],
  ['C', f.code],
  ['M', f.message],
  ['D', f.detail],
  ['H', f.hint],
  ['P', f.position],
  ['p', f.internalPosition],
  ['q', f.internalQuery],
  ['W', f.where],
  ['s', f.schema],
  ['t', f.table],
  ['c', f.column],
  ['d', f.typeName],
  ['n', f.constraint],
  ['F', f.file],
  ['L', f.line],
  ['R', f.routine],
]);

function emitNotice(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at < end && b[at] !== 0) {
    const field = notices.get(String.fromCharCode(b[at]!));
    if (field !== undefined) at = emitText(b, at + 1, end, field, out);
    else {
      const zero = indexOf(b, 0, at, end);
      if (zero < 0) return;
      at = zero + 1;
    }
  }
}
