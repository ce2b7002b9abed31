// TCP options (RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 7413; https://www.iana.org/assignments/tcp-parameters).
import { u16, u32 } from '../core/bytes.ts';
import { bytes, type Field, none, uint, type Value } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Sink } from '../core/sink.ts';
import { type TextSink, Words } from '../core/text-sink.ts';
import { emitMptcp, isTimestampsOnly, mptcpFields } from './mptcp.ts';

/** Bytes of a header without options. */
const HEADER = 20;

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const ECHO = 6;
const ECHO_REPLY = 7;
const TIMESTAMPS = 8;
const MD5 = 19;
const USER_TIMEOUT = 28;
const AUTHENTICATION = 29;
const MULTIPATH = 30;
const FAST_OPEN = 34;
const EXPERIMENT_1 = 253;
const EXPERIMENT_2 = 254;
/** Experimental option of TCP Fast Open (RFC 7413 appendix A). */
const FAST_OPEN_EXPERIMENT = 0xf989;

const kinds: Readonly<Record<number, string>> = {
  0: 'End of Option List',
  1: 'No-Operation',
  2: 'Maximum Segment Size',
  3: 'Window Scale',
  4: 'SACK Permitted',
  5: 'SACK',
  6: 'Echo',
  7: 'Echo Reply',
  8: 'Time Stamp Option',
  11: 'CC',
  12: 'CC.NEW',
  13: 'CC.ECHO',
  19: 'MD5 Signature Option',
  20: 'SCPS Capabilities',
  21: 'Selective Negative Acknowledgment',
  27: 'Quick-Start Response',
  28: 'User Timeout Option',
  29: 'Authentication Option',
  30: 'Multipath TCP',
  34: 'TCP Fast Open Cookie',
  69: 'Encryption Negotiation',
  172: 'Accurate ECN Order 0',
  174: 'Accurate ECN Order 1',
  253: 'RFC3692-style Experiment 1',
  254: 'RFC3692-style Experiment 2',
};

/** An option as a whole, by kind: `tcp.options.mss` is there if the option is. */
const optionFields = {
  0: option('eol', 'End of Option List (EOL)'),
  1: option('nop', 'No-Operation (NOP)'),
  2: option('mss', 'Maximum segment size'),
  3: option('wscale', 'Window scale'),
  4: option('sack_perm', 'SACK permitted'),
  5: option('sack', 'SACK'),
  6: option('echo', 'Echo'),
  7: option('echoreply', 'Echo reply'),
  8: option('timestamp', 'Timestamps'),
  11: option('cc', 'CC'),
  12: option('ccnew', 'CC.NEW'),
  13: option('ccecho', 'CC.ECHO'),
  19: option('md5', 'TCP MD5 signature'),
  20: option('scps', 'SCPS capabilities'),
  21: option('snack', 'Selective Negative Acknowledgment'),
  27: option('qs', 'Quick-Start'),
  28: option('user_to', 'User Timeout'),
  29: option('ao', 'TCP AO'),
  30: option('mptcp', 'Multipath TCP'),
  34: option('tfo', 'TCP Fast Open'),
  172: option('acc_ecn', 'Accurate ECN'),
  253: option('experimental', 'Experimental'),
  unknown: option('unknown', 'Unknown'),
};
/** Accurate ECN has two kinds, and so have experiments. */
const SAME_OPTION: Readonly<Record<number, number>> = { 174: 172, 254: 253 };

function option(name: string, title: string): Field {
  return bytes(`tcp.options.${name}`, `TCP Option - ${title}`).shownAs(() => `TCP Option - ${title}`);
}

/** `Options: (12 bytes), No-Operation (NOP), No-Operation (NOP), Timestamps`. */
function optionsLine(value: Value, width: number): string {
  const b = value as Uint8Array;
  let line = `Options: (${width} bytes)`;
  for (let at = 0, length = 0; at < b.length; at += length) {
    length = optionLength(b, at, b.length);
    if (length === 0) break;
    line += optionWords(b[at]!);
  }
  return line;
}

/** `, Timestamps`: an option in the line of all; by kind, '' until it is seen. */
const optionTexts = new Array<string>(256).fill('');

function optionWords(kind: number): string {
  if (optionTexts[kind] === '')
    optionTexts[kind] = `, ${optionField(kind).title.replace('TCP Option - ', '')}`;
  return optionTexts[kind]!;
}

function optionField(kind: number): Field {
  const fields: Readonly<Record<number, Field>> = optionFields;
  return fields[SAME_OPTION[kind] ?? kind] ?? optionFields.unknown;
}

