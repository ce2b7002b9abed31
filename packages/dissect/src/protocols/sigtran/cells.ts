// Application protocols of radio access networks (3GPP TS 36.413: S1AP; TS 38.413: NGAP; TS 36.423: X2AP; TS 38.423:
// XnAP; TS 38.473: F1AP; TS 37.483: E1AP, and older ones). All are encoded in ASN.1 aligned PER (X.691) with the same
// structure: message kind, procedure code, criticality, length, and information elements, which are listed but not
// decoded.
import { u16 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { sctpPayloads, sctpPorts } from '../../core/table.ts';
import { nas5gs, nasEps, nasText } from './nas.ts';
import {
  e1apProcedures,
  f1apProcedures,
  ngapProcedures,
  s1apProcedures,
  x2apProcedures,
  xnapProcedures,
} from './procedures.ts';

/** Message kind, procedure code, criticality, and at least one octet of length. */
const HEADER = 4;
const ELEMENTS_MAX = 256;
/** X.691 §10.9.3.6 and 7: lengths from 128 on take two octets; fragmented values (16 KiB or more) are not dissected. */
const LONG = 0x80;
const FRAGMENTED = 0x40;

/** Offset and length of the contents after the length at `at`; null if truncated or fragmented. */
function lengthAt(b: Uint8Array, at: number, end: number): readonly [number, number] | null {
  if (at >= end) return null;
  const first = b[at]!;
  if ((first & LONG) === 0) return [at + 1, first];
  if (first & FRAGMENTED || at + 1 >= end) return null;
  return [at + 2, ((first & 0x3f) << 8) | b[at + 1]!];
}

/** Calls back for each top-level information element of the message: id, contents, and offset of its header. */
function eachElement(
  b: Uint8Array,
  start: number,
  end: number,
  visit: (id: number, at: number, stop: number, header: number) => void,
): void {
  const body = lengthAt(b, start + 3, end);
  if (body === null || body[0] + 3 > end) return;
  // An extensible SEQUENCE (one bit), then the number of elements.
  let at = body[0] + 3;
  const count = Math.min(u16(b, body[0] + 1), ELEMENTS_MAX);
  for (let i = 0; i < count && at + 4 <= end; i++) {
    const place = lengthAt(b, at + 3, end);
    if (place === null || place[0] + place[1] > end) return;
    visit(u16(b, at), place[0], place[0] + place[1], at);
    at = place[0] + place[1];
  }
}

interface Part {
  readonly name: string;
  readonly title: string;
  readonly column: string;
  readonly payload: number;
  readonly port?: number;
  readonly procedures?: readonly string[];
  /** Element that carries a non-access stratum message, and the protocol of that. */
  readonly nas?: readonly [element: number, reader: Protocol, column: string];
  /** Whether frame.protocols lists the protocol again: once for the message, or once for each element. */
  readonly listed?: 'message' | 'elements';
}

const kinds: Readonly<Record<number, string>> = {
  0: 'initiatingMessage',
  0x20: 'successfulOutcome',
  0x40: 'unsuccessfulOutcome',
};
const suffixes: Readonly<Record<number, string>> = { 0: 'Request', 0x20: 'Response', 0x40: 'Failure' };
/** Whether the procedure has a response; the others have a single message. */
const isAnswered = (name: string): boolean =>
  /(Setup|Modify|Release|Update|Preparation|Allocation|Cancel|Reset|Warning|Kill|Modification|SwitchRequest|Resume|Suspend)$/.test(
    name,
  );

function messageName(procedure: string | undefined, kind: number): string {
  if (procedure === undefined) return kinds[kind] ?? '';
  const suffix = isAnswered(procedure) ? (suffixes[kind] ?? '') : '';
  const summary = `${procedure[0]!.toUpperCase()}${procedure.slice(1)}`;
  return summary.endsWith('Request') && suffix === 'Request' ? summary : `${summary}${suffix}`;
}

/** The first layer of `reader` within the message in `layer`; -1: none. */
function nasBehind(p: Packet, layer: number, reader: Protocol): number {
  for (let i = layer + 1; i < p.count && p.start[i]! < p.stop[layer]!; i++)
    if (p.protocols[i] === reader) return i;
  return -1;
}

function part(d: Part): Protocol {
  const procedureNames = Object.fromEntries((d.procedures ?? []).map((name, i) => [i, `id-${name}`]));
  const f = {
    kind: uint(`${d.name}.${d.name.toUpperCase()}_PDU`, `${d.name.toUpperCase()}-PDU`).at(0, 1).mask(0x60),
    procedure: uint(`${d.name}.procedureCode`, 'procedureCode').at(1, 1).named(procedureNames),
    criticality: uint(`${d.name}.criticality`, 'criticality')
      .at(2, 1)
      .mask(0xc0)
      .named({ 0: 'reject', 1: 'ignore', 2: 'notify' }),
    id: uint(`${d.name}.id`, 'id'),
  };
  const nasLayer = (p: Packet, layer: number): number =>
    d.nas === undefined ? -1 : nasBehind(p, layer, d.nas[1]);
  const made: Protocol = protocol({
    name: d.name,
    title: d.title,
    column: (p, layer) => (nasLayer(p, layer) < 0 ? d.column : `${d.column}/${d.nas![2]}`),
    fields: f,
    on: [[sctpPayloads, d.payload], ...(d.port === undefined ? [] : ([[sctpPorts, d.port]] as const))],
    step(p) {
      const b = p.buf;
      const { at: start, end } = p;
      if (end - start < HEADER) return p.cut(HEADER);
      if (d.listed !== undefined && kinds[b[start]!] !== undefined) p.push(made, LISTED);
      if (d.listed === 'elements' || d.nas !== undefined) {
        eachElement(b, start, end, (id, at, stop) => {
          if (d.listed === 'elements') p.push(made, LISTED);
          if (id !== d.nas?.[0]) return;
          const inner = lengthAt(b, at, stop);
          if (inner !== null && inner[0] + inner[1] <= stop) p.call(d.nas[1], inner[0], inner[0] + inner[1]);
        });
      }
      p.at = end;
      return null;
    },
    emit(p, layer, out) {
      const start = p.start[layer]!;
      out.fixed(f.kind);
      out.fixed(f.procedure);
      out.fixed(f.criticality);
      eachElement(p.bufferOf(layer), start, p.stop[layer]!, (_id, _at, _stop, header) => {
        out.open(f.id, header, 2);
        out.add(f.criticality, header + 2, 1);
        out.close();
      });
    },
    info(p, layer) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      if (p.stop[layer]! - start < HEADER) return '';
      const nas = nasLayer(p, layer);
      const summary = messageName(d.procedures?.[b[start + 1]!], b[start]!);
      return nas < 0 ? summary : `${summary}, ${nasText(p, nas)}`;
    },
  });
  return made;
}

