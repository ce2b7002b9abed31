// Intermediate System to Intermediate System (ISO/IEC 10589; for IP RFC 1195): common header and the four kinds of PDU.
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, text, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, osiNlpids } from '../../core/table.ts';
import { BAD, checksumStatusNames, GOOD, NOT_PRESENT, UNVERIFIED } from '../checksum.ts';
import {
  csnpTlvFields,
  emitTlvs,
  helloTlvFields,
  lspTlvFields,
  psnpTlvFields,
  type TlvFields,
} from './isis-tlv.ts';
import { systemId } from './osi-address.ts';

const NLPID = 0x83;
const HEADER = 8;

const typeNames: Readonly<Record<number, string>> = {
  15: 'L1 HELLO',
  16: 'L2 HELLO',
  17: 'P2P HELLO',
  18: 'L1 LSP',
  20: 'L2 LSP',
  24: 'L1 CSNP',
  25: 'L2 CSNP',
  26: 'L1 PSNP',
  27: 'L2 PSNP',
};

const P2P_HELLO = 17;

const f = {
  discriminator: uint('isis.irpd', 'Intradomain Routing Protocol Discriminator')
    .at(0, 1)
    .hex()
    .named({ 131: 'ISIS' }),
  length: uint('isis.len', 'Length Indicator').at(1, 1),
  version: uint('isis.version', 'Version/Protocol ID Extension').at(2, 1),
  idLength: uint('isis.sysid_len', 'ID Length').at(3, 1),
  type: uint('isis.type', 'PDU Type').at(4, 1).mask(0x1f).named(typeNames),
  version2: uint('isis.version2', 'Version').at(5, 1),
  reserved: uint('isis.reserved', 'Reserved').at(6, 1),
  areasMax: uint('isis.max_area_adr', 'Maximum Area Addresses').at(7, 1),
};

const isis: Protocol = protocol({
  name: 'isis',
  title: 'ISO 10589 ISIS InTRA Domain Routeing Information Exchange Protocol',
  column: 'ISIS',
  fields: f,
  on: [
    [osiNlpids, NLPID],
    [etherTypes, 0x22f4],
  ],
  step(p) {
    if (p.end - p.at < HEADER) {
      if (p.wireEnd - p.at < HEADER) return p.cutUnseen(HEADER, COLUMN);
      return p.cut(HEADER);
    }
    const b = p.buf;
    const start = p.at;
    const type = b[start + 4]! & 0x1f;
    p.at += HEADER;
    if (b[start + 1]! < HEADER) return null;
    if (type >= 15 && type <= 17) return hello;
    if (type === 18 || type === 20) return lsp;
    if (type === 24 || type === 25) return csnp;
    return type === 26 || type === 27 ? psnp : null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 5 || b[start + 1]! < HEADER) return '';
    return typeText(b, start);
  },
});

function typeText(b: Uint8Array, header: number): string {
  const type = b[header + 4]! & 0x1f;
  return typeNames[type] ?? `Unknown (0x${type.toString(16)})`;
}

/** Length of system IDs (§9.5): 0 means 6, and 255 means none. */
function idLengthOf(b: Uint8Array, header: number): number {
  const length = b[header + 3]!;
  return length === 0 ? 6 : length === 255 ? 0 : length;
}

interface Pdu {
  /** Offset of the PDU length relative to the common header, and size of the PDU's header. */
  lengthAt(idLength: number): number;
  size(idLength: number, type: number): number;
  readonly tlvs: TlvFields;
}

const kinds = {
  // §9.5 to §9.7
  hello: {
    lengthAt: (id) => 1 + id + 2,
    size: (id, type) => (type === P2P_HELLO ? 6 + id : 7 + 2 * id),
    tlvs: helloTlvFields,
  },
  // §9.8, §9.9
  lsp: { lengthAt: () => 0, size: (id) => 13 + id, tlvs: lspTlvFields },
  // §9.10, §9.11
  csnp: { lengthAt: () => 0, size: (id) => 7 + 3 * id, tlvs: csnpTlvFields },
  // §9.12, §9.13
  psnp: { lengthAt: () => 0, size: (id) => 3 + id, tlvs: psnpTlvFields },
} satisfies Record<string, Pdu>;

/** Checks the header of a PDU and walks its TLVs, which end with the PDU. */
function stepPdu(p: Packet, kind: Pdu): null {
  const b = p.buf;
  const start = p.at;
  const header = start - HEADER;
  const id = idLengthOf(b, header);
  const size = kind.size(id, b[header + 4]! & 0x1f);
  if (b[header + 1]! < HEADER + size) return null;
  if (p.end - start < size) return p.cut(size);
  const stop = header + u16(b, start + kind.lengthAt(id));
  p.at += size;
  while (p.at < stop) {
    if (p.at + 2 > p.end) return p.cut(2);
    const length = 2 + b[p.at + 1]!;
    if (p.at + length > stop) return null;
    if (p.at + length > p.end) return p.cut(length);
    p.at += length;
  }
  return null;
}

