// The conversation of two DICOM applications: what they agreed on (PS3.8 §9.3.2), and the command that is under way.
import { ascii, joined, u16, u16le, u32le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { remember } from '../smb/bounded.ts';

/** §9.3.2.2: identifiers are odd numbers of one byte. */
const CONTEXTS_MAX = 128;
const COMMAND_BYTES_MAX = 1 << 16;
/** PS3.5 §9.1. */
const UID_BYTES_MAX = 64;
const ELEMENTS_MAX = 64;

export interface Context {
  abstract: string;
  transfer: string;
}

/** A command (PS3.7 §E.1), as far as dissection needs it. */
export interface Command {
  readonly field: number;
  readonly messageId: number;
  readonly status: number;
  readonly sopClass: string;
  readonly sopInstance: string;
}

export interface Association {
  readonly contexts: Map<number, Context>;
  /** Of each direction: fragments of a command, and the last command, to which data sets belong. */
  readonly pending: [Uint8Array | null, Uint8Array | null];
  readonly command: [Command | null, Command | null];
}

export function association(p: Packet): Association {
  return p.session.stateOf(p, 'dicom', () => ({
    contexts: new Map(),
    pending: [null, null],
    command: [null, null],
  }));
}

/** An item of an association PDU: a type, a reserved byte and a length. */
export interface Item {
  readonly type: number;
  readonly at: number;
  readonly end: number;
}

/** The items in [at, end); those that are cut are left out. */
export function* itemsIn(b: Uint8Array, at: number, end: number): Iterable<Item> {
  while (at + 4 <= end) {
    const stop = at + 4 + u16(b, at + 2);
    if (stop > end) return;
    yield { type: b[at]!, at: at + 4, end: stop };
    at = stop;
  }
}

/** A unique identifier; it may be padded by a zero byte or a space. Longer ones are cut. */
export function uidAt(b: Uint8Array, at: number, end: number): string {
  return ascii(b, at, Math.min(end, at + UID_BYTES_MAX)).replace(/[\0 ]+$/, '');
}

export const PRESENTATION = 0x20;
export const PRESENTATION_REPLY = 0x21;
export const ABSTRACT = 0x30;
export const TRANSFER = 0x40;
/** Offset of the items in a request or its acceptance. */
export const ITEMS = 74;

/** Learns presentation contexts: requests offer transfer syntaxes, replies choose one. */
export function takeContexts(p: Packet, at: number, end: number): void {
  const { contexts } = association(p);
  const b = p.buf;
  for (const item of itemsIn(b, at, end)) {
    if ((item.type !== PRESENTATION && item.type !== PRESENTATION_REPLY) || item.at + 4 > item.end) continue;
    const id = b[item.at]!;
    const context = contexts.get(id) ?? { abstract: '', transfer: '' };
    for (const part of itemsIn(b, item.at + 4, item.end)) {
      const uid = uidAt(b, part.at, part.end);
      if (part.type === ABSTRACT) context.abstract = uid;
      else if (part.type === TRANSFER) context.transfer = uid;
    }
    remember(contexts, id, context, CONTEXTS_MAX);
  }
}

/** Adds a fragment of a command; the command once it is whole. */
export function takeCommand(p: Packet, at: number, end: number, isLast: boolean): Command | null {
  const known = association(p);
  const direction = p.direction as 0 | 1;
  const before = known.pending[direction];
  const part = p.buf.subarray(at, end);
  const bytes = before === null ? part : joined(before, part);
  known.pending[direction] = isLast || bytes.length > COMMAND_BYTES_MAX ? null : bytes.slice();
  if (!isLast) return null;
  const command = commandIn(bytes);
  known.command[direction] = command;
  return command;
}

/** PS3.7 §6.3.1: always implicit VR, little endian; each element is group, element, length and value. */
function commandIn(b: Uint8Array): Command {
  let [field, messageId, status, sopClass, sopInstance] = [0, 0, -1, '', ''];
  for (let at = 0, k = 0; at + 8 <= b.length && k < ELEMENTS_MAX; k++) {
    const [value, end] = [at + 8, at + 8 + u32le(b, at + 4)];
    if (u16le(b, at) !== 0 || end > b.length) break;
    const number = end - value === 2 ? u16le(b, value) : -1;
    switch (u16le(b, at + 2)) {
      case 0x0002:
      case 0x0003:
        sopClass = uidAt(b, value, end);
        break;
      case 0x0100:
        field = number;
        break;
      case 0x0110:
      case 0x0120:
        messageId = number;
        break;
      case 0x0900:
        status = number;
        break;
      case 0x1000:
      case 0x1001:
        sopInstance = uidAt(b, value, end);
        break;
    }
    at = end;
  }
  return { field, messageId, status, sopClass, sopInstance };
}