export const tcpOptionFields = {
  options: bytes('tcp.options', 'Options').shownAs(optionsLine),
  optionKind: uint('tcp.option_kind', 'Kind').named(kinds),
  optionLen: uint('tcp.option_len', 'Length'),
  mss: uint('tcp.options.mss_val', 'MSS Value'),
  shift: uint('tcp.options.wscale.shift', 'Shift count'),
  multiplier: uint('tcp.options.wscale.multiplier', 'Multiplier').derived(),
  sackCount: uint('tcp.options.sack.count', 'TCP SACK Count'),
  sackLeft: uint('tcp.options.sack_le', 'TCP SACK Left Edge').shownAs(
    (edge) => `left edge = ${edge} (relative)`,
  ),
  sackRight: uint('tcp.options.sack_re', 'TCP SACK Right Edge').shownAs(
    (edge) => `right edge = ${edge} (relative)`,
  ),
  duplicateLeft: uint('tcp.options.sack.dsack_le', 'D-SACK Left Edge').shownAs(
    (value) => `D-SACK Left Edge = ${value} (relative)`,
  ),
  duplicateRight: uint('tcp.options.sack.dsack_re', 'D-SACK Right Edge').shownAs(
    (value) => `D-SACK Right Edge = ${value} (relative)`,
  ),
  duplicate: none('tcp.options.sack.dsack', 'D-SACK Sequence').hidden(),
  echo: uint('tcp.options.echo_value', 'TCP Echo Option'),
  tsval: uint('tcp.options.timestamp.tsval', 'Timestamp value'),
  tsecr: uint('tcp.options.timestamp.tsecr', 'Timestamp echo reply'),
  md5: bytes('tcp.options.md5.digest', 'MD5 digest'),
  userTimeout: uint('tcp.options.user_to_val', 'User Timeout').mask(0x7fff),
  aoKeyId: uint('tcp.options.ao.keyid', 'AO KeyID'),
  aoNextKeyId: uint('tcp.options.ao.rnextkeyid', 'AO RNextKeyID'),
  aoMac: bytes('tcp.options.ao.mac', 'AO MAC'),
  fastOpenRequest: none('tcp.options.tfo.request', 'Fast Open Cookie Request'),
  fastOpenCookie: bytes('tcp.options.tfo.cookie', 'Fast Open Cookie'),
  experiment: uint('tcp.options.experimental.exid', 'Experiment Identifier').hex(2),
  ...mptcpFields,
  ...optionFields,
};

const f = tcpOptionFields;

/** Length of the option at `at` in bytes; 0 if it is invalid. */
function optionLength(b: Uint8Array, at: number, end: number): number {
  const kind = b[at]!;
  if (kind === END || kind === NOP) return 1;
  const length = at + 1 < end ? b[at + 1]! : 0;
  return length >= 2 && at + length <= end ? length : 0;
}

/** Offset of option `kind` in [at, end), or -1. RFC 9293 §3.2: other options are skipped by their length. */
export function findOption(b: Uint8Array, at: number, end: number, kind: number): number {
  while (at < end && b[at] !== END) {
    const length = optionLength(b, at, end);
    if (length === 0) return -1;
    if (b[at] === kind) return at;
    at += length;
  }
  return -1;
}

/** RFC 2018 §3: total bytes covered by the blocks of the SACK option. */
export function sackedBytes(b: Uint8Array, at: number, end: number): number {
  const option = findOption(b, at, end, SACK);
  if (option < 0) return 0;
  const blocksEnd = Math.min(end, option + b[option + 1]!);
  let bytes = 0;
  for (let block = option + 2; block + 8 <= blocksEnd; block += 8)
    bytes += (u32(b, block + 4) - u32(b, block)) >>> 0;
  return bytes;
}

/** RFC 2018 §3: the edges of the blocks of the SACK option, relative as the acknowledgment number; at most four. */
export function sackBlocks(p: Packet): [left: number, right: number][] {
  const b = p.bufferOf(p.tcpLayer);
  const start = p.start[p.tcpLayer]!;
  const end = Math.min(start + (b[start + 12]! >> 4) * 4, p.stop[p.tcpLayer]!);
  const option = findOption(b, start + HEADER, end, SACK);
  if (option < 0) return [];
  const base = (u32(b, start + 8) - p.relativeAck) >>> 0;
  const blocksEnd = Math.min(end, option + b[option + 1]!);
  const blocks: [number, number][] = [];
  for (let at = option + 2; at + 8 <= blocksEnd; at += 8)
    blocks.push([(u32(b, at) - base) >>> 0, (u32(b, at + 4) - base) >>> 0]);
  return blocks;
}

