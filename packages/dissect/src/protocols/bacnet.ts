// BACnet/IP (ANSI/ASHRAE 135-2020): virtual link (annex J), network layer (clause 6), application layer (clause 20).
import { uint as readUint, u16, u32, utf8 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, float, ipv4, text, uint } from '../core/field.ts';

import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { llcSaps, udpPorts } from '../core/table.ts';
import { confirmedNames, objectTypeNames, propertyNames, unconfirmedNames } from './bacnet/names.ts';

const PORT = 47808;
/** Annex J.2: type, function, length. */
const LINK_HEADER = 4;
const BACNET_IP = 0x81;
const FORWARDED = 0x04;

const linkNames: Record<number, string> = {
  0x00: 'BVLC-Result',
  0x01: 'Write-Broadcast-Distribution-Table',
  0x02: 'Read-Broadcast-Distribution-Table',
  0x03: 'Read-Broadcast-Distribution-Table-Ack',
  [FORWARDED]: 'Forwarded-NPDU',
  0x05: 'Register-Foreign-Device',
  0x06: 'Read-Foreign-Device-Table',
  0x07: 'Read-Foreign-Device-Table-Ack',
  0x08: 'Delete-Foreign-Device-Table-Entry',
  0x09: 'Distribute-Broadcast-To-Network',
  0x0a: 'Original-Unicast-NPDU',
  0x0b: 'Original-Broadcast-NPDU',
  0x0c: 'Secured-BVLL',
};

const lf = {
  type: uint('bvlc.type', 'Type').at(0, 1).hex().named({ 0x81: 'BACnet/IP (Annex J)' }),
  function: uint('bvlc.function', 'Function').at(1, 1).hex().named(linkNames),
  length: uint('bvlc.length', 'BVLC-Length').at(2, 2),
  result: uint('bvlc.result', 'Result').hex(2),
  ttl: uint('bvlc.reg_ttl', 'TTL'),
  forwardedIp: ipv4('bvlc.fwd_ip', 'IP'),
  forwardedPort: uint('bvlc.fwd_port', 'Port'),
};

/** Octets before the network message in a BVLC function; -1 if it carries none. */
function networkAt(code: number): number {
  if (code === FORWARDED) return LINK_HEADER + 6;
  return code >= 0x09 && code <= 0x0b ? LINK_HEADER : -1;
}

export const bvlc = protocol({
  name: 'bvlc',
  title: 'BACnet Virtual Link Control',
  column: 'BVLC',
  fields: lf,
  on: [[udpPorts, PORT]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < LINK_HEADER || b[start] !== BACNET_IP) return REJECTED;
    const network = networkAt(b[start + 1]!);
    p.at = network < 0 ? p.end : start + network;
    if (network < 0) return null;
    if (p.at >= p.end) return p.cut(1);
    return bacnet;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const code = p.bufferOf(layer)[start + 1]!;
    out.fixed(lf.type);
    out.fixed(lf.function);
    out.fixed(lf.length);
    if (code === 0x00) out.add(lf.result, start + LINK_HEADER, 2);
    else if (code === 0x05) out.add(lf.ttl, start + LINK_HEADER, 2);
    else if (code === FORWARDED) {
      out.add(lf.forwardedIp, start + LINK_HEADER, 4);
      out.add(lf.forwardedPort, start + LINK_HEADER + 4, 2);
    }
  },
  info: (p, layer) =>
    `BACnet Virtual Link Control BVLC Function ${linkNames[p.bufferOf(layer)[p.start[layer]! + 1]!] ?? 'unknown'} `,
});

const messageNames: Record<number, string> = {
  0x00: 'Who-Is-Router-To-Network',
  0x01: 'I-Am-Router-To-Network',
  0x02: 'I-Could-Be-Router-To-Network',
  0x03: 'Reject-Message-To-Network',
  0x04: 'Router-Busy-To-Network',
  0x05: 'Router-Available-To-Network',
  0x06: 'Initialize-Routing-Table',
  0x07: 'Initialize-Routing-Table-Ack',
  0x08: 'Establish-Connection-To-Network',
  0x09: 'Disconnect-Connection-To-Network',
  0x0a: 'Challenge-Request',
  0x0b: 'Security-Payload',
  0x0c: 'Security-Response',
  0x12: 'What-Is-Network-Number',
  0x13: 'Network-Number-Is',
};

