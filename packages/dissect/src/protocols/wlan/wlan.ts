// IEEE 802.11 frames (IEEE Std 802.11-2020 §9).
import { u16le, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, ether, type Field, none, text, uint } from '../../core/field.ts';
import { COLUMN, ETHER, NESTED, OTHER, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { greProtocols, linkTypes } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';
import { eth } from '../eth.ts';
import { sllTypes } from '../link/tables.ts';
import { llc } from '../llc.ts';
import { frameTypeNames } from '../names/wlan.ts';
import { ipx } from '../oldlan/ipx.ts';
import { FragmentStore } from './fragments.ts';
import * as w from './frame.ts';
import { managementText, readManagement } from './management.ts';
import { HAS_FCS, IS_PADDED, wlanRadio } from './radio.ts';

const FCS = 4;
/** Bit of the flags (IEEE Std 802.11-2020 §9.2.4.1.7). */
const RETRY = 0x08;
const HT_CONTROL = 4;
/**
 * Length of the initialization vector: for WEP, and for TKIP or CCMP, indicated by the extended IV bit (§12.3.2,
 * §12.5.3.2).
 */
const IV = 4;
const EXTENDED_IV = 8;
const IS_EXTENDED = 0x20;
/** Marks of a layer, in addition to the radio layer's: a fragment of an incomplete frame; a truncated header. */
const IS_FRAGMENT = 4;
const IS_CUT = 8;

const ra = ether('wlan.ra', 'Receiver address');
const ta = ether('wlan.ta', 'Transmitter address');
const da = ether('wlan.da', 'Destination address');
const sa = ether('wlan.sa', 'Source address');
const bssid = ether('wlan.bssid', 'BSS Id');
const staa = ether('wlan.staa', 'STA address');
/** Addresses with their names: none are looked up, so that these are the addresses. */
const resolved = (address: Field): Field =>
  text(`${address.name}_resolved`, `${address.title} (resolved)`).hidden();
const raName = resolved(ra);
const taName = resolved(ta);
const daName = resolved(da);
const saName = resolved(sa);
const bssidName = resolved(bssid);
const staaName = resolved(staa);
const typeNames = { 0: 'Management frame', 1: 'Control frame', 2: 'Data frame', 3: 'Extension frame' };
const f = {
  kind: uint('wlan.fc.type_subtype', 'Type/Subtype').hex(2).named(frameTypeNames),
  control: uint('wlan.fc', 'Frame Control Field').at(0, 2).hex(),
  version: uint('wlan.fc.version', 'Version').at(0, 1).mask(0x03),
  type: uint('wlan.fc.type', 'Type').at(0, 1).mask(0x0c).named(typeNames),
  subtype: uint('wlan.fc.subtype', 'Subtype').at(0, 1).mask(0xf0),
  flags: uint('wlan.flags', 'Flags').at(1, 1).hex(),
  ds: uint('wlan.fc.ds', 'DS status').at(1, 1).mask(0x03).hex(1),
  toDs: bool('wlan.fc.tods', 'To DS').at(1, 1).mask(0x01).hidden(),
  fromDs: bool('wlan.fc.fromds', 'From DS').at(1, 1).mask(0x02).hidden(),
  moreFragments: bool('wlan.fc.frag', 'More Fragments').at(1, 1).mask(0x04),
  retry: bool('wlan.fc.retry', 'Retry').at(1, 1).mask(RETRY),
  retryExpert: none('wlan.fc.retry.expert', 'Retransmission (retry)'),
  powerManagement: bool('wlan.fc.pwrmgt', 'PWR MGT').at(1, 1).mask(0x10),
  moreData: bool('wlan.fc.moredata', 'More Data').at(1, 1).mask(0x20),
  protectedFrame: bool('wlan.fc.protected', 'Protected flag').at(1, 1).mask(0x40),
  order: bool('wlan.fc.order', '+HTC/Order flag').at(1, 1).mask(0x80),
  duration: uint('wlan.duration', 'Duration').le().mask(0x7fff),
  aid: uint('wlan.aid', 'Association ID').le().mask(0x3fff),
  ra,
  ta,
  da,
  sa,
  bssid,
  staa,
  raName,
  taName,
  daName,
  saName,
  bssidName,
  staaName,
  addr: ether('wlan.addr', 'Hardware address').hidden(),
  addrName: text('wlan.addr_resolved', 'Hardware address (resolved)').hidden(),
  fragment: uint('wlan.frag', 'Fragment number').le().mask(0x000f),
  sequence: uint('wlan.seq', 'Sequence number').le().mask(0xfff0),
  qos: uint('wlan.qos', 'Qos Control').hex(2).le(),
  tid: uint('wlan.qos.tid', 'TID').le().mask(0x000f),
  priority: uint('wlan.qos.priority', 'Priority').le().mask(0x0007),
  ackPolicy: uint('wlan.qos.ack', 'Ack Policy').hex(2).le().mask(0x0060),
  amsdu: bool('wlan.qos.amsdupresent', 'Payload Type').le().mask(0x0080),
  wepIv: uint('wlan.wep.iv', 'Initialization Vector').hex(3),
  wepKey: uint('wlan.wep.key', 'Key Index'),
  fcs: uint('wlan.fcs', 'Frame check sequence').hex(4).le(),
  fcsStatus: uint('wlan.fcs.status', 'FCS Status').byName().named({ 0: 'Bad', 1: 'Good', 2: 'Unverified' }),
};
const flagFields: readonly Field[] = [
  f.ds,
  f.toDs,
  f.fromDs,
  f.moreFragments,
  f.retry,
  f.powerManagement,
  f.moreData,
  f.protectedFrame,
  f.order,
];

export const wlan: Protocol = protocol({
  name: 'wlan',
  title: 'IEEE 802.11',
  column: '802.11',
  fields: f,
  on: [
    [linkTypes, 105],
    [sllTypes, 25],
    [greProtocols, ...Array.from({ length: 27 }, (_, i) => 0x8200 + i * 16)],
  ],
  step(p) {
    const b = p.buf;
    const layer = p.count - 1;
    const start = p.at;
    let marks = layer > 0 && p.protocols[layer - 1] === wlanRadio ? p.mark[layer - 1]! : 0;
    p.mark[layer] = marks;
    if (p.end - start < 2) return p.cut(2);
    if (marks & HAS_FCS) {
      if (p.wireEnd - start < FCS) return p.cut(FCS);
      p.wireEnd -= FCS;
      if (p.end > p.wireEnd) p.end = p.wireEnd;
    }
    const frame = w.readFrame(b, start, p.end);
    if (p.end - start < frame.header) {
      marks |= IS_CUT;
      p.mark[layer] = marks;
      return p.cut(frame.header);
    }
    showAddresses(p, frame);
    p.at = start + frame.header;
    if (frame.type === w.CONTROL || frame.type === w.EXTENSION) {
      p.at = p.end;
      return null;
    }
    // §9.2.4.6: the HT control field is present if the order bit is set in QoS data and management frames.
    if (frame.flags & w.ORDER && (frame.type === w.MANAGEMENT || frame.qos >= 0)) p.at += HT_CONTROL;
    if (marks & IS_PADDED) p.at = start + ((p.at - start + 3) & ~3);
    if (p.at > p.end) return p.cut(p.at - start);
    if (!frame.hasBody) return null;
    if (frame.flags & w.PROTECTED) return readProtected(p);
    const isFragment = (frame.flags & w.MORE_FRAGMENTS) !== 0 || (b[frame.sequence]! & 0x0f) !== 0;
    if (isFragment && frame.type === w.DATA) return readFragment(p, layer, frame);
    if (frame.type === w.MANAGEMENT) return readManagement(p, frame.subtype);
    return frame.isAmsdu ? readAmsdu(p) : payloadOf(p);
  },
  expert(p, layer, add) {
    if (isRetry(p, layer))
      add('note', 'sequence', 'Retransmission (retry)', { under: f.retry, name: f.retryExpert });
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < 2) return;
    const frame = w.readFrame(b, start, stop);
    out.add(f.kind, start, 2, frame.kind);
    out.openFixed(f.control);
    for (const field of [f.version, f.type, f.subtype]) out.fixed(field);
    out.openFixed(f.flags);
    for (const field of flagFields) out.fixed(field);
    if (isRetry(p, layer)) out.add(f.retryExpert, start + 1, 0);
    out.close();
    out.close();
    if (stop - start < frame.header) return;
    out.add(frame.kind === w.PS_POLL ? f.aid : f.duration, start + 2, 2);
    emitAddresses(b, frame, out);
    if (frame.sequence >= 0) {
      out.add(f.fragment, frame.sequence, 2);
      out.add(f.sequence, frame.sequence, 2);
    }
    const { hasBody, flags, qos } = frame;
    if (p.mark[layer]! & HAS_FCS && (p.mark[layer]! & IS_CUT) === 0) {
      out.add(f.fcs, stop - FCS, FCS, u32le(b, stop - FCS));
      out.add(f.fcsStatus, stop - FCS, 0, 2);
    }
    if (qos >= 0) {
      out.open(f.qos, qos, 2);
      for (const field of [f.tid, f.priority, f.ackPolicy, f.amsdu]) out.add(field, qos, 2);
      out.close();
    }
    const body = p.payload[layer]!;
    if (hasBody && flags & w.PROTECTED && body - IV > start && body <= stop) {
      const iv =
        body - (b[body - EXTENDED_IV + 3]! & IS_EXTENDED && body - EXTENDED_IV > start ? EXTENDED_IV : IV);
      if ((b[iv + 3]! & IS_EXTENDED) === 0) out.add(f.wepIv, iv, 3);
      out.add(f.wepKey, iv + 3, 1, b[iv + 3]! >> 6);
    }
  },
  headline(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return '';
    const b = p.bufferOf(layer);
    const { kind, flags } = w.readFrame(b, start, p.stop[layer]!);
    return ` ${kindName(kind)}, Flags: ${w.flagsText(flags, (p.mark[layer]! & HAS_FCS) !== 0)}`;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const marks = p.mark[layer]!;
    if (stop - start < 2) return '';
    if (marks & IS_FRAGMENT) return 'Fragmented IEEE 802.11 frame';
    const frame = w.readFrame(b, start, stop);
    const name = kindName(frame.kind);
    if (stop - start < frame.header || marks & IS_CUT) return name;
    const flags = w.flagsText(frame.flags, (marks & HAS_FCS) !== 0);
    if (frame.sequence < 0) return `${name}, Flags=${flags}`;
    const sequence = u16le(b, frame.sequence);
    const summary = `${name}, SN=${sequence >> 4}, FN=${sequence & 15}, Flags=${flags}`;
    const { type, subtype } = frame;
    return type === w.MANAGEMENT && (frame.flags & w.PROTECTED) === 0
      ? summary + managementText(p, layer, subtype)
      : summary;
  },
});

