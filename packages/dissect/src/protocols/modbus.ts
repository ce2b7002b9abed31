// Modbus over TCP and UDP (Modbus Messaging on TCP/IP V1.0b, Modbus Application Protocol V1.1b3).
import { u16 } from '../core/bytes.ts';
import { type Field, seconds, uint } from '../core/field.ts';
import { COLUMN, type Packet } from '../core/packet.ts';
import { type Protocol, type ProtocolDefinition, protocol, REJECTED } from '../core/protocol.ts';
import { tcpPorts, udpPorts } from '../core/table.ts';
import { Exchanges, FIRST } from '../flows/exchanges.ts';
import { diagnosticNames, emitPdu, functionFields, functionNames, meiNames } from './modbus/functions.ts';

const PORT = 502;
/** Length of the header: transaction, protocol (0), length, unit (Messaging on TCP/IP §3.1.3). */
const HEADER = 7;
const DIAGNOSTICS = 8;
const ENCAPSULATED = 43;

const f = {
  funcCode: uint('modbus.func_code', 'Function Code').at(0, 1).mask(0x7f).named(functionNames),
  requestFrame: uint('modbus.request_frame', 'Request Frame'),
  responseTime: seconds('modbus.response_time', 'Time from request'),
  ...functionFields,
};

const headerFields: Readonly<Record<string, Field>> = {
  transId: uint('mbtcp.trans_id', 'Transaction Identifier'),
  protId: uint('mbtcp.prot_id', 'Protocol Identifier'),
  len: uint('mbtcp.len', 'Length'),
  unitId: uint('mbtcp.unit_id', 'Unit Identifier'),
};

/** Marks of a layer: it is a response; above that bit, the entry of its request + 1. */
const REPLY = 1;

const EXCHANGES = 'modbus.exchanges';
const makeExchanges = (): Exchanges => new Exchanges('modbus');

function isReply(p: Packet): boolean {
  return p.srcPort === PORT && p.dstPort !== PORT;
}

export const modbus: Protocol = protocol({
  name: 'modbus',
  title: 'Modbus',
  fields: f,
  step(p) {
    const b = p.buf;
    const { at, end } = p;
    if (at >= end) return p.cut(1);
    const layer = p.count - 1;
    if (isReply(p)) p.mark[layer] = REPLY;
    if (p.visibility & COLUMN) track(p, layer, b, at, end);
    p.at = end;
    if (end - at < neededFor(b[at]!, isReply(p))) return p.cut(1);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const reply = (p.mark[layer]! & REPLY) !== 0;
    const entry = (p.mark[layer]! >> 1) - 1;
    let note = 0;
    out.fixed(f.funcCode);
    if (entry >= 0) {
      const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
      note = exchanges.note[entry]!;
      out.add(f.requestFrame, start, 0, exchanges.request[entry]!);
      out.add(f.responseTime, start, 0, exchanges.responseTimeNs(p, entry));
    }
    emitPdu(b, b[start]!, start + 1, end, reply, note & 0xffff, note >>> 16, out);
  },
});

/** Minimum length of a function's request, to detect truncation; of responses only the function code. */
function neededFor(code: number, reply: boolean): number {
  return reply || code > 6 || code === 0 ? 1 : 5;
}

function track(p: Packet, layer: number, b: Uint8Array, at: number, end: number): void {
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  const transaction = at >= HEADER ? u16(b, at - HEADER) : 0;
  if (!isReply(p)) {
    exchanges.seeRequest(p, transaction, 0);
    if (end - at >= 5) exchanges.note[exchanges.entry] = u16(b, at + 1) + u16(b, at + 3) * 0x10000;
  } else if (exchanges.seeReply(p, transaction) === FIRST && b[at]! < 128)
    p.mark[layer]! |= (exchanges.entry + 1) << 1;
}

function header(
  name: string,
  title: string,
  column: string,
  on: ProtocolDefinition['on'],
  framing: ProtocolDefinition['framing'],
): Protocol {
  return protocol({
    name,
    title,
    column,
    fields: headerFields,
    on,
    ...(framing === undefined ? {} : { framing }),
    step(p) {
      const b = p.buf;
      const { at } = p;
      if (p.end - at < HEADER + 1 || u16(b, at + 2) !== 0 || u16(b, at + 4) < 2) return REJECTED;
      p.narrow(p.count - 1, 6 + u16(b, at + 4));
      p.at = at + HEADER;
      return modbus;
    },
    emit(p, layer, out) {
      const start = p.start[layer]!;
      out.add(headerFields.transId!, start, 2);
      out.add(headerFields.protId!, start + 2, 2);
      out.add(headerFields.len!, start + 4, 2);
      out.add(headerFields.unitId!, start + 6, 1);
    },
    info(p, layer) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      if (p.stop[layer]! <= start + HEADER) return null;
      return `${isReply(p) ? 'Response' : '   Query'}: Trans:${pad(u16(b, start), 6)}; Unit:${pad(b[start + 6]!, 4)}, Func:${functionText(b, start + HEADER)}`;
    },
  });
}

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}

function functionText(b: Uint8Array, at: number): string {
  const code = b[at]! & 0x7f;
  const failure = b[at]! > 127 ? '. Exception returned ' : '';
  const name = functionNames[code] ?? `Unknown function (${code})`;
  // As in Wireshark, subfunctions are numbered by the high byte of their code.
  if (failure === '' && code === DIAGNOSTICS)
    return subfunction(code, diagnosticNames[u16(b, at + 1)] ?? 'Unknown');
  if (failure === '' && code === ENCAPSULATED) return subfunction(code, meiNames[b[at + 1]!] ?? 'Unknown');
  return `${pad(code, 4)}: ${name}${failure}`;
}

function subfunction(code: number, name: string): string {
  return `${pad(code, 4)}/${pad(1, 3)}: ${name}`;
}

export const mbtcp = header('mbtcp', 'Modbus/TCP', 'Modbus/TCP', [[tcpPorts, PORT]], {
  header: HEADER + 1,
  length: (p) => (u16(p.buf, p.at + 2) !== 0 || u16(p.buf, p.at + 4) < 2 ? 0 : 6 + u16(p.buf, p.at + 4)),
});

export const mbudp = header('mbudp', 'Modbus/UDP', 'Modbus/UDP', [[udpPorts, PORT]], undefined);
