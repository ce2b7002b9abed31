// Divides the frames of one capture among several readers. All TCP between two addresses, in both directions and with
// its fragments, goes to the same reader. Everything else goes to the first one, because it may announce conversations
// between other endpoints (SIP, TFTP, tunnels, QUIC connection migration).
import { u16, u32 } from '../core/bytes.ts';
import { IPV4 } from '../core/packet.ts';
import type { Frame } from '../files/frame.ts';
import { HIGH, KIND, LOW } from './flow-table.ts';

const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;
const FRAGMENT = 44;
/** ICMP errors, which quote a packet (RFC 792); in ICMPv6 they are the types below 128 (RFC 4443 §2.1). */
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const ICMPV6_INFORMATION = 128;

/** LINKTYPE_* values understood here; frames of other link types go to the first reader. */
const ETHERNET = 1;
const LINUX_COOKED = 113;
const LINUX_COOKED_2 = 276;
const RAW = 101;
const RAW_IPV4 = 228;
const RAW_IPV6 = 229;

/** Tags before the EtherType (IEEE 802.1Q). */
const TAG = 0x8100;
const SERVICE_TAG = 0x88a8;
const OLD_TAG = 0x9100;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;

/** Address pairs are hashed to this many classes, each of which is assigned to a reader. */
const CLASSES = 1024;

/** Measured cost of a frame without TCP, relative to one with TCP. */
const WORK_OF_OTHERS = 2;
/** If the first reader would have more than this part of the work, sharing is not worth it. */
const FIRST_MAX = 0.8;

export class FlowPartition {
  readonly count: number;
  readonly ofFirst: number;
  readonly #readers = new Uint8Array(CLASSES);

  /** `ofFirst`: the first reader's part of TCP, from 0 to 1; the others get equal parts of the rest. */
  constructor(count: number, ofFirst: number) {
    this.count = count;
    this.ofFirst = ofFirst;
    const first = count === 1 ? CLASSES : Math.round(ofFirst * CLASSES);
    for (let i = first; i < CLASSES; i++)
      this.#readers[i] = 1 + Math.floor(((i - first) * (count - 1)) / (CLASSES - first));
  }

  /**
   * A balanced partition for captures with this proportion of TCP frames to others; null if sharing is not worth it.
   */
  static balanced(count: number, tcp: number, others: number): FlowPartition | null {
    const work = tcp + others * WORK_OF_OTHERS;
    const ofFirst = Math.max(0, work / count - others * WORK_OF_OTHERS) / tcp;
    const isWorthIt = tcp > 0 && ofFirst * tcp + others * WORK_OF_OTHERS < work * FIRST_MAX;
    return isWorthIt ? new FlowPartition(count, ofFirst) : null;
  }

  /** The reader of a frame: 0 to count - 1. */
  of(frame: Frame): number {
    const pair = tcpPair(frame);
    return pair < 0 ? 0 : this.#readers[pair]!;
  }

  /** The reader of a conversation with this key, as `FlowTable.keys` gives it. */
  ofKey(key: Uint32Array): number {
    const kind = key[KIND]!;
    if (kind >>> 8 !== TCP) return 0;
    let mixed = 0;
    for (let k = 0; k < ((kind & 0xff) === IPV4 ? 1 : 4); k++)
      mixed = mix(mixed, key[LOW + k]! ^ key[HIGH + k]!);
    return this.#readers[classOf(mixed)]!;
  }
}

function mix(before: number, word: number): number {
  const h = Math.imul(before ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

function classOf(mixed: number): number {
  return Math.imul(mixed, 0x85ebca6b) >>> 22;
}

/** Whether the frame's addresses decide who reads it. */
export function carriesTcp(frame: Frame): boolean {
  return tcpPair(frame) >= 0;
}

/** The class of the address pair of a frame that carries TCP or an ICMP error about TCP; -1 for any other. */
function tcpPair({ data: b, start, end, linkType }: Frame): number {
  let at = start + 14;
  let type = 0;
  if (linkType === ETHERNET) {
    if (at > end) return -1;
    for (type = u16(b, at - 2); isTag(type) && at + 4 <= end; type = u16(b, at - 2)) at += 4;
  } else if (linkType === LINUX_COOKED || linkType === LINUX_COOKED_2) {
    at = start + (linkType === LINUX_COOKED ? 16 : 20);
    if (at > end) return -1;
    type = u16(b, linkType === LINUX_COOKED ? at - 2 : start);
  } else if ((linkType === RAW || linkType === RAW_IPV4 || linkType === RAW_IPV6) && end > start) {
    at = start;
    type = b[at]! >>> 4 === 6 ? TYPE_IPV6 : TYPE_IPV4;
  }
  if (type === TYPE_IPV4) return pair4(b, at, end, true);
  return type === TYPE_IPV6 ? pair6(b, at, end, true) : -1;
}

function isTag(type: number): boolean {
  return type === TAG || type === SERVICE_TAG || type === OLD_TAG;
}

function pair4(b: Uint8Array, at: number, end: number, isWhole: boolean): number {
  if (at + 20 > end) return -1;
  const transport = b[at + 9]!;
  if (transport === TCP) return classOf(mix(0, u32(b, at + 12) ^ u32(b, at + 16)));
  if (transport !== ICMP || !isWhole) return -1;
  const icmp = at + (b[at]! & 15) * 4;
  return icmp + 8 <= end && ICMP_ERRORS.has(b[icmp]!) ? pair4(b, icmp + 8, end, false) : -1;
}

function pair6(b: Uint8Array, at: number, end: number, isWhole: boolean): number {
  if (at + 48 > end) return -1;
  const next = b[at + 6]!;
  if (next === TCP || (next === FRAGMENT && b[at + 40] === TCP)) {
    let mixed = 0;
    for (let k = 8; k < 24; k += 4) mixed = mix(mixed, u32(b, at + k) ^ u32(b, at + k + 16));
    return classOf(mixed);
  }
  const isError = next === ICMPV6 && b[at + 40]! < ICMPV6_INFORMATION;
  return isError && isWhole ? pair6(b, at + 48, end, false) : -1;
}
