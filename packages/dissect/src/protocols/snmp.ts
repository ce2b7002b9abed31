// Simple Network Management Protocol, versions 1 to 3 (RFC 1157, RFC 3416, RFC 3412), and the start of SMUX (RFC 1227).
import {
  type BerItem,
  berInteger,
  berMessageLength,
  berOid,
  berUnsigned,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
} from '../codec/ber.ts';
import { u32, u32le, utf8 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import type { Field, Value } from '../core/field.ts';
import { shown } from '../core/format.ts';
import { COLUMN, LISTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { tcpPorts, udpPorts } from '../core/table.ts';
import { Exchanges, UNASKED } from '../flows/exchanges.ts';
import { f, snmpFields, withRootName } from './snmp/fields.ts';
import {
  Binding,
  GET_BULK,
  pduNames,
  RESPONSE,
  SnmpParts,
  type Span,
  TRAP,
  VERSION_2U,
  VERSION_3,
} from './snmp/parse.ts';

const parts = new SnmpParts();
const binding = new Binding();

/**
 * Variables whose text Wireshark passes to a separate dissector, so that SNMP is listed twice: sysDescr.0 and
 * sysName.0.
 */
const TEXT_VARIABLES = [1, 5];

const EXCHANGES = 'snmp.exchanges';
const makeExchanges = (): Exchanges => new Exchanges('snmp');

export const snmp: Protocol = protocol({
  name: 'snmp',
  title: 'Simple Network Management Protocol',
  column: 'SNMP',
  fields: snmpFields,
  on: [
    [udpPorts, 161, 162, 8161],
    [tcpPorts, 161, 162],
  ],
  framing: { header: 2, length: (p) => Math.max(0, berMessageLength(p.buf, p.at, p.end)) },
  step(p) {
    const b = p.buf;
    if (!parts.parse(b, p.at, p.end, p.wireEnd)) return REJECTED;
    const layer = p.count - 1;
    const { end } = parts;
    p.at = p.end;
    if (!parts.isWhole) return p.cut(1);
    if (p.visibility & COLUMN) p.mark[layer] = exchangeOf(p, b);
    listTexts(p, b);
    if (end >= p.end) return null;
    p.at = end;
    return data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    if (!parts.parse(b, p.start[layer]!, p.stop[layer]!, Number.MAX_SAFE_INTEGER)) return;
    if (parts.version === VERSION_3) emitV3(b, out);
    else {
      number(b, f.version, parts.versionAt, out);
      if (parts.community.start >= 0)
        put(parts.version === VERSION_2U ? f.parameters : f.community, parts.community, out);
    }
    if (parts.pdu >= 0) emitPdu(b, out);
    emitExchange(p, layer, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    if (!parts.parse(b, p.start[layer]!, p.stop[layer]!, Number.MAX_SAFE_INTEGER)) return null;
    if (parts.encrypted.start >= 0) return 'encryptedPDU: privKey Unknown';
    if (parts.pdu < 0) return null;
    let info = pduNames[parts.pdu]!;
    const [enterprise] = parts.numbers;
    if (parts.pdu === TRAP && parts.numberCount > 0)
      info += ` ${withRootName(berOid(b, enterprise!.start, enterprise!.stop))}`;
    const { start, stop } = parts.bindings;
    for (let at = start; start >= 0 && binding.read(b, at, stop); at = binding.next) {
      info += ` ${berOid(b, binding.name.content, binding.name.stop)}`;
    }
    return info;
  },
});

/** Entry of the exchange: for a response its request's + 1, for a request its own, negative; else 0. */
function exchangeOf(p: Packet, b: Uint8Array): number {
  if (parts.pdu < 0 || parts.pdu === TRAP || parts.pdu > 6 || parts.numberCount === 0) return 0;
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  const [id] = parts.numbers;
  const request = Number(berUnsigned(b, id!.start, id!.stop));
  if (parts.pdu !== RESPONSE) {
    exchanges.seeRequest(p, request, 0);
    if (exchanges.entry >= 0) exchanges.note[exchanges.entry] = parts.pdu;
    return -(exchanges.entry + 1);
  }
  return exchanges.seeReply(p, request) === UNASKED ? 0 : exchanges.entry + 1;
}

function listTexts(p: Packet, b: Uint8Array): void {
  const { start, stop } = parts.bindings;
  for (let at = start; start >= 0 && binding.read(b, at, stop); at = binding.next) {
    if (isTextVariable(b, binding.name) && binding.value.id === OCTET_STRING && binding.value.length > 0)
      p.push(snmp, LISTED);
  }
}

/** Whether the name is 1.3.6.1.2.1.1.N.0 with N of TEXT_VARIABLES. */
function isTextVariable(b: Uint8Array, name: BerItem): boolean {
  const at = name.content;
  return (
    name.id === OBJECT_IDENTIFIER &&
    name.length === 8 &&
    u32(b, at) === 0x2b060102 &&
    b[at + 4] === 1 &&
    b[at + 5] === 1 &&
    TEXT_VARIABLES.includes(b[at + 6]!) &&
    b[at + 7] === 0
  );
}

function put(field: Field, span: Span, out: Sink, value?: Value): void {
  if (span.start >= 0) out.add(field, span.start, span.stop - span.start, value);
}

function number(b: Uint8Array, field: Field, span: Span, out: Sink): void {
  if (span.start >= 0 && out.wants(field))
    put(field, span, out, Number(berInteger(b, span.start, span.stop)));
}

function emitV3(b: Uint8Array, out: Sink): void {
  const [id, size, flags, model] = parts.header as [Span, Span, Span, Span];
  const [engine, boots, time, user, auth, priv] = parts.security as [Span, Span, Span, Span, Span, Span];
  number(b, f.msgVersion, parts.versionAt, out);
  number(b, f.msgID, id, out);
  number(b, f.msgMaxSize, size, out);
  if (flags.stop > flags.start && flags.start >= 0) {
    out.open(f.msgFlags, flags.start, flags.stop - flags.start);
    for (const field of [f.report, f.crypt, f.auth]) out.add(field, flags.start, 1);
    out.close();
  }
  number(b, f.securityModel, model, out);
  emitEngine(b, f.engineID, engine, out);
  number(b, f.engineBoots, boots, out);
  number(b, f.engineTime, time, out);
  put(f.userName, user, out);
  put(f.authParameters, auth, out);
  put(f.privParameters, priv, out);
  if (parts.encrypted.start >= 0) {
    put(f.msgData, parts.encrypted, out, 1);
    put(f.encryptedPDU, parts.encrypted, out);
    return;
  }
  put(f.msgData, parts.contextEngine, out, 0);
  emitEngine(b, f.contextEngineID, parts.contextEngine, out);
  put(f.contextName, parts.contextName, out);
}

/** Enterprise number of net-snmp, and its engine ID format, which includes the creation time. */
const NET_SNMP = 8072;
const NET_SNMP_RANDOM = 128;

/** SnmpEngineID, RFC 3411 §5. */
function emitEngine(b: Uint8Array, field: Field, span: Span, out: Sink): void {
  if (span.start < 0 || span.stop === span.start) return;
  const at = span.start;
  const length = span.stop - at;
  out.open(field, at, length);
  if (length >= 5) {
    const enterprise = u32(b, at) & 0x7fffffff;
    const isConform = b[at]! >= 0x80;
    out.add(f.conform, at, 1);
    out.add(f.enterpriseId, at, 4, enterprise);
    if (isConform) {
      out.add(f.format, at + 4, 1);
      emitEngineData(b, enterprise, b[at + 4]!, at + 5, span.stop, out);
    } else out.add(f.engineData, at + 4, length - 4);
  }
  out.close();
}

function emitEngineData(
  b: Uint8Array,
  enterprise: number,
  format: number,
  at: number,
  stop: number,
  out: Sink,
): void {
  const length = stop - at;
  if (format === 1 && length === 4) out.add(f.engineIpv4, at, 4);
  else if (format === 2 && length === 16) out.add(f.engineIpv6, at, 16);
  else if (format === 3 && length === 6) out.add(f.engineMac, at, 6);
  else if (format === 4) out.add(f.engineText, at, length, utf8(b, at, stop));
  else if (format === NET_SNMP_RANDOM && enterprise === NET_SNMP && length >= 8) {
    out.add(f.engineData, at, 4);
    out.add(f.engineCreated, at + 4, 4, BigInt(u32le(b, at + 4)) * 1_000_000_000n);
  } else if (length > 0) out.add(f.engineData, at, length);
}

const pduFields = [f.requestId, f.errorStatus, f.errorIndex];
const bulkFields = [f.requestId, f.nonRepeaters, f.maxRepetitions];

function emitPdu(b: Uint8Array, out: Sink): void {
  const { pdu, numbers, numberCount, bindings } = parts;
  const start = numbers[0]!.start;
  const stop = bindings.start >= 0 ? bindings.stop : start;
  out.open(f.data, start, stop - start, pdu);
  out.open(f.elements[pdu]!, start, stop - start, true);
  if (pdu === TRAP) emitTrap(b, numberCount, out);
  else {
    const fields = pdu === GET_BULK ? bulkFields : pduFields;
    for (let k = 0; k < numberCount; k++) number(b, fields[k]!, numbers[k]!, out);
  }
  if (bindings.start >= 0) emitBindings(b, bindings.start, bindings.stop, out);
  out.close();
  out.close();
}

/** Trap-PDU of version 1, RFC 1157 §4.1.6. */
function emitTrap(b: Uint8Array, count: number, out: Sink): void {
  const [enterprise, agent, generic, specific, stamp] = parts.numbers as [Span, Span, Span, Span, Span];
  if (count > 0) put(f.enterprise, enterprise, out, berOid(b, enterprise.start, enterprise.stop));
  if (count > 1 && agent.stop - agent.start === 4) put(f.agentAddr, agent, out);
  if (count > 2) number(b, f.genericTrap, generic, out);
  if (count > 3) number(b, f.specificTrap, specific, out);
  if (count > 4) put(f.timeStamp, stamp, out, Number(berUnsigned(b, stamp.start, stamp.stop)));
}

function emitBindings(b: Uint8Array, start: number, stop: number, out: Sink): void {
  let count = 0;
  for (let at = start; binding.read(b, at, stop); at = binding.next) count++;
  out.open(f.bindings, start, stop - start, count);
  // Its value's text costs more than the fields: it is made only for who shows them all.
  const isShown = out.wants(f.bindings);
  for (let at = start; binding.read(b, at, stop); at = binding.next) {
    const name = berOid(b, binding.name.content, binding.name.stop);
    const { content, length } = binding.value;
    const [field, value] = variableValue(b, binding.value);
    const width = field.type === 'none' ? 0 : length;
    out.group(name, binding.start, binding.next - binding.start);
    if (isShown) out.note(`: ${textOf(field, value, width)}`);
    out.add(f.name, binding.name.content, binding.name.length, name);
    out.add(field, content, width, value);
    out.close();
  }
  out.close();
}

/** What the line of a field says behind its title; of one without a value the title. */
function textOf(field: Field, value: Value, width: number): string {
  const line = shown(field, value, width);
  return field.type === 'none' ? line : line.slice(field.title.length + 2);
}

/** Value of a variable: types of RFC 2578 §7.1, and the three exceptions of RFC 3416 §3. */
function variableValue(b: Uint8Array, { id, content, stop, length }: BerItem): [Field, Value] {
  const octets = b.subarray(content, stop);
  switch (id) {
    case 0x02:
      return [f.int, Number(berInteger(b, content, stop))];
    case OCTET_STRING:
      return [f.octets, octets];
    case 0x05:
      return [f.null, true];
    case OBJECT_IDENTIFIER:
      return [f.oid, berOid(b, content, stop)];
    case 0x40:
      return [length === 4 ? f.ipv4 : length === 16 ? f.ipv6 : f.addr, octets];
    case 0x41:
    case 0x46:
      return [f.counter, BigInt(berUnsigned(b, content, stop))];
    case 0x42:
      return [f.gauge, Number(berUnsigned(b, content, stop))];
    case 0x43:
      return [f.timeticks, BigInt(berUnsigned(b, content, stop))];
    case 0x44:
      return [f.opaque, octets];
    case 0x47:
      return [f.unsigned, Number(berUnsigned(b, content, stop))];
    case 0x80:
      return [f.noSuchObject, true];
    case 0x81:
      return [f.noSuchInstance, true];
    case 0x82:
      return [f.endOfMibView, true];
    default:
      return [f.unknown, octets];
  }
}

/** Type of the PDU that the response in this layer answers; -1 if unknown. */
export function requestAnswered(p: Packet, layer: number): number {
  const mark = p.mark[layer]!;
  return mark > 0 ? p.session.memoryOf(EXCHANGES, makeExchanges).note[mark - 1]! : -1;
}

function emitExchange(p: Packet, layer: number, out: Sink): void {
  const mark = p.mark[layer]!;
  if (mark === 0) return;
  const entry = Math.abs(mark) - 1;
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  if (mark < 0) {
    const answer = exchanges.answerOf(p, entry);
    if (answer > 0) out.add(f.responseIn, p.start[layer]!, 0, answer);
    return;
  }
  out.add(f.responseTo, p.start[layer]!, 0, exchanges.request[entry]!);
  if (out.wants(f.time)) out.add(f.time, p.start[layer]!, 0, exchanges.responseTimeNs(p, entry));
}

export const smux = protocol({
  name: 'smux',
  title: 'SNMP Multiplex Protocol',
  column: 'SMUX',
  on: [[tcpPorts, 199]],
  step(p) {
    p.at = p.end;
    return null;
  },
});
