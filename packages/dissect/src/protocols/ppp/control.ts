// PPP control protocols, which share one packet format (RFC 1661 §5): LCP (RFC 1661), IPCP (RFC 1332, RFC 1877), IPv6CP
// (RFC 5072), CCP (RFC 1962, RFC 3078), and others of which only the header is dissected.
import { u16 } from '../../core/bytes.ts';
import { bytes, type Field, ipv4, text, uint } from '../../core/field.ts';
import { LISTED, NESTED, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes, pppProtocols } from '../../core/table.ts';
import { pppProtocolNames } from '../names/ppp.ts';

const HEADER = 4;
const OPTION_HEADER = 2;
const CONFIGURE_REJECT = 4;
const PROTOCOL_REJECT = 8;
const ECHO_REQUEST = 9;
const DISCARD_REQUEST = 11;
const IDENTIFICATION = 12;
const TIME_REMAINING = 13;

const codeNames: Readonly<Record<number, string>> = {
  0: 'Vendor Specific',
  1: 'Configuration Request',
  2: 'Configuration Ack',
  3: 'Configuration Nak',
  4: 'Configuration Reject',
  5: 'Termination Request',
  6: 'Termination Ack',
  7: 'Code Reject',
  8: 'Protocol Reject',
  9: 'Echo Request',
  10: 'Echo Reply',
  11: 'Discard Request',
  12: 'Identification',
  13: 'Time Remaining',
  14: 'Reset Request',
  15: 'Reset Ack',
};

/** Fields common to all control protocols. */
const common = {
  code: uint('ppp.code', 'Code').at(0, 1).named(codeNames),
  identifier: uint('ppp.identifier', 'Identifier').at(1, 1),
  length: uint('ppp.length', 'Length').at(2, 2),
  data: bytes('ppp.data', 'Data'),
};

/** An option type: its name, and the field of its value, if any. */
interface Option {
  readonly title: string;
  readonly value?: Field;
}
type Options = Readonly<Record<number, Option>>;

interface Definition {
  readonly name: string;
  readonly title: string;
  readonly column: string;
  readonly numbers: readonly number[];
  readonly options: Options;
  readonly optionType?: Field;
  readonly optionLength?: Field;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly body?: (p: Packet, b: Uint8Array, start: number, end: number, out: Sink) => void;
}

/** End of the packet at `start`, limited by its length field and the captured bytes. */
function endOf(b: Uint8Array, start: number, stop: number): number {
  return Math.min(stop, start + u16(b, start + 2));
}

function control(d: Definition): Protocol {
  const values: Field[] = Object.values(d.options).flatMap((option) => option.value ?? []);
  const own: Record<string, Field> = { ...common, ...d.fields };
  if (d.optionType !== undefined) own.optionType = d.optionType;
  if (d.optionLength !== undefined) own.optionLength = d.optionLength;
  values.forEach((field, i) => {
    own[`value${i}`] = field;
  });
  return protocol({
    name: d.name,
    title: d.title,
    column: (p, layer) => (p.stop[layer]! - p.start[layer]! < HEADER ? null : d.column),
    fields: own,
    // Windows delivers internal PPP packets to captures with the PPP protocol number as EtherType.
    on: [
      [pppProtocols, ...d.numbers],
      [etherTypes, ...d.numbers],
    ],
    step(p) {
      const b = p.buf;
      const start = p.at;
      if (p.end - start < HEADER) return p.cut(HEADER);
      const code = b[start]!;
      const end = endOf(b, start, p.end);
      if (code >= 1 && code <= CONFIGURE_REJECT && optionsEnd(b, start + HEADER, end) !== end)
        return p.cut(u16(b, start + 2));
      if (d.name === 'lcp' && code === PROTOCOL_REJECT && end - start > HEADER + 2)
        showRejected(p, start + HEADER, end);
      p.at = end;
      return null;
    },
    emit(p, layer, out) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      if (p.stop[layer]! - start < HEADER) return;
      out.fixed(common.code);
      out.fixed(common.identifier);
      out.fixed(common.length);
      const end = endOf(b, start, p.stop[layer]!);
      const at = start + HEADER;
      if (end <= at) return;
      const code = b[start]!;
      if (code >= 1 && code <= CONFIGURE_REJECT) emitOptions(d, b, at, end, out);
      else if (d.body !== undefined) d.body(p, b, start, end, out);
      else out.add(common.data, at, end - at);
    },
    info(p, layer) {
      if (p.stop[layer]! - p.start[layer]! < HEADER) return null;
      return codeNames[p.bufferOf(layer)[p.start[layer]!]!] ?? 'Unknown';
    },
  });
}