function kindName(kind: number): string {
  return frameTypeNames[kind] ?? 'Unrecognized (Reserved frame)';
}

/** Sets the address columns to source and destination; for control frames the label tells which address it is. */
function showAddresses(p: Packet, frame: w.Frame): void {
  if (frame.sa >= 0) {
    p.showAddresses(ETHER, frame.sa, frame.da);
    return;
  }
  if ((p.visibility & COLUMN) === 0) return;
  p.columnKind = OTHER;
  const toBss = frame.kind === w.PS_POLL;
  const to = toBss ? frame.bssid : frame.ra;
  p.columnDstText = `${ethernetAddress(p.buf, to)} (${toBss ? 'BSSID' : 'RA'})`;
  p.columnSrcText =
    frame.ta < 0 ? '' : `${ethernetAddress(p.buf, frame.ta)} (${frame.kind === w.CF_END ? 'BSSID' : 'TA'})`;
}

function isRetry(p: Packet, layer: number): boolean {
  const start = p.start[layer]!;
  return p.stop[layer]! - start >= 2 && (p.bufferOf(layer)[start + 1]! & RETRY) !== 0;
}

/** Each address under its roles, and once as `wlan.addr`. */
function emitAddresses(b: Uint8Array, frame: w.Frame, out: Sink): void {
  let seen = -1;
  const add = (field: Field, name: Field, at: number): void => {
    if (at < 0) return;
    out.add(field, at, 6);
    const text = out.wants(name) || out.wants(f.addrName) ? ethernetAddress(b, at) : '';
    out.add(name, at, 0, text);
    if (at <= seen) return;
    seen = at;
    out.add(f.addr, at, 6);
    out.add(f.addrName, at, 0, text);
  };
  add(ra, raName, frame.ra);
  if (frame.kind === w.CF_END) add(bssid, bssidName, frame.ta);
  add(ta, taName, frame.ta);
  add(da, daName, frame.da);
  add(sa, saName, frame.sa);
  add(bssid, bssidName, frame.bssid);
  const ds = frame.flags & (w.TO_DS | w.FROM_DS);
  if (frame.type === w.DATA && ds !== 0 && ds !== (w.TO_DS | w.FROM_DS))
    add(staa, staaName, ds === w.TO_DS ? frame.ta : frame.ra);
}