/** Whether the header of the layer was captured in full and is valid. */
function isWhole(p: Packet, layer: number, kind: Pdu): boolean {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const size = kind.size(idLengthOf(b, start - HEADER), b[start - HEADER + 4]! & 0x1f);
  return b[start - HEADER + 1]! >= HEADER + size && p.stop[layer]! - start >= size;
}

function tlvsEnd(p: Packet, layer: number, kind: Pdu): number {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const length = u16(b, start + kind.lengthAt(idLengthOf(b, start - HEADER)));
  return Math.min(p.stop[layer]!, start - HEADER + length);
}

const h = {
  circuit: uint('isis.hello.circuit_type', 'Circuit type').hex().mask(0x03).named({
    1: 'Level 1 only',
    2: 'Level 2 only',
    3: 'Level 1 and 2',
  }),
  source: text('isis.hello.source_id', 'SystemID {Sender of PDU}'),
  holding: uint('isis.hello.holding_timer', 'Holding timer'),
  length: uint('isis.hello.pdu_length', 'PDU length'),
  priority: uint('isis.hello.priority', 'Priority').mask(0x7f),
  lan: text('isis.hello.lan_id', 'SystemID {Designated IS}'),
  localCircuit: uint('isis.hello.local_circuit_id', 'Local circuit ID'),
  ...helloTlvFields,
};

const hello: Protocol = protocol({
  name: 'isis.hello',
  title: 'ISIS HELLO',
  column: 'ISIS HELLO',
  fields: h,
  step: (p) => stepPdu(p, kinds.hello),
  emit(p, layer, out) {
    if (!isWhole(p, layer, kinds.hello)) return;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const id = idLengthOf(b, start - HEADER);
    const type = b[start - HEADER + 4]! & 0x1f;
    out.add(h.circuit, start, 1);
    out.add(h.source, start + 1, id, systemId(b, start + 1, id));
    let at = start + 1 + id;
    out.add(h.holding, at, 2);
    out.add(h.length, at + 2, 2);
    at += 4;
    if (type === P2P_HELLO) out.add(h.localCircuit, at, 1);
    else {
      out.add(h.priority, at, 1);
      out.add(h.lan, at + 1, id + 1, systemId(b, at + 1, id + 1));
    }
    emitTlvs(
      b,
      start + kinds.hello.size(id, type),
      tlvsEnd(p, layer, kinds.hello),
      id,
      kinds.hello.tlvs,
      out,
    );
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const name = typeText(b, start - HEADER);
    const id = idLengthOf(b, start - HEADER);
    if (!isWhole(p, layer, kinds.hello)) return name;
    return `${name}, System-ID: ${systemId(b, start + 1, id)}`;
  },
});