/** End of the last complete option from `at` on. */
function optionsEnd(b: Uint8Array, at: number, end: number): number {
  while (at + OPTION_HEADER <= end && b[at + 1]! >= OPTION_HEADER && at + b[at + 1]! <= end) at += b[at + 1]!;
  return at;
}

function emitOptions(d: Definition, b: Uint8Array, at: number, end: number, out: Sink): void {
  out.group(`Options: (${end - at} bytes)`, at, end - at);
  while (at + OPTION_HEADER <= end) {
    const length = b[at + 1]!;
    if (length < OPTION_HEADER || at + length > end) break;
    const option = d.options[b[at]!];
    out.group(option?.title ?? `Unknown option (${b[at]})`, at, length);
    if (d.optionType !== undefined) {
      out.add(d.optionType, at, 1);
      out.add(d.optionLength!, at + 1, 1);
    }
    const value = option?.value;
    if (value !== undefined && length > OPTION_HEADER)
      out.add(value, at + OPTION_HEADER, value.width > 0 ? value.width : length - OPTION_HEADER);
    out.close();
    at += length;
  }
  out.close();
}

/**
 * Dissects the rejected packet after its protocol number (RFC 1661 §5.7); it is listed, but does not set the columns.
 */
function showRejected(p: Packet, at: number, end: number): void {
  const rejected = pppProtocols.get(u16(p.buf, at));
  if (rejected === undefined) return;
  const visibility = p.visibility;
  p.visibility &= LISTED | NESTED;
  p.call(rejected, at + 2, end);
  p.visibility = visibility;
}

const magic = uint('lcp.magic_number', 'Magic Number').hex(4);
const message = text('lcp.message', 'Message');
const secondsRemaining = uint('lcp.secs_remaining', 'Seconds Remaining');
const rejectedProtocol = uint('lcp.rej_proto', 'Rejected Protocol').hex(2).named(pppProtocolNames);

export const lcp = control({
  name: 'lcp',
  title: 'PPP Link Control Protocol',
  column: 'PPP LCP',
  numbers: [0xc021],
  optionType: uint('lcp.opt.type', 'Type'),
  optionLength: uint('lcp.opt.length', 'Length'),
  options: {
    0: { title: 'Vendor Specific' },
    1: { title: 'Maximum Receive Unit', value: uint('lcp.opt.mru', 'Maximum Receive Unit').at(-1, 2) },
    2: {
      title: 'Async Control Character Map',
      value: uint('lcp.opt.asyncmap', 'Async Control Character Map').at(-1, 4).hex(),
    },
    3: {
      title: 'Authentication Protocol',
      value: uint('lcp.opt.auth_protocol', 'Authentication Protocol').at(-1, 2).hex().named(pppProtocolNames),
    },
    4: {
      title: 'Quality Protocol',
      value: uint('lcp.opt.quality_protocol', 'Quality Protocol').at(-1, 2).hex().named(pppProtocolNames),
    },
    5: { title: 'Magic Number', value: uint('lcp.opt.magic_number', 'Magic Number').at(-1, 4).hex() },
    7: { title: 'Protocol Field Compression' },
    8: { title: 'Address and Control Field Compression' },
    9: {
      title: 'FCS Alternatives',
      value: uint('lcp.opt.fcs_alternatives', 'FCS Alternatives').at(-1, 1).hex(),
    },
    10: { title: 'Self Describing Pad', value: uint('lcp.opt.maximum', 'Maximum').at(-1, 1) },
    11: { title: 'Numbered Mode', value: uint('lcp.opt.window', 'Window').at(-1, 1) },
    13: { title: 'Callback', value: uint('lcp.opt.operation', 'Operation').at(-1, 1) },
    17: { title: 'Multilink MRRU', value: uint('lcp.opt.mrru', 'MRRU').at(-1, 2) },
    18: { title: 'Multilink Short Sequence Number Header' },
    19: {
      title: 'Multilink Endpoint Discriminator',
      value: uint('lcp.opt.ep_disc_class', 'Class').at(-1, 1),
    },
    23: {
      title: 'Link Discriminator for BACP',
      value: uint('lcp.opt.link_discrim', 'Link Discriminator').at(-1, 2),
    },
  },
  fields: { magic, message, secondsRemaining, rejectedProtocol },
  body(_p, b, start, end, out) {
    const code = b[start]!;
    const at = start + HEADER;
    if (code === PROTOCOL_REJECT) {
      if (end - at >= 2) out.add(rejectedProtocol, at, 2);
      return;
    }
    const hasMagic = code >= ECHO_REQUEST && code <= TIME_REMAINING;
    if (hasMagic && end - at >= 4) out.add(magic, at, 4);
    const rest = hasMagic ? at + 4 : at;
    if (rest >= end) return;
    if (code === IDENTIFICATION) out.add(message, rest, end - rest);
    else if (code === TIME_REMAINING && end - rest >= 4) out.add(secondsRemaining, rest, 4);
    else if (code <= DISCARD_REQUEST) out.add(common.data, rest, end - rest);
  },
});