/** Skips the initialization vector; what follows is encrypted. */
function readProtected(p: Packet): Protocol | null {
  if (p.end - p.at < IV) return p.cut(IV);
  const width = p.buf[p.at + 3]! & IS_EXTENDED ? EXTENDED_IV : IV;
  if (p.end - p.at < width) return p.cut(width);
  p.at += width;
  return p.at < p.end ? data : null;
}

function readFragment(p: Packet, layer: number, frame: w.Frame): Protocol | null {
  const sequence = u16le(p.buf, frame.sequence);
  const isLast = (frame.flags & w.MORE_FRAGMENTS) === 0;
  const store = p.session.memoryOf('wlan', () => new FragmentStore());
  const whole =
    p.wireEnd > p.end ? null : store.add(p.buf, frame.ta, sequence >> 4, sequence & 15, p.at, p.end, isLast);
  if (whole === null) {
    p.mark[layer]! |= IS_FRAGMENT;
    return p.at < p.end ? data : null;
  }
  p.within('Reassembled 802.11', whole, 0, whole.length, whole.length, (inner) => {
    const next = payloadOf(inner);
    if (next !== null) inner.run(next);
  });
  return null;
}

/** LLC, unless the first bytes indicate another format, which some drivers produce. */
function payloadOf(p: Packet): Protocol | null {
  const b = p.buf;
  if (p.end - p.at < 2) return p.at < p.end ? llc : null;
  const first = b[p.at]!;
  const second = b[p.at + 1]!;
  if (first === 0xaa && second === 0xaa) return llc;
  if (p.columnKind === ETHER && p.end - p.at >= 14 && holdsAddress(p)) return eth;
  if (first === 0xff && second === 0xff) return ipx;
  if (first === 0 && second === 0) p.at += 2;
  return llc;
}

