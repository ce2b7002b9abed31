// TLVs of IS-IS PDUs (ISO 10589 §9, RFC 1195 §5, RFC 5305, RFC 5308, RFC 5120).
import { bool, bytes, ether, type Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { area, systemId } from './osi-address.ts';

const adjacencies = { 0: 'Up', 1: 'Initializing', 2: 'Down' };
const nlpids = { 0x81: 'CLNP', 0x82: 'ESIS', 0x83: 'ISIS', 0x8e: 'IPv6', 0xcc: 'IP' };

/** Fields of one kind of PDU; of a TLV whose fields are missing, only type and length are shown. */
export interface TlvFields {
  readonly tlvType: Field;
  readonly tlvLength: Field;
  readonly [name: string]: Field;
}

export const helloTlvFields = {
  tlvType: uint('isis.hello.clv.type', 'Type'),
  tlvLength: uint('isis.hello.clv.length', 'Length'),
  area: bytes('isis.hello.area_address', 'Area address'),
  nlpid: uint('isis.hello.clv_nlpid.nlpid', 'NLPID').hex(1).named(nlpids),
  address4: ipv4('isis.hello.clv_ipv4_int_addr', 'IPv4 interface address'),
  address6: ipv6('isis.hello.clv_ipv6_int_addr', 'IPv6 interface address'),
  neighborMac: ether('isis.hello.is_neighbor', 'IS Neighbor'),
  topology: uint('isis.hello.clv_mt', 'MT-ID').hex(2).mask(0x0fff),
  adjacency: uint('isis.hello.adjacency_state', 'Adjacency State').named(adjacencies),
  localCircuitId: uint('isis.hello.extended_local_circuit_id', 'Extended Local circuit ID').hex(4),
  neighborId: text('isis.hello.neighbor_systemid', 'Neighbor SystemID'),
  neighborCircuit: uint(
    'isis.hello.neighbor_extended_local_circuit_id',
    'Neighbor Extended Local circuit ID',
  ).hex(4),
  restartFlags: uint('isis.hello.clv_restart_flags', 'Restart Signaling Flags').hex(1),
  authentication: bytes('isis.hello.clv_authentication', 'Authentication'),
} satisfies TlvFields;

const extendedNeighbor = 'isis.lsp.ext_is_reachability';
const extendedPrefix = 'isis.lsp.ext_ip_reachability';
const prefix6 = 'isis.lsp.ipv6_reachability';

export const lspTlvFields = {
  tlvType: uint('isis.lsp.clv.type', 'Type'),
  tlvLength: uint('isis.lsp.clv.length', 'Length'),
  area: bytes('isis.lsp.area_address', 'Area address'),
  nlpid: uint('isis.lsp.clv_nlpid.nlpid', 'NLPID').hex(1).named(nlpids),
  hostname: text('isis.lsp.hostname', 'Hostname'),
  address4: ipv4('isis.lsp.clv_ipv4_int_addr', 'IPv4 interface address'),
  address6: ipv6('isis.lsp.clv_ipv6_int_addr', 'IPv6 interface address'),
  router4: ipv4('isis.lsp.clv_te_router_id', 'Traffic Engineering Router ID'),
  topology: uint('isis.lsp.clv_mt', 'MT-ID').hex(2).mask(0x0fff),
  topologyId: uint('isis.lsp.mtid', 'Topology ID').mask(0x0fff),
  neighbor: text('isis.lsp.eis_neighbors.is_neighbor', 'IS Neighbor'),
  neighborMetric: uint('isis.lsp.eis_neighbors.default_metric', 'Default Metric').mask(0x3f),
  wideNeighbor: text(`${extendedNeighbor}.is_neighbor_id`, 'IS neighbor ID'),
  wideNeighborMetric: uint(`${extendedNeighbor}.metric`, 'Metric'),
  wideNeighborSubLength: uint(`${extendedNeighbor}.subclvs_length`, 'SubCLV Length'),
  prefix: ipv4('isis.lsp.ip_reachability.ipv4_prefix', 'IPv4 prefix'),
  prefixMetric: uint('isis.lsp.ip_reachability.default_metric', 'Default Metric').mask(0x3f),
  widePrefixMetric: uint(`${extendedPrefix}.metric`, 'Metric'),
  widePrefixDown: bool(`${extendedPrefix}.distribution`, 'Distribution').mask(0x80),
  widePrefixSub: bool(`${extendedPrefix}.subtlv`, 'Sub-TLV').mask(0x40),
  widePrefixLength: uint(`${extendedPrefix}.prefix_length`, 'Prefix Length').mask(0x3f),
  widePrefix: ipv4(`${extendedPrefix}.ipv4_prefix`, 'IPv4 prefix'),
  prefix6Metric: uint(`${prefix6}.metric`, 'Metric'),
  prefix6Down: bool(`${prefix6}.distribution`, 'Distribution').mask(0x80),
  prefix6Sub: bool(`${prefix6}.subtlv`, 'Sub-TLV').mask(0x20),
  prefix6Length: uint(`${prefix6}.prefix_length`, 'Prefix Length'),
  prefix6: ipv6(`${prefix6}.ipv6_prefix`, 'IPv6 prefix'),
  authentication: bytes('isis.lsp.authentication', 'Authentication'),
} satisfies TlvFields;

export const csnpTlvFields = {
  tlvType: uint('isis.csnp.clv.type', 'Type'),
  tlvLength: uint('isis.csnp.clv.length', 'Length'),
  entryLifetime: uint('isis.csnp.lsp_remain_life', 'Remaining Lifetime'),
  entryId: text('isis.csnp.lsp_id', 'LSP-ID'),
  entrySequence: uint('isis.csnp.lsp_seq_num', 'LSP Sequence Number').hex(4),
  entryChecksum: uint('isis.csnp.lsp_checksum', 'LSP checksum').hex(2),
  authentication: bytes('isis.csnp.authentication', 'Authentication'),
} satisfies TlvFields;

/** Fields of LSP entries, the same in complete and partial sequence number PDUs. */
export const psnpTlvFields = {
  ...csnpTlvFields,
  tlvType: uint('isis.psnp.clv.type', 'Type'),
  tlvLength: uint('isis.psnp.clv.length', 'Length'),
} satisfies TlvFields;

type Emit = (b: Uint8Array, at: number, end: number, id: number, f: TlvFields, out: Sink) => void;

const known: Readonly<Record<number, { readonly title: string; readonly emit?: Emit }>> = {
  1: { title: 'Area address(es)', emit: emitAreas },
  2: { title: 'IS Reachability', emit: emitNeighbors },
  6: { title: 'IS Neighbor(s)', emit: each('neighborMac', 6) },
  8: { title: 'Padding' },
  9: { title: 'LSP entries', emit: emitEntries },
  10: { title: 'Authentication', emit: emitAuthentication },
  12: { title: 'Checksum' },
  22: { title: 'Extended IS reachability', emit: emitWideNeighbors },
  128: { title: 'IP Internal reachability', emit: emitPrefixes },
  129: { title: 'Protocols supported', emit: each('nlpid', 1) },
  130: { title: 'IP External reachability', emit: emitPrefixes },
  132: { title: 'IP Interface address(es)', emit: each('address4', 4) },
  133: { title: 'IP authentication' },
  134: { title: 'Traffic Engineering Router ID', emit: each('router4', 4) },
  135: { title: 'Extended IP Reachability', emit: emitWidePrefixes },
  137: { title: 'Hostname', emit: emitHostname },
  211: { title: 'Restart Signaling', emit: emitRestart },
  222: { title: 'Multi Topology IS Reachability', emit: inTopology(emitWideNeighbors) },
  229: { title: 'Multi Topology', emit: each('topology', 2) },
  232: { title: 'IPv6 Interface address(es)', emit: each('address6', 16) },
  235: { title: 'Multi Topology Reachable IPv4 Prefixes', emit: inTopology(emitWidePrefixes) },
  236: { title: 'IPv6 reachability', emit: emitPrefixes6 },
  237: { title: 'Multi Topology Reachable IPv6 Prefixes', emit: inTopology(emitPrefixes6) },
  240: { title: 'Point-to-point Adjacency State', emit: emitAdjacency },
  242: { title: 'Router Capability' },
};

/** Emits TLVs up to `end`; system IDs have `id` bytes. */
export function emitTlvs(b: Uint8Array, at: number, end: number, id: number, f: TlvFields, out: Sink): void {
  while (at + 2 <= end) {
    const type = b[at]!;
    const length = b[at + 1]!;
    const stop = at + 2 + length;
    if (stop > end) return;
    const tlv = known[type];
    out.group(`${tlv?.title ?? 'Unknown code'} (t=${type}, l=${length})`, at, 2 + length);
    out.add(f.tlvType, at, 1);
    out.add(f.tlvLength, at + 1, 1);
    tlv?.emit?.(b, at + 2, stop, id, f, out);
    out.close();
    at = stop;
  }
}

/** Emits consecutive values of the same width. */
function each(name: string, width: number): Emit {
  return (_b, at, end, _id, f, out) => {
    const field = f[name];
    if (field === undefined) return;
    for (; at + width <= end; at += width) out.add(field, at, width);
  };
}

/** Entries preceded by a topology identifier (RFC 5120 §7). */
function inTopology(emit: Emit): Emit {
  return (b, at, end, id, f, out) => {
    if (f.topologyId === undefined || at + 2 > end) return;
    out.add(f.topologyId, at, 2);
    emit(b, at + 2, end, id, f, out);
  };
}

function emitAreas(b: Uint8Array, at: number, end: number, _id: number, f: TlvFields, out: Sink): void {
  if (f.area === undefined) return;
  while (at < end && at + 1 + b[at]! <= end) {
    const length = b[at]!;
    out.add(f.area, at, 1 + length);
    out.note(` (${area(b, at + 1, length)})`);
    at += 1 + length;
  }
}

/** Neighbours (ISO 10589 §9.8): four metrics, then system and pseudonode ID. */
function emitNeighbors(b: Uint8Array, at: number, end: number, id: number, f: TlvFields, out: Sink): void {
  if (f.neighbor === undefined) return;
  for (at += 1; at + 5 + id <= end; at += 5 + id) {
    out.add(f.neighborMetric!, at, 1);
    out.add(f.neighbor, at + 4, id + 1, systemId(b, at + 4, id + 1));
  }
}

/** RFC 5305 §3 */
function emitWideNeighbors(
  b: Uint8Array,
  at: number,
  end: number,
  id: number,
  f: TlvFields,
  out: Sink,
): void {
  if (f.wideNeighbor === undefined) return;
  while (at + id + 5 <= end) {
    const metric = at + id + 1;
    out.add(f.wideNeighbor, at, id + 1, systemId(b, at, id + 1));
    out.add(f.wideNeighborMetric!, metric, 3);
    out.add(f.wideNeighborSubLength!, metric + 3, 1);
    at = metric + 4 + b[metric + 3]!;
  }
}

/** RFC 1195 §5.3.2 */
function emitPrefixes(_b: Uint8Array, at: number, end: number, _id: number, f: TlvFields, out: Sink): void {
  if (f.prefix === undefined) return;
  for (; at + 12 <= end; at += 12) {
    out.add(f.prefix, at + 4, 4);
    out.add(f.prefixMetric!, at, 1);
  }
}

/** RFC 5305 §4 */
function emitWidePrefixes(
  b: Uint8Array,
  at: number,
  end: number,
  _id: number,
  f: TlvFields,
  out: Sink,
): void {
  if (f.widePrefix === undefined) return;
  while (at + 5 <= end) {
    const control = b[at + 4]!;
    const size = ((control & 0x3f) + 7) >> 3;
    if (size > 4 || at + 5 + size > end) return;
    const address = new Uint8Array(4);
    address.set(b.subarray(at + 5, at + 5 + size));
    out.add(f.widePrefixMetric!, at, 4);
    out.add(f.widePrefixDown!, at + 4, 1);
    out.add(f.widePrefixSub!, at + 4, 1);
    out.add(f.widePrefixLength!, at + 4, 1);
    out.add(f.widePrefix, at + 5, size, address);
    at += 5 + size;
    if (control & 0x40) at += 1 + (b[at] ?? 0);
  }
}

/** RFC 5308 §2 */
function emitPrefixes6(b: Uint8Array, at: number, end: number, _id: number, f: TlvFields, out: Sink): void {
  if (f.prefix6 === undefined) return;
  while (at + 6 <= end) {
    const size = (b[at + 5]! + 7) >> 3;
    if (size > 16 || at + 6 + size > end) return;
    const address = new Uint8Array(16);
    address.set(b.subarray(at + 6, at + 6 + size));
    out.add(f.prefix6Metric!, at, 4);
    out.add(f.prefix6Down!, at + 4, 1);
    out.add(f.prefix6Sub!, at + 4, 1);
    out.add(f.prefix6Length!, at + 5, 1);
    out.add(f.prefix6, at + 6, size, address);
    const hasSub = (b[at + 4]! & 0x20) !== 0;
    at += 6 + size;
    if (hasSub) at += 1 + (b[at] ?? 0);
  }
}

/** ISO 10589 §9.10 */
function emitEntries(b: Uint8Array, at: number, end: number, id: number, f: TlvFields, out: Sink): void {
  if (f.entryId === undefined) return;
  for (; at + 10 + id <= end; at += 10 + id) {
    const rest = at + 4 + id;
    out.add(f.entrySequence!, rest, 4);
    out.add(f.entryLifetime!, at, 2);
    out.add(f.entryChecksum!, rest + 4, 2);
    out.add(f.entryId, at + 2, id + 2, systemId(b, at + 2, id + 2));
  }
}

/** Authentication: type 54 is an HMAC-MD5 digest (RFC 5304 §2); others are cleartext, or private to the domain. */
function emitAuthentication(
  b: Uint8Array,
  at: number,
  end: number,
  _id: number,
  f: TlvFields,
  out: Sink,
): void {
  if (f.authentication !== undefined && at + 1 < end && b[at] === 54) {
    out.add(f.authentication, at + 1, end - at - 1);
  }
}

/** RFC 5301 §3 */
function emitHostname(_b: Uint8Array, at: number, end: number, _id: number, f: TlvFields, out: Sink): void {
  if (f.hostname !== undefined && at < end) out.add(f.hostname, at, end - at);
}

/** RFC 5303 §3 */
function emitAdjacency(b: Uint8Array, at: number, end: number, id: number, f: TlvFields, out: Sink): void {
  if (f.adjacency === undefined || at + 1 > end) return;
  out.add(f.adjacency, at, 1);
  if (at + 5 > end) return;
  out.add(f.localCircuitId!, at + 1, 4);
  if (at + 5 + id > end) return;
  out.add(f.neighborId!, at + 5, id, systemId(b, at + 5, id));
  if (at + 9 + id <= end) out.add(f.neighborCircuit!, at + 5 + id, 4);
}

/** RFC 8706 §3.1 */
function emitRestart(_b: Uint8Array, at: number, end: number, _id: number, f: TlvFields, out: Sink): void {
  if (f.restartFlags !== undefined && at < end) out.add(f.restartFlags, at, 1);
}