const l = {
  length: uint('isis.lsp.pdu_length', 'PDU length'),
  lifetime: uint('isis.lsp.remaining_life', 'Remaining lifetime'),
  id: text('isis.lsp.lsp_id', 'LSP-ID'),
  sequence: uint('isis.lsp.sequence_number', 'Sequence number').hex(4),
  checksum: uint('isis.lsp.checksum', 'Checksum').hex(2),
  checksumStatus: uint('isis.lsp.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  partition: bool('isis.lsp.partition_repair', 'Partition Repair').mask(0x80),
  attached: uint('isis.lsp.att', 'Attachment').mask(0x78),
  overload: bool('isis.lsp.overload', 'Overload bit').mask(0x04),
  systemType: uint('isis.lsp.is_type', 'Type of Intermediate System').mask(0x03).named({
    1: 'Level 1',
    3: 'Level 2',
  }),
  ...lspTlvFields,
};

const lsp: Protocol = protocol({
  name: 'isis.lsp',
  title: 'ISO 10589 ISIS Link State Protocol Data Unit',
  column: 'ISIS LSP',
  fields: l,
  step: (p) => stepPdu(p, kinds.lsp),
  emit(p, layer, out) {
    if (!isWhole(p, layer, kinds.lsp)) return;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const id = idLengthOf(b, start - HEADER);
    out.add(l.length, start, 2);
    out.add(l.lifetime, start + 2, 2);
    out.add(l.id, start + 4, id + 2, systemId(b, start + 4, id + 2));
    const at = start + 4 + id + 2;
    out.add(l.sequence, at, 4);
    out.add(l.checksum, at + 4, 2);
    out.add(l.checksumStatus, at + 4, 0, lspStatus(p, layer));
    for (const field of [l.partition, l.attached, l.overload, l.systemType]) out.add(field, at + 6, 1);
    emitTlvs(b, at + 7, tlvsEnd(p, layer, kinds.lsp), id, kinds.lsp.tlvs, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const name = typeText(b, start - HEADER);
    if (!isWhole(p, layer, kinds.lsp)) return name;
    const id = idLengthOf(b, start - HEADER);
    const sequence = u32(b, start + 6 + id)
      .toString(16)
      .padStart(8, '0');
    const lifetime = String(u16(b, start + 2)).padStart(5);
    const lspId = systemId(b, start + 4, id + 2);
    return `${name}, LSP-ID: ${lspId}, Sequence: 0x${sequence}, Lifetime: ${lifetime}s${lspStatus(p, layer) === BAD ? ' [ISIS CHECKSUM INCORRECT]' : ''}`;
  },
});

/** Fletcher checksum (§7.3.11), over everything after the remaining lifetime. */
function lspStatus(p: Packet, layer: number): number {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = start - HEADER + u16(b, start);
  if (end > p.stop[layer]!) return UNVERIFIED;
  // §7.3.16.4: a purged LSP, with lifetime 0, consists of its header only.
  if (u16(b, start + 2) === 0 || u16(b, start + 10 + idLengthOf(b, start - HEADER)) === 0) return NOT_PRESENT;
  let sum = 0;
  let sums = 0;
  for (let at = start + 4; at < end; at++) {
    sum = (sum + b[at]!) % 255;
    sums = (sums + sum) % 255;
  }
  return sum === 0 && sums === 0 ? GOOD : BAD;
}

const c = {
  length: uint('isis.csnp.pdu_length', 'PDU length'),
  source: text('isis.csnp.source_id', 'Source-ID'),
  circuit: bytes('isis.csnp.source_circuit', 'Source-ID-Circuit'),
  first: text('isis.csnp.start_lsp_id', 'Start LSP-ID'),
  last: text('isis.csnp.end_lsp_id', 'End LSP-ID'),
  ...csnpTlvFields,
};

const csnp: Protocol = protocol({
  name: 'isis.csnp',
  title: 'ISO 10589 ISIS Complete Sequence Numbers Protocol Data Unit',
  column: 'ISIS CSNP',
  fields: c,
  step: (p) => stepPdu(p, kinds.csnp),
  emit(p, layer, out) {
    if (!isWhole(p, layer, kinds.csnp)) return;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const id = idLengthOf(b, start - HEADER);
    const first = start + 3 + id;
    out.add(c.length, start, 2);
    out.add(c.source, start + 2, id, systemId(b, start + 2, id));
    out.add(c.circuit, start + 2 + id, 1);
    out.add(c.first, first, id + 2, systemId(b, first, id + 2));
    out.add(c.last, first + id + 2, id + 2, systemId(b, first + id + 2, id + 2));
    emitTlvs(b, first + 2 * (id + 2), tlvsEnd(p, layer, kinds.csnp), id, kinds.csnp.tlvs, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const name = typeText(b, start - HEADER);
    if (!isWhole(p, layer, kinds.csnp)) return name;
    const id = idLengthOf(b, start - HEADER);
    const first = start + 3 + id;
    const source = systemId(b, start + 2, id + 1);
    const range = `Start LSP-ID: ${systemId(b, first, id + 2)}, End LSP-ID: ${systemId(b, first + id + 2, id + 2)}`;
    return `${name}, Source-ID: ${source}, ${range}`;
  },
});

const s = {
  length: uint('isis.psnp.pdu_length', 'PDU length'),
  source: text('isis.psnp.source_id', 'Source-ID'),
  circuit: bytes('isis.psnp.source_circuit', 'Source-ID-Circuit'),
  ...psnpTlvFields,
};

const psnp: Protocol = protocol({
  name: 'isis.psnp',
  title: 'ISO 10589 ISIS Partial Sequence Numbers Protocol Data Unit',
  column: 'ISIS PSNP',
  fields: s,
  step: (p) => stepPdu(p, kinds.psnp),
  emit(p, layer, out) {
    if (!isWhole(p, layer, kinds.psnp)) return;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const id = idLengthOf(b, start - HEADER);
    out.add(s.length, start, 2);
    out.add(s.source, start + 2, id, systemId(b, start + 2, id));
    out.add(s.circuit, start + 2 + id, 1);
    emitTlvs(b, start + 3 + id, tlvsEnd(p, layer, kinds.psnp), id, kinds.psnp.tlvs, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const name = typeText(b, start - HEADER);
    const id = idLengthOf(b, start - HEADER);
    if (!isWhole(p, layer, kinds.psnp)) return name;
    return `${name}, Source-ID: ${systemId(b, start + 2, id + 1)}`;
  },
});

export const isisProtocols: readonly Protocol[] = [isis, hello, lsp, csnp, psnp];
