// SIGTRAN user adaptation layers: signalling over SCTP, with a common header and TLV parameters (RFC 4666 §3.1 and
// §3.2: M3UA; RFC 3331: M2UA; RFC 3868: SUA; RFC 4233: IUA; RFC 3807: V5UA; RFC 4129: DUA; RFC 4165: M2PA).
import { u16, u24, u32 } from '../../core/bytes.ts';
import { type Field, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, type ProtocolDefinition, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { sctpPayloads, sctpPorts } from '../../core/table.ts';
import { thenData } from '../link/head.ts';
import { type MessageNames, messagesOf } from './messages.ts';
import { byServiceIndicator, mtp3 } from './mtp3.ts';
import { gsmAbisOml, gsmAbisRsl } from './named.ts';
import { sccpUser } from './sccp.ts';

const HEADER = 8;
/** Maximum number of parameters per message. */
const PARAMETERS_MAX = 256;

/** Calls `visit` with tag and range of each parameter until it returns true. RFC 4666 §3.2: padded to four bytes. */
function eachParameter(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (tag: number, content: number, stop: number) => boolean,
): void {
  for (let i = 0; i < PARAMETERS_MAX && at + 4 <= end; i++) {
    const length = u16(b, at + 2);
    if (length < 4) return;
    if (visit(u16(b, at), at + 4, Math.min(at + length, end))) return;
    at += (length + 3) & ~3;
  }
}

interface Layer {
  readonly name: string;
  readonly title: string;
  readonly column: string;
  readonly on: NonNullable<ProtocolDefinition['on']>;
  /** Class * 256 + type of messages that carry data, and the tag of the parameter with the data. */
  readonly dataMessages: readonly number[];
  readonly dataTags: readonly number[];
  /** Dissects the data; the cursor is at the parameter's contents. */
  readonly deliver: (p: Packet) => void;
  readonly emitData?: (b: Uint8Array, at: number, end: number, out: Sink) => void;
  readonly fields?: Readonly<Record<string, Field>>;
  /** Tags of parameters are printed in hexadecimal. */
  readonly hasHexTags?: boolean;
}

function adaptation(d: Layer): Protocol {
  const names: MessageNames = messagesOf(d.name);
  const tag = uint(`${d.name}.parameter_tag`, 'Parameter Tag');
  const f = {
    version: uint(`${d.name}.version`, 'Version').at(0, 1).named({ 1: 'Release 1' }),
    reserved: uint(`${d.name}.reserved`, 'Reserved').at(1, 1).hex(),
    class: uint(`${d.name}.message_class`, 'Message class').at(2, 1),
    type: uint(`${d.name}.message_type`, 'Message Type').at(3, 1),
    length: uint(`${d.name}.message_length`, 'Message length').at(4, 4),
    tag: d.hasHexTags === true ? tag.hex(2) : tag,
    size: uint(`${d.name}.parameter_length`, 'Parameter length'),
    information: text(`${d.name}.info_string`, 'Info string'),
  };
  const INFORMATION = 4;
  const isData = (b: Uint8Array, start: number): boolean => d.dataMessages.includes(u16(b, start + 2));
  return protocol({
    name: d.name,
    title: d.title,
    column: d.column,
    fields: { ...f, ...d.fields },
    on: d.on,
    step(p) {
      const b = p.buf;
      const start = p.at;
      if (p.end - start < HEADER) return p.cut(HEADER);
      const length = u32(b, start + 4);
      if (length >= HEADER) p.narrow(p.layer, length);
      if (isData(b, start)) {
        eachParameter(b, start + HEADER, p.end, (tag, content, stop) => {
          if (!d.dataTags.includes(tag)) return false;
          const { at, end, wireEnd } = p;
          p.at = content;
          p.end = p.wireEnd = stop;
          d.deliver(p);
          p.at = at;
          p.end = end;
          p.wireEnd = wireEnd;
          return true;
        });
      }
      p.at = p.end;
      return null;
    },
    emit(p, layer, out) {
      for (const field of [f.version, f.reserved, f.class, f.type, f.length]) out.fixed(field);
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      eachParameter(b, start + HEADER, p.stop[layer]!, (tag, content, stop) => {
        out.open(f.tag, content - 4, 2);
        out.add(f.size, content - 2, 2);
        if (tag === INFORMATION) out.add(f.information, content, stop - content);
        else if (d.dataTags.includes(tag)) d.emitData?.(b, content, stop, out);
        out.close();
        return false;
      });
    },
    info(p, layer) {
      const start = p.start[layer]!;
      if (p.stop[layer]! - start < HEADER) return '';
      return `${names(u16(p.bufferOf(layer), start + 2))} `;
    },
  });
}

const routing = {
  opc: uint('m3ua.protocol_data_opc', 'OPC'),
  dpc: uint('m3ua.protocol_data_dpc', 'DPC'),
  si: uint('m3ua.protocol_data_si', 'SI'),
  ni: uint('m3ua.protocol_data_ni', 'NI'),
  mp: uint('m3ua.protocol_data_mp', 'MP'),
  sls: uint('m3ua.protocol_data_sls', 'SLS'),
};

/** M3UA; its Protocol Data (RFC 4666 §3.3.1) contains the MTP3 routing label in whole bytes. */
export const m3ua = adaptation({
  name: 'm3ua',
  title: 'MTP 3 User Adaptation Layer',
  column: 'M3UA (RFC 4666)',
  on: [
    [sctpPayloads, 3],
    [sctpPorts, 2905],
  ],
  dataMessages: [0x0101],
  dataTags: [0x0210],
  fields: routing,
  deliver(p) {
    if (p.end - p.at < 12) {
      p.cut(12);
      return;
    }
    const indicator = p.buf[p.at + 8]!;
    p.at += 12;
    p.run(byServiceIndicator(indicator) ?? thenData(p));
  },
  emitData(_, at, end, out) {
    if (end - at < 12) return;
    out.add(routing.opc, at, 4);
    out.add(routing.dpc, at + 4, 4);
    [routing.si, routing.ni, routing.mp, routing.sls].forEach((field, i) => {
      out.add(field, at + 8 + i, 1);
    });
  },
});

export const m2ua = adaptation({
  name: 'm2ua',
  title: 'MTP 2 User Adaptation Layer',
  column: 'M2UA',
  hasHexTags: true,
  on: [
    [sctpPayloads, 2],
    [sctpPorts, 2904],
  ],
  dataMessages: [0x0601, 0x060f],
  dataTags: [0x0300, 0x0301],
  deliver: (p) => p.run(mtp3),
});

/** SUA; user data (RFC 3868 §3.10.1) are dissected by the subsystem number of the called address. */
export const sua = adaptation({
  name: 'sua',
  title: 'SS7 SCCP-User Adaptation Layer',
  column: 'SUA (RFC 3868)',
  hasHexTags: true,
  on: [
    [sctpPayloads, 4],
    [sctpPorts, 14001],
  ],
  dataMessages: [0x0701, 0x0702, 0x0801, 0x0802, 0x0803, 0x0804, 0x0806, 0x0807, 0x0808, 0x080b],
  dataTags: [0x010b, 0x0003],
  deliver(p) {
    p.run(sccpUser(p, -1, -1) ?? thenData(p));
  },
});

export const iua = adaptation({
  name: 'iua',
  title: 'ISDN Q.921-User Adaptation Layer',
  column: 'IUA (RFC 3057)',
  on: [
    [sctpPayloads, 1],
    [sctpPorts, 9900],
  ],
  dataMessages: [0x0501, 0x0502, 0x0503, 0x0504],
  dataTags: [0x000e],
  deliver: (p) => p.run(isMaintenance(p) ? gsmAbisOml : gsmAbisRsl),
});

/**
 * Whether the data are maintenance: they are preceded by the DLCI, whose upper six bits are the SAPI (RFC 4233 §3.2).
 */
function isMaintenance(p: Packet): boolean {
  const DLCI = 5;
  const MAINTENANCE = 62;
  const start = p.start[p.layer]!;
  let sapi = 0;
  eachParameter(p.buf, start + HEADER, p.at, (tag, content) => {
    if (tag === DLCI) sapi = p.buf[content]! >> 2;
    return tag === DLCI;
  });
  return sapi === MAINTENANCE;
}

export const v5ua = adaptation({
  name: 'v5ua',
  title: 'V5.2-User Adaptation Layer',
  column: 'V5UA',
  hasHexTags: true,
  on: [
    [sctpPayloads, 6],
    [sctpPorts, 5675, 10001],
  ],
  dataMessages: [],
  dataTags: [],
  deliver: () => {},
});

export const dua = adaptation({
  name: 'dua',
  title: 'DPNSS/DASS2-User Adaptation Layer',
  column: 'DUA',
  on: [[sctpPayloads, 10]],
  dataMessages: [],
  dataTags: [],
  deliver: () => {},
});

const M2PA_HEADER = 16;
const USER_DATA = 0x0b01;
const linkStates = ['', 'Alignment', 'Proving Normal', 'Proving Emergency', 'Ready', 'Processor Outage'];
const a = {
  version: uint('m2pa.version', 'Version').at(0, 1).named({ 1: 'Release 1' }),
  spare: uint('m2pa.spare', 'Spare').at(1, 1).hex(),
  class: uint('m2pa.class', 'Message Class').at(2, 1),
  type: uint('m2pa.type', 'Message Type').at(3, 1).named({ 1: 'User Data', 2: 'Link Status' }),
  length: uint('m2pa.length', 'Message length').at(4, 4),
  bsn: uint('m2pa.bsn', 'BSN').at(9, 3),
  fsn: uint('m2pa.fsn', 'FSN').at(13, 3),
  priority: uint('m2pa.priority', 'Priority').mask(0xc0).hex(1),
  status: uint('m2pa.status', 'Link Status'),
};

/** M2PA: an MTP2 peer with its own sequence numbers (RFC 4165 §2). */
export const m2pa = protocol({
  name: 'm2pa',
  title: 'MTP2 Peer Adaptation Layer',
  column: 'M2PA',
  fields: a,
  on: [
    [sctpPayloads, 5],
    [sctpPorts, 3565],
  ],
  step(p) {
    const start = p.at;
    if (p.end - start < M2PA_HEADER) return p.cut(M2PA_HEADER);
    p.narrow(p.layer, Math.max(u32(p.buf, start + 4), M2PA_HEADER));
    p.at = start + M2PA_HEADER;
    if (u16(p.buf, start + 2) !== USER_DATA || p.at >= p.end) {
      p.at = p.end;
      return null;
    }
    // §2.2.1: a priority octet precedes the message signal unit.
    p.at++;
    return p.at < p.end ? mtp3 : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [a.version, a.spare, a.class, a.type, a.length, a.bsn, a.fsn]) out.fixed(field);
    if (p.stop[layer]! <= start + M2PA_HEADER) return;
    if (u16(b, start + 2) === USER_DATA) out.add(a.priority, start + M2PA_HEADER, 1);
    else out.add(a.status, start + M2PA_HEADER, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < M2PA_HEADER) return '';
    if (u16(b, start + 2) === USER_DATA)
      return p.stop[layer]! === start + M2PA_HEADER ? `User Data (FSN=${u24(b, start + 13)}) ` : 'User Data ';
    if (p.stop[layer]! < start + 20) return 'Link Status ';
    const state = u32(b, start + M2PA_HEADER);
    return `Link Status (${linkStates[state] ?? `Unknown`}) `;
  },
});