/** RFC 7323 §2.2: the window scale shift, at most 14; -1 without the option. */
export function windowScaleOf(b: Uint8Array, at: number, end: number): number {
  const option = findOption(b, at, end, WINDOW_SCALE);
  return option < 0 || b[option + 1] !== 3 ? -1 : Math.min(14, b[option + 2]!);
}

const MSS_IS = new Words(' MSS=');
const SCALE_IS = new Words(' WS=');
const PERMITTED = new Words(' SACK_PERM');
const LEFT_IS = new Words(' SLE=');
const RIGHT_IS = new Words(' SRE=');
const VALUE_IS = new Words(' TSval=');
const ECHO_IS = new Words(' TSecr=');

/** ` MSS=1460 SACK_PERM TSval=1 TSecr=0 WS=128`, in header order. `base`: the number that SACK edges are relative to. */
export function writeTcpOptions(b: Uint8Array, at: number, end: number, base: number, out: TextSink): void {
  if (isTimestampsOnly(b, at, end)) {
    writeTimestamps(b, at + 2, out);
    return;
  }
  while (at < end && b[at] !== END) {
    const length = optionLength(b, at, end);
    if (length === 0) break;
    if (length > 1) writeOption(b, at, length, base, out);
    at += length;
  }
}

function writeTimestamps(b: Uint8Array, at: number, out: TextSink): void {
  out.named(VALUE_IS, u32(b, at + 2));
  out.named(ECHO_IS, u32(b, at + 6));
}

/** The options of handshakes and acknowledgments; nothing of one whose length is wrong. */
function writeOption(b: Uint8Array, at: number, length: number, base: number, out: TextSink): void {
  switch (b[at]) {
    case MSS:
      if (length === 4) out.named(MSS_IS, u16(b, at + 2));
      break;
    case WINDOW_SCALE:
      if (length === 3) out.named(SCALE_IS, 2 ** Math.min(14, b[at + 2]!));
      break;
    case SACK_PERMITTED:
      if (length === 2) out.words(PERMITTED);
      break;
    case SACK:
      writeSack(b, at, length, base, out);
      break;
    case TIMESTAMPS:
      if (length === 10) writeTimestamps(b, at, out);
      break;
    default:
      out.text(rareOptionText(b, at, length));
  }
}

/** RFC 2018 §3: edges of the blocks received. */
function writeSack(b: Uint8Array, at: number, length: number, base: number, out: TextSink): void {
  for (let block = at + 2; block + 8 <= at + length; block += 8) {
    out.named(LEFT_IS, (u32(b, block) - base) >>> 0);
    out.named(RIGHT_IS, (u32(b, block + 4) - base) >>> 0);
  }
}

function rareOptionText(b: Uint8Array, at: number, length: number): string {
  switch (b[at]) {
    case ECHO:
    case ECHO_REPLY:
      return length === 6 ? ` ${b[at] === ECHO ? 'ECHO' : 'ECHOREPLY'}=${u32(b, at + 2)}` : '';
    case MD5:
      return length === 18 ? ' MD5' : '';
    case USER_TIMEOUT:
      return length === 4 ? ` USER_TO=${u16(b, at + 2) & 0x7fff}` : '';
    case AUTHENTICATION:
      return 'TCP AO';
    case FAST_OPEN:
      return length === 2 ? ' TFO=R' : ' TFO=C';
    case EXPERIMENT_1:
    case EXPERIMENT_2:
      if (length < 4 || u16(b, at + 2) !== FAST_OPEN_EXPERIMENT) return '';
      return length === 4 ? ' TFO=R' : ' TFO=C';
    default:
      return '';
  }
}

/** `base`: the number that SACK edges are relative to. */
export function emitTcpOptions(b: Uint8Array, start: number, end: number, base: number, out: Sink): void {
  out.open(f.options, start, end - start);
  const ack = u32(b, start - HEADER + 8);
  for (let at = start; at < end; ) {
    const length = optionLength(b, at, end);
    if (length === 0) break;
    out.open(optionField(b[at]!), at, length);
    out.note(b[at] === SACK ? blocksNote(b, at + 2, at + length, base) : valueNote(b, at, length));
    out.add(f.optionKind, at, 1);
    if (length > 1) {
      out.add(f.optionLen, at + 1, 1);
      emitValue(b, at, length, base, ack, out);
    }
    out.close();
    at += length;
  }
  out.close();
}