export const ipcp = control({
  name: 'ipcp',
  title: 'PPP IP Control Protocol',
  column: 'PPP IPCP',
  numbers: [0x8021],
  optionType: uint('ipcp.opt.type', 'Type'),
  optionLength: uint('ipcp.opt.length', 'Length'),
  options: {
    1: { title: 'IP Addresses (deprecated)', value: ipv4('ipcp.opt.src_address', 'Source IP Address') },
    2: {
      title: 'IP Compression Protocol',
      value: uint('ipcp.opt.compress_proto', 'IP Compression Protocol')
        .at(-1, 2)
        .hex()
        .named({ 0x2d: 'VJ compression', 0x61: 'IP header compression' }),
    },
    3: { title: 'IP Address', value: ipv4('ipcp.opt.ip_address', 'IP Address') },
    4: {
      title: "Mobile Node's Home IP Address",
      value: ipv4('ipcp.opt.mobilenodehomeaddress', "Mobile Node's Home Address"),
    },
    129: {
      title: 'Primary DNS Server IP Address',
      value: ipv4('ipcp.opt.pri_dns_address', 'Primary DNS Address'),
    },
    130: {
      title: 'Primary NBNS Server IP Address',
      value: ipv4('ipcp.opt.pri_nbns_address', 'Primary NBNS Address'),
    },
    131: {
      title: 'Secondary DNS Server IP Address',
      value: ipv4('ipcp.opt.sec_dns_address', 'Secondary DNS Address'),
    },
    132: {
      title: 'Secondary NBNS Server IP Address',
      value: ipv4('ipcp.opt.sec_nbns_address', 'Secondary NBNS Address'),
    },
  },
});

export const ipv6cp = control({
  name: 'ipv6cp',
  title: 'PPP IPv6 Control Protocol',
  column: 'PPP IPV6CP',
  numbers: [0x8057],
  optionType: uint('ipv6cp.opt.type', 'Type'),
  optionLength: uint('ipv6cp.opt.length', 'Length'),
  options: {
    1: {
      title: 'Interface Identifier',
      value: bytes('ipv6cp.interface_identifier', 'Interface Identifier').at(-1, 8),
    },
    2: { title: 'IPv6 compression' },
  },
});

export const ccp = control({
  name: 'ccp',
  title: 'PPP Compression Control Protocol',
  column: 'PPP CCP',
  numbers: [0x80fd],
  optionType: uint('ccp.opt.type', 'Type'),
  optionLength: uint('ccp.opt.length', 'Length'),
  options: {
    0: { title: 'OUI' },
    1: { title: 'Predictor type 1' },
    2: { title: 'Predictor type 2' },
    3: { title: 'Puddle Jumper' },
    16: { title: 'Hewlett-Packard PPC' },
    17: { title: 'Stac Electronics LZS' },
    18: {
      title: 'Microsoft PPE/PPC',
      value: uint('ccp.opt.supported_bits', 'Supported Bits').at(-1, 4).hex(),
    },
    19: { title: 'Gandalf FZA' },
    20: { title: 'V.42bis compression' },
    21: { title: 'BSD Compress' },
    23: { title: 'LZS-DCP' },
    24: { title: 'MVRCA (Magnalink)' },
    26: { title: 'Deflate' },
    27: { title: 'V.44/LZJH compression' },
  },
});

export const mplscp = control({
  name: 'mplscp',
  title: 'PPP MPLS Control Protocol',
  column: 'PPP MPLSCP',
  numbers: [0x8281],
  options: {},
});
export const cdpcp = control({
  name: 'cdpcp',
  title: 'PPP CDP Control Protocol',
  column: 'PPP CDPCP',
  numbers: [0x8207],
  options: {},
});
export const osinlcp = control({
  name: 'osinlcp',
  title: 'PPP OSI Network Layer Control Protocol',
  column: 'PPP OSINLCP',
  numbers: [0x8023],
  options: {},
});
export const bcpNcp = control({
  name: 'bcp_ncp',
  title: 'PPP Bridging Control Protocol NCP',
  column: 'PPP BCP NCP',
  numbers: [0x8031],
  options: {},
});
export const bacp = control({
  name: 'bacp',
  title: 'PPP Bandwidth Allocation Control Protocol',
  column: 'PPP BACP',
  numbers: [0xc02b],
  options: { 1: { title: 'Favored-Peer', value: uint('bacp.magic_number', 'Magic number').at(-1, 4).hex() } },
});