const nf = {
  version: uint('bacnet.version', 'Version').at(0, 1),
  control: uint('bacnet.control', 'Control').at(1, 1).hex(),
  isMessage: bool('bacnet.control_net', 'NSDU contains').at(1, 1).mask(0x80),
  hasDestination: bool('bacnet.control_dest', 'Destination Specifier').at(1, 1).mask(0x20),
  hasSource: bool('bacnet.control_src', 'Source specifier').at(1, 1).mask(0x08),
  expectsReply: bool('bacnet.control_expect', 'Expecting Reply').at(1, 1).mask(0x04),
  dnet: uint('bacnet.dnet', 'Destination Network Address'),
  dlen: uint('bacnet.dlen', 'Destination MAC Layer Address Length'),
  dadr: bytes('bacnet.dadr_tmp', 'Unknown Destination MAC'),
  snet: uint('bacnet.snet', 'Source Network Address'),
  slen: uint('bacnet.slen', 'Source MAC Layer Address Length'),
  sadr: bytes('bacnet.sadr_tmp', 'Unknown Source MAC'),
  hopc: uint('bacnet.hopc', 'Hop Count'),
  mesgtyp: uint('bacnet.mesgtyp', 'Network Layer Message Type').hex(1).named(messageNames),
};

/** Clause 6.2.2: offset of the network message or APDU; -1 if truncated. */
function payloadAt(b: Uint8Array, start: number, end: number): number {
  const control = b[start + 1]!;
  let at = start + 2;
  if (control & 0x20) at += 3 + (b[at + 2] ?? 0);
  if (control & 0x08) at += 3 + (b[at + 2] ?? 0);
  if (control & 0x20) at++;
  return at < end ? at : -1;
}

export const bacnet: Protocol = protocol({
  name: 'bacnet',
  title: 'Building Automation and Control Network NPDU',
  column: 'BACnet-NPDU',
  fields: nf,
  on: [[llcSaps, 0x82]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 3) return p.cut(3);
    const at = payloadAt(b, start, p.end);
    if (at < 0) return p.cut(p.end - start + 1);
    p.at = at;
    if ((b[start + 1]! & 0x80) === 0) return bacapp;
    p.at += 1;
    return p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const control = b[start + 1]!;
    out.fixed(nf.version);
    out.openFixed(nf.control);
    for (const field of [nf.isMessage, nf.hasDestination, nf.hasSource, nf.expectsReply]) out.fixed(field);
    out.close();
    const payload = payloadAt(b, start, end);
    if (payload < 0) return;
    let at = start + 2;
    if (control & 0x20) at = emitAddress(b, at, nf.dnet, nf.dlen, nf.dadr, out);
    if (control & 0x08) at = emitAddress(b, at, nf.snet, nf.slen, nf.sadr, out);
    if (control & 0x20) out.add(nf.hopc, at, 1);
    if (control & 0x80) out.add(nf.mesgtyp, payload, 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const at = p.stop[layer]! - start < 3 ? -1 : payloadAt(b, start, p.stop[layer]!);
    if (at < 0 || (b[start + 1]! & 0x80) === 0) return 'Building Automation and Control Network NPDU';
    return (
      messageNames[b[at]!] ?? (b[at]! < 0x80 ? 'Reserved for Use by ASHRAE' : 'Vendor Proprietary Message')
    );
  },
});

function emitAddress(
  b: Uint8Array,
  at: number,
  net: typeof nf.dnet,
  length: typeof nf.dlen,
  address: typeof nf.dadr,
  out: Sink,
): number {
  out.add(net, at, 2);
  out.add(length, at + 2, 1);
  if (b[at + 2]! > 0) out.add(address, at + 3, b[at + 2]!);
  return at + 3 + b[at + 2]!;
}

const CONFIRMED = 0;
const UNCONFIRMED = 1;
const SIMPLE_ACK = 2;
const COMPLEX_ACK = 3;
const SEGMENT_ACK = 4;
const REJECT = 6;
const ABORT = 7;

/** Services whose parameters name an object and a property: read, write, and read range. */
const PROPERTY_SERVICES = [12, 15, 26];

const typeNames = [
  'Confirmed-REQ',
  'Unconfirmed-REQ',
  'Simple-ACK',
  'Complex-ACK',
  'Segment-ACK',
  'Error',
  'Reject',
  'Abort',
];

