// Which of several readers of one capture reads which frame. A TCP conversation is read by one of them, whichever its
// direction and however it is cut into fragments, and so is all that lies between its two addresses. All else is
// the first one's: what is said there holds for conversations between others (SIP, TFTP, tunnels, QUIC that moves).
import { u16, u32 } from '../core/bytes.ts';
import { IPV4 } from '../core/packet.ts';
import type { Frame } from '../files/frame.ts';

const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;
const FRAGMENT = 44;
/** Errors, which quote the packet they are about (RFC 792); those of ICMPv6 are the types below 128 (RFC 4443 §2.1). */
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const ICMPV6_INFORMATION = 128;

/** LINKTYPE_* whose network protocol is looked for; frames of others are the first reader's. */
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

/** Pairs of addresses fall into so many classes, each of which one reader has. */
const CLASSES = 1024;

/** Work that a frame without TCP makes, where one with it makes 1: most of it is read further (measured). */
const WORK_OF_OTHERS = 2;
/** Of all work, what the first may have for the others to be of use. */
const FIRST_MAX = 0.8;

export class Shares {
  readonly count: number;
  readonly ofFirst: number;
  readonly #readers = new Uint8Array(CLASSES);

  /** `ofFirst`: how much of TCP the first reader has besides all else, from 0 to 1; the others have the rest alike. */
  constructor(count: number, ofFirst: number) {
    this.count = count;
    this.ofFirst = ofFirst;
    const first = count === 1 ? CLASSES : Math.round(ofFirst * CLASSES);
    for (let i = first; i < CLASSES; i++)
      this.#readers[i] = 1 + Math.floor(((i - first) * (count - 1)) / (CLASSES - first));
  }

  /**
   * Shares that give each about the same work, where the frames are like these: so many with TCP, and others. Null
   * where the first one would have most of it anyway.
   */
  static alike(count: number, tcp: number, others: number): Shares | null {
    const work = tcp + others * WORK_OF_OTHERS;
    const ofFirst = Math.max(0, work / count - others * WORK_OF_OTHERS) / tcp;
    const isWorthIt = tcp > 0 && ofFirst * tcp + others * WORK_OF_OTHERS < work * FIRST_MAX;
    return isWorthIt ? new Shares(count, ofFirst) : null;
  }

  /** Who reads the frame: 0 to count - 1. */
  of(frame: Frame): number {
    const pair = tcpPair(frame);
    return pair < 0 ? 0 : this.#readers[pair]!;
  }

  /** Who reads a conversation, by the key that FlowTable.keys gives. */
  ofKey(key: Uint32Array): number {
    const kind = key[KEY_KIND]!;
    if (kind >>> 8 !== TCP) return 0;
    let mixed = 0;
    for (let k = 0; k < ((kind & 0xff) === IPV4 ? 1 : 4); k++) mixed = mix(mixed, key[k]! ^ key[k + 4]!);
    return this.#readers[classOf(mixed)]!;
  }
}

/** Where the transport and the kind of address stand in a key. */
const KEY_KIND = 9;

function mix(before: number, word: number): number {
  const h = Math.imul(before ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

function classOf(mixed: number): number {
  return Math.imul(mixed, 0x85ebca6b) >>> 22;
}

/** Whether it goes by its addresses who reads the frame. */
export function carriesTcp(frame: Frame): boolean {
  return tcpPair(frame) >= 0;
}

/** The class of the two addresses of a frame that carries TCP, or an error about TCP; -1: it does neither. */
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