export const cellParts: readonly Protocol[] = [
  part({
    name: 's1ap',
    title: 'S1 Application Protocol',
    column: 'S1AP',
    payload: 18,
    port: 36412,
    procedures: s1apProcedures,
    nas: [26, nasEps, 'NAS-EPS'],
  }),
  part({
    name: 'ngap',
    title: 'NG Application Protocol',
    column: 'NGAP',
    payload: 60,
    port: 38412,
    procedures: ngapProcedures,
    nas: [38, nas5gs, 'NAS-5GS'],
    listed: 'message',
  }),
  part({
    name: 'x2ap',
    title: 'EUTRAN X2 Application Protocol (X2AP)',
    column: 'X2AP',
    payload: 27,
    port: 36422,
    procedures: x2apProcedures,
  }),
  part({
    name: 'xnap',
    title: 'NG-RAN Xn Application Protocol (XnAP)',
    column: 'XnAP',
    payload: 61,
    port: 38422,
    procedures: xnapProcedures,
  }),
  part({
    name: 'f1ap',
    title: 'F1 Application Protocol',
    column: 'F1AP',
    payload: 62,
    port: 38472,
    procedures: f1apProcedures,
  }),
  part({
    name: 'e1ap',
    title: 'E1 Application Protocol',
    column: 'E1AP',
    payload: 64,
    port: 38462,
    procedures: e1apProcedures,
  }),
  part({ name: 'nbap', title: 'UTRAN Iub interface NBAP signalling', column: 'NBAP', payload: 25 }),
  part({
    name: 'hnbap',
    title: 'UTRAN Iuh interface HNBAP signalling',
    column: 'HNBAP',
    payload: 20,
    port: 29169,
  }),
  part({ name: 'rua', title: 'UTRAN Iuh interface RUA signalling', column: 'RUA', payload: 19 }),
  part({ name: 'm2ap', title: 'M2 Application Protocol', column: 'M2AP', payload: 43, port: 36443 }),
  part({ name: 'm3ap', title: 'M3 Application Protocol', column: 'M3AP', payload: 44, port: 36444 }),
  part({
    name: 'lcsap',
    title: 'LCS Application Protocol',
    column: 'LCSAP',
    payload: 29,
    port: 9082,
    listed: 'message',
  }),
  part({
    name: 'sbcap',
    title: 'SBc Application Protocol',
    column: 'SBcAP',
    payload: 24,
    port: 29168,
    listed: 'elements',
  }),
  part({
    name: 'sabp',
    title: 'UTRAN IuBC interface SABP signaling',
    column: 'SABP',
    payload: 31,
    listed: 'elements',
  }),
];