/** Whether the payload is a complete Ethernet frame with the addresses of the enclosing frame. */
function holdsAddress(p: Packet): boolean {
  const b = p.buf;
  const isAt = (at: number, address: number): boolean => {
    for (let i = 0; i < 6; i++) if (b[at + i] !== p.columnBuf[address + i]) return false;
    return true;
  };
  return isAt(p.at + 6, p.columnSrc) || isAt(p.at, p.columnDst);
}

const aggregateFields = {
  da: ether('wlan_aggregate.a_mdsu.da', 'Destination address'),
  sa: ether('wlan_aggregate.a_mdsu.sa', 'Source address'),
  length: uint('wlan_aggregate.a_mdsu.length', 'A-MSDU Length'),
};
const SUBFRAME = 14;

/** A separate tree for an A-MSDU, which contains several packets. */
export const wlanAggregate: Protocol = protocol({
  name: 'wlan_aggregate',
  title: 'IEEE 802.11 Aggregate MSDU',
  column: 'WLAN_AGGREGATE',
  fields: aggregateFields,
  step: () => null,
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    let at = p.start[layer]!;
    for (let i = 1; at + SUBFRAME <= p.stop[layer]!; i++) {
      const length = (b[at + 12]! << 8) | b[at + 13]!;
      out.group(`A-MSDU Subframe #${i}`, at, SUBFRAME + length);
      out.add(aggregateFields.da, at, 6);
      out.add(aggregateFields.sa, at + 6, 6);
      out.add(aggregateFields.length, at + 12, 2);
      out.close();
      at += (SUBFRAME + length + 3) & ~3;
    }
  },
});

/** A-MSDU subframes (§9.3.2.2): destination, source, length, packet; all but the last are padded to four bytes. */
function readAmsdu(p: Packet): null {
  const b = p.buf;
  p.push(wlanAggregate, SHOWN | NESTED);
  while (p.end - p.at >= SUBFRAME) {
    const length = (b[p.at + 12]! << 8) | b[p.at + 13]!;
    const start = p.at + SUBFRAME;
    const end = start + length;
    if (end > p.end) {
      p.at = start;
      return p.cut(length);
    }
    if (length > 0) p.call(llc, start, end);
    p.at += (SUBFRAME + length + 3) & ~3;
  }
  return null;
}