/** The value behind the option's title, as Wireshark words it. */
function valueNote(b: Uint8Array, at: number, length: number): string {
  switch (b[at]) {
    case MSS:
      return length === 4 ? `: ${u16(b, at + 2)} bytes` : '';
    case WINDOW_SCALE: {
      const shift = b[at + 2]!;
      return length === 3 ? `: ${shift} (multiply by ${2 ** Math.min(14, shift)})` : '';
    }
    case TIMESTAMPS:
      return length === 10 ? `: TSval ${u32(b, at + 2)}, TSecr ${u32(b, at + 6)}` : '';
    default:
      return '';
  }
}

/** The blocks in [at, end): ` 30661-32121 33581-35041` */
function blocksNote(b: Uint8Array, at: number, end: number, base: number): string {
  let text = '';
  for (let block = at; block + 8 <= end; block += 8)
    text += ` ${(u32(b, block) - base) >>> 0}-${(u32(b, block + 4) - base) >>> 0}`;
  return text;
}

function emitValue(b: Uint8Array, at: number, length: number, base: number, ack: number, out: Sink): void {
  switch (b[at]) {
    case MSS:
      if (length === 4) out.add(f.mss, at + 2, 2);
      break;
    case WINDOW_SCALE:
      if (length !== 3) break;
      out.add(f.shift, at + 2, 1);
      out.add(f.multiplier, at + 2, 1, 2 ** Math.min(14, b[at + 2]!));
      break;
    case SACK:
      emitSack(b, at + 2, at + length, base, ack, out);
      break;
    case ECHO:
    case ECHO_REPLY:
      if (length === 6) out.add(f.echo, at + 2, 4);
      break;
    case TIMESTAMPS:
      if (length !== 10) break;
      out.add(f.tsval, at + 2, 4);
      out.add(f.tsecr, at + 6, 4);
      break;
    case MD5:
      out.add(f.md5, at + 2, length - 2);
      break;
    case USER_TIMEOUT:
      if (length === 4) out.add(f.userTimeout, at + 2, 2);
      break;
    case AUTHENTICATION:
      if (length < 4) break;
      out.add(f.aoKeyId, at + 2, 1);
      out.add(f.aoNextKeyId, at + 3, 1);
      out.add(f.aoMac, at + 4, length - 4);
      break;
    case MULTIPATH:
      emitMptcp(b, at, length, out);
      break;
    case FAST_OPEN:
      emitFastOpen(at + 2, length - 2, out);
      break;
    case EXPERIMENT_1:
    case EXPERIMENT_2:
      if (length < 4) break;
      out.add(f.experiment, at + 2, 2);
      if (u16(b, at + 2) === FAST_OPEN_EXPERIMENT) emitFastOpen(at + 4, length - 4, out);
      break;
  }
}

/** The blocks in [at, end). */
function emitSack(b: Uint8Array, at: number, end: number, base: number, ack: number, out: Sink): void {
  const edge = (place: number): number => (u32(b, place) - base) >>> 0;
  for (let block = at; block + 8 <= end; block += 8) {
    out.add(f.sackLeft, block, 4, edge(block));
    out.add(f.sackRight, block + 4, 4, edge(block + 4));
  }
  out.add(f.sackCount, at, 0, (end - at) >> 3);
  if (!beginsWithDuplicate(b, at, end, ack)) return;
  out.add(f.duplicateLeft, at, 4, edge(at));
  out.add(f.duplicateRight, at + 4, 4, edge(at + 4));
  out.add(f.duplicate, at, 8);
}

/** RFC 2883 §4: the first block reports a duplicate if it is acknowledged already, or lies within the second. */
function beginsWithDuplicate(b: Uint8Array, at: number, end: number, ack: number): boolean {
  if (at + 8 > end) return false;
  const left = u32(b, at);
  if (isBefore(left, ack)) return true;
  return at + 16 <= end && !isBefore(left, u32(b, at + 8)) && !isBefore(u32(b, at + 12), u32(b, at + 4));
}

/** RFC 9293 §3.4: sequence numbers are compared modulo 2^32. */
const isBefore = (a: number, b: number): boolean => ((a - b) | 0) < 0;

/** RFC 7413 §4.1.1: an empty cookie requests one. */
function emitFastOpen(at: number, length: number, out: Sink): void {
  if (length === 0) out.add(f.fastOpenRequest, at, 0);
  else out.add(f.fastOpenCookie, at, length);
}