/** Clauses 18.9 and 18.10. */
const rejectNames = [
  'other',
  'buffer-overflow',
  'inconsistent-parameters',
  'invalid-parameter-data-type',
  'invalid-tag',
  'missing-required-parameter',
  'parameter-out-of-range',
  'too-many-arguments',
  'undefined-enumeration',
  'unrecognized-service',
];
const abortNames = [
  'other',
  'buffer-overflow',
  'invalid-apdu-in-this-state',
  'preempted-by-higher-priority-task',
  'segmentation-not-supported',
  'security-error',
  'insufficient-security',
  'window-size-out-of-range',
  'application-exceeded-reply-time',
  'out-of-resources',
  'tsm-timeout',
  'apdu-too-long',
];

const af = {
  type: uint('bacapp.type', 'APDU Type')
    .at(0, 1)
    .mask(0xf0)
    .named((type) => typeNames[type]),
  invokeId: uint('bacapp.invoke_id', 'Invoke ID'),
  sequence: uint('bacapp.sequence_number', 'Sequence Number'),
  window: uint('bacapp.window_size', 'Proposed Window Size'),
  confirmed: uint('bacapp.confirmed_service', 'Service Choice').named((service) => confirmedNames[service]),
  unconfirmed: uint('bacapp.unconfirmed_service', 'Unconfirmed Service Choice').named(
    (service) => unconfirmedNames[service],
  ),
  rejectReason: uint('bacapp.reject_reason', 'Reject Reason').named((reason) => rejectNames[reason]),
  abortReason: uint('bacapp.abort_reason', 'Abort Reason').named((reason) => abortNames[reason]),
  objectType: uint('bacapp.objectType', 'Object Type').named((type) => objectTypeNames[type]),
  instance: uint('bacapp.instance_number', 'Instance Number'),
  property: uint('bacapp.property_identifier', 'Property Identifier').named(
    (property) => propertyNames[property],
  ),
  uint: uint('bacapp.present_value.uint', 'Value (uint)'),
  real: float('bacapp.present_value.real', 'Value (real)'),
  text: text('bacapp.present_value.char_string', 'Value (char string)'),
};

/** Clause 20.1: offsets of service choice and parameters, by PDU type; segmented PDUs have two more octets. */
interface Apdu {
  type: number;
  invokeAt: number;
  serviceAt: number;
  parametersAt: number;
}

function readApdu(b: Uint8Array, start: number): Apdu {
  const type = b[start]! >> 4;
  const segment = (b[start]! & 0x08) !== 0 && (type === CONFIRMED || type === COMPLEX_ACK) ? 2 : 0;
  if (type === CONFIRMED)
    return { type, invokeAt: start + 2, serviceAt: start + 3 + segment, parametersAt: start + 4 + segment };
  if (type === UNCONFIRMED) return { type, invokeAt: -1, serviceAt: start + 1, parametersAt: start + 2 };
  const serviceAt = start + 2 + segment;
  return { type, invokeAt: start + 1, serviceAt, parametersAt: serviceAt + 1 };
}

