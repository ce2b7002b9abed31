// Internet Printing Protocol (RFC 8010, RFC 8011): operations and attributes in HTTP bodies.

import { u16, u32, utf8 } from '../../core/bytes.ts';
import { bool, bytes, int, text, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { hex } from '../../core/text.ts';
import { mediaTypes, takeContent } from './types.ts';

const HEADER = 8;

/** RFC 8011 §4 and its registry. */
const operations: Readonly<Record<number, string>> = {
  0x0002: 'Print-Job',
  0x0003: 'Print-URI',
  0x0004: 'Validate-Job',
  0x0005: 'Create-Job',
  0x0006: 'Send-Document',
  0x0007: 'Send-URI',
  0x0008: 'Cancel-Job',
  0x0009: 'Get-Job-Attributes',
  0x000a: 'Get-Jobs',
  0x000b: 'Get-Printer-Attributes',
  0x000c: 'Hold-Job',
  0x000d: 'Release-Job',
  0x000e: 'Restart-Job',
  0x0010: 'Pause-Printer',
  0x0011: 'Resume-Printer',
  0x0012: 'Purge-Jobs',
  0x0013: 'Set-Printer-Attributes',
  0x0014: 'Set-Job-Attributes',
  0x0016: 'Create-Printer-Subscriptions',
  0x0018: 'Get-Subscription-Attributes',
  0x0019: 'Get-Subscriptions',
  0x001a: 'Renew-Subscription',
  0x001b: 'Cancel-Subscription',
  0x001c: 'Get-Notifications',
  0x0039: 'Cancel-My-Jobs',
  0x003b: 'Close-Job',
  0x003c: 'Identify-Printer',
  0x4001: 'CUPS-Get-Default',
  0x4002: 'CUPS-Get-Printers',
  0x4003: 'CUPS-Add-Modify-Printer',
  0x4004: 'CUPS-Delete-Printer',
  0x4005: 'CUPS-Get-Classes',
};

const statuses: Readonly<Record<number, string>> = {
  0x0000: 'successful-ok',
  0x0001: 'successful-ok-ignored-or-substituted-attributes',
  0x0002: 'successful-ok-conflicting-attributes',
  0x0400: 'client-error-bad-request',
  0x0401: 'client-error-forbidden',
  0x0402: 'client-error-not-authenticated',
  0x0403: 'client-error-not-authorized',
  0x0404: 'client-error-not-possible',
  0x0405: 'client-error-timeout',
  0x0406: 'client-error-not-found',
  0x0408: 'client-error-request-entity-too-large',
  0x040a: 'client-error-document-format-not-supported',
  0x040b: 'client-error-attributes-or-values-not-supported',
  0x0500: 'server-error-internal-error',
  0x0501: 'server-error-operation-not-supported',
  0x0502: 'server-error-service-unavailable',
  0x0503: 'server-error-version-not-supported',
  0x0507: 'server-error-busy',
};

const f = {
  version: uint('ipp.version', 'version').at(0, 2).hex(),
  operation: uint('ipp.operation_id', 'operation-id').at(2, 2).hex().named(operations),
  status: uint('ipp.status_code', 'status-code').at(2, 2).hex().named(statuses),
  requestId: uint('ipp.request_id', 'request-id').at(4, 4),
  name: text('ipp.name', 'name'),
  boolean: bool('ipp.boolean_value', 'boolean value'),
  integer: int('ipp.integer_value', 'integer value'),
  enumeration: int('ipp.enum_value', 'enum value'),
  text: text('ipp.charstring_value', 'string value'),
  octets: bytes('ipp.octetstring_value', 'octetString value'),
};

/** Maximum number of attributes shown per message. */
const ATTRIBUTES_MAX = 1000;

/** The header does not distinguish requests from responses; the HTTP layer below does. */
function isResponse(code: number, isReply: boolean): boolean {
  return isReply || (operations[code] === undefined && statuses[code] !== undefined);
}

export const ipp = protocol({
  name: 'ipp',
  title: 'Internet Printing Protocol',
  column: 'IPP',
  fields: f,
  step(p) {
    takeContent(p);
    if (p.end - p.at < HEADER) return p.cutUnseen(HEADER);
    p.mark[p.count - 1] = p.srcPort === PORT || p.srcPort < p.dstPort ? 1 : 0;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    out.fixed(f.version);
    out.fixed(isResponse(u16(b, start + 2), p.mark[layer] === 1) ? f.status : f.operation);
    out.fixed(f.requestId);
    emitAttributes(b, start + HEADER, p.stop[layer]!, out);
  },
  info(p, layer) {
    const code = u16(p.bufferOf(layer), p.start[layer]! + 2);
    return isResponse(code, p.mark[layer] === 1)
      ? `IPP Response (${statuses[code] ?? `0x${hex(p.bufferOf(layer), p.start[layer]! + 2, p.start[layer]! + 4)}`})`
      : `IPP Request (${operations[code] ?? 'Unknown'})`;
  },
});

const PORT = 631;
const END_OF_ATTRIBUTES = 3;

/** Attribute groups (RFC 8010 §3.1): tag, name length, name, value length, value. */
function emitAttributes(b: Uint8Array, at: number, end: number, out: Sink): void {
  for (let count = 0; at < end && count < ATTRIBUTES_MAX; count++) {
    const tag = b[at]!;
    if (tag === END_OF_ATTRIBUTES) return;
    if (tag < 0x10) {
      at++;
      continue;
    }
    const nameLength = u16(b, at + 1);
    const value = at + 3 + nameLength + 2;
    if (value > end) return;
    const length = u16(b, value - 2);
    if (value + length > end) return;
    out.group(nameLength > 0 ? utf8(b, at + 3, at + 3 + nameLength) : '', at, value + length - at);
    if (nameLength > 0) out.add(f.name, at + 3, nameLength);
    if (length > 0) emitValue(b, tag, value, length, out);
    out.close();
    at = value + length;
  }
}

/** RFC 8010 §3.5.2. */
function emitValue(b: Uint8Array, tag: number, at: number, length: number, out: Sink): void {
  if (tag === 0x21 && length === 4) out.add(f.integer, at, 4, u32(b, at) | 0);
  else if (tag === 0x23 && length === 4) out.add(f.enumeration, at, 4, u32(b, at) | 0);
  else if (tag === 0x22) out.add(f.boolean, at, 1);
  else if (tag >= 0x40 && tag <= 0x5f) out.add(f.text, at, length);
  else out.add(f.octets, at, length);
}

mediaTypes.add(ipp, 'application/ipp');