export const bacapp: Protocol = protocol({
  name: 'bacapp',
  title: 'Building Automation and Control Network APDU',
  column: 'BACnet-APDU',
  fields: af,
  step(p) {
    const { buf: b, at, end } = p;
    p.at = end;
    const { type, parametersAt } = readApdu(b, at);
    return type <= ABORT && parametersAt > end ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    const { type, invokeAt, serviceAt, parametersAt } = readApdu(b, p.start[layer]!);
    out.fixed(af.type);
    if (type > ABORT) return;
    if (invokeAt >= 0) out.add(af.invokeId, invokeAt, 1);
    if (serviceAt > invokeAt + 1 && invokeAt >= 0) {
      out.add(af.sequence, invokeAt + 1, 1);
      out.add(af.window, invokeAt + 2, 1);
    }
    if (type === REJECT) out.add(af.rejectReason, serviceAt, 1);
    else if (type === ABORT) out.add(af.abortReason, serviceAt, 1);
    else if (type !== SEGMENT_ACK)
      out.add(type === UNCONFIRMED ? af.unconfirmed : af.confirmed, serviceAt, 1);
    if (type < SIMPLE_ACK || type === COMPLEX_ACK) emitTags(b, parametersAt, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const { type, invokeAt, serviceAt, parametersAt } = readApdu(b, start);
    if (type > ABORT || parametersAt > end) return '';
    const service = b[serviceAt]!;
    const invoke = invokeAt >= 0 ? `[${String(b[invokeAt]).padStart(3)}] ` : '';
    const head = typeNames[type]!.padEnd(16);
    if (type === SEGMENT_ACK) return `${head}${invoke}`;
    if (type === REJECT || type === ABORT)
      return `${head}${(type === REJECT ? rejectNames : abortNames)[service] ?? 'Vendor Proprietary'}${invoke}`;
    const isAboutProperty = PROPERTY_SERVICES.includes(service);
    const name = (type === UNCONFIRMED ? unconfirmedNames : confirmedNames)[service] || 'Unknown Service';
    if (type === UNCONFIRMED) return `${head}${name} ${tagsText(b, parametersAt, end, false)}`;
    return `${head}${name}${invoke}${isAboutProperty && (type === CONFIRMED || type === COMPLEX_ACK) ? tagsText(b, parametersAt, end, true) : ''}`;
  },
});

/** A tag (clause 20.2.1): number, class (application or context), and contents. */
class Tag {
  number = 0;
  isContext = false;
  /** Opening or closing tag. */
  isBracket = false;
  content = 0;
  stop = 0;
  next = 0;

  read(b: Uint8Array, at: number, end: number): boolean {
    if (at >= end) return false;
    const octet = b[at++]!;
    this.number = octet >> 4;
    this.isContext = (octet & 0x08) !== 0;
    let length = octet & 0x07;
    if (this.number === 15) this.number = b[at++] ?? 0;
    this.isBracket = this.isContext && length > 5;
    if (this.isBracket) length = 0;
    else if (length === 5) {
      length = b[at++] ?? 0;
      if (length === 254) {
        length = u16(b, at);
        at += 2;
      } else if (length === 255) {
        length = u32(b, at);
        at += 4;
      }
    } else if (!this.isContext && this.number === BOOLEAN) length = 0;
    this.content = at;
    this.next = at + length;
    this.stop = Math.min(this.next, end);
    return this.next <= end;
  }
}

/** Application tags, clause 20.2.1.4. */
const BOOLEAN = 1;
const UNSIGNED = 2;
const REAL = 4;
const CHARACTERS = 7;
const OBJECT_IDENTIFIER = 12;
const TAGS_MAX = 512;

const tag = new Tag();

/** Objects and properties among the outermost tags: context tags 0 and 1 in property services. */
function tagsText(b: Uint8Array, at: number, end: number, isProperty: boolean): string {
  let info = '';
  let depth = 0;
  for (let left = TAGS_MAX; left > 0 && tag.read(b, at, end); left--, at = tag.next) {
    const { number, isContext, isBracket, content, stop } = tag;
    if (isBracket) depth += (b[at]! & 0x07) === 6 ? 1 : -1;
    else if (
      stop - content === 4 &&
      (isContext ? isProperty && number === 0 && depth === 0 : number === OBJECT_IDENTIFIER)
    ) {
      info += `${objectText(u32(b, content))} `;
    } else if (isContext && isProperty && number === 1 && depth === 0 && stop > content) {
      info += `${propertyNames[readUint(b, content, Math.min(4, stop - content))] ?? 'Vendor Proprietary Value'} `;
    }
  }
  return info;
}

function objectText(identifier: number): string {
  const type = identifier >>> 22;
  return `${objectTypeNames[type] ?? `(${type}) Vendor Proprietary Value`},${identifier & 0x3fffff}`;
}

function emitTags(b: Uint8Array, at: number, end: number, out: Sink): void {
  let depth = 0;
  for (let left = TAGS_MAX; left > 0 && tag.read(b, at, end); left--, at = tag.next) {
    const { number, isContext, isBracket, content, stop } = tag;
    const length = stop - content;
    if (isBracket) depth += (b[at]! & 0x07) === 6 ? 1 : -1;
    else if (length === 4 && (isContext ? number === 0 && depth === 0 : number === OBJECT_IDENTIFIER)) {
      out.add(af.objectType, content, 4, u32(b, content) >>> 22);
      out.add(af.instance, content, 4, u32(b, content) & 0x3fffff);
    } else if (isContext && number === 1 && depth === 0 && length > 0 && length < 5) {
      out.add(af.property, content, length);
    } else if (!isContext && depth > 0) emitValue(b, number, content, stop, out);
  }
}

function emitValue(b: Uint8Array, number: number, content: number, stop: number, out: Sink): void {
  const length = stop - content;
  if (number === UNSIGNED && length > 0 && length < 7) out.add(af.uint, content, length);
  else if (number === REAL && length === 4) out.add(af.real, content, 4);
  else if (number === CHARACTERS && length > 0 && b[content] === 0)
    out.add(af.text, content + 1, length - 1, utf8(b, content + 1, stop));
}
