// Unencrypted TACACS+ bodies (RFC 8907 §5 to §7): lengths first, then the variable parts in the same order.
import { u16, utf8 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { ACCOUNTING, AUTHENTICATION, AUTHORIZATION, bodyFields as f } from './fields.ts';

/** RFC 8907 §5.4: the first message of an authentication is a START, later ones from the client are CONTINUEs. */
const FIRST = 1;

type Shape =
  | 'start'
  | 'continue'
  | 'authen'
  | 'authorRequest'
  | 'authorReply'
  | 'acctRequest'
  | 'acctReply'
  | '';

function shapeOf(b: Uint8Array, header: number): Shape {
  const isRequest = (b[header + 2]! & 1) === 1;
  switch (b[header + 1]) {
    case AUTHENTICATION:
      if (!isRequest) return 'authen';
      return b[header + 2] === FIRST ? 'start' : 'continue';
    case AUTHORIZATION:
      return isRequest ? 'authorRequest' : 'authorReply';
    case ACCOUNTING:
      return isRequest ? 'acctRequest' : 'acctReply';
    default:
      return '';
  }
}

/** Length of the fixed part, before the argument lengths. */
const FIXED: Record<Shape, number> = {
  start: 8,
  continue: 5,
  authen: 6,
  authorRequest: 8,
  authorReply: 6,
  acctRequest: 9,
  acctReply: 5,
  '': 0,
};

/** Length of a body as the sum of the lengths it contains; that of the fixed part if it is truncated. */
export function bodyBytes(b: Uint8Array, header: number, at: number, end: number): number {
  const shape = shapeOf(b, header);
  const fixed = FIXED[shape];
  if (at + fixed > end) return fixed;
  switch (shape) {
    case 'start':
      return fixed + b[at + 4]! + b[at + 5]! + b[at + 6]! + b[at + 7]!;
    case 'continue':
    case 'acctReply':
      return fixed + u16(b, at) + u16(b, at + 2);
    case 'authen':
      return fixed + u16(b, at + 2) + u16(b, at + 4);
    case 'authorRequest':
      return fixed + b[at + 4]! + b[at + 5]! + b[at + 6]! + argumentBytes(b, at + fixed, b[at + 7]!, end);
    case 'authorReply':
      return fixed + u16(b, at + 2) + u16(b, at + 4) + argumentBytes(b, at + fixed, b[at + 1]!, end);
    case 'acctRequest':
      return fixed + b[at + 5]! + b[at + 6]! + b[at + 7]! + argumentBytes(b, at + fixed, b[at + 8]!, end);
    default:
      return fixed;
  }
}

/** Total length of the arguments and their length bytes. */
function argumentBytes(b: Uint8Array, at: number, count: number, end: number): number {
  let total = count;
  for (let i = 0; i < count && at + i < end; i++) total += b[at + i]!;
  return total;
}

let cursor = 0;

export function emitBody(b: Uint8Array, header: number, at: number, out: Sink): void {
  const shape = shapeOf(b, header);
  cursor = at + FIXED[shape];
  switch (shape) {
    case 'start':
      out.add(f.action, at, 1);
      emitUser(b, at + 1, at + 4, out);
      emitStartData(b, at, out);
      break;
    case 'continue':
      out.add(f.contFlags, at + 4, 1);
      if (b[at + 4]! & 1) out.note('(Abort)');
      emitText(b, f.contUserLength, f.contUser, at, out);
      out.add(f.contDataLength, at + 2, 2);
      emitData(u16(b, at + 2), out);
      break;
    case 'authen':
      out.add(f.repStatus, at, 1);
      out.add(f.repFlags, at + 1, 1);
      if (b[at + 1]! & 1) out.note('(NoEcho)');
      emitText(b, f.repMsgLen, f.repMsg, at + 2, out);
      out.add(f.repDataLen, at + 4, 2);
      emitData(u16(b, at + 4), out);
      break;
    case 'authorRequest':
      out.add(f.authorMethod, at, 1);
      emitAsked(b, at + 1, at + 4, f.authorArgCount, out);
      break;
    case 'authorReply':
      emitAuthorReply(b, at, out);
      break;
    case 'acctRequest':
      out.open(f.acctFlags, at, 1);
      for (const flag of [f.acctMore, f.acctStart, f.acctStop, f.acctWatchdog]) out.add(flag, at, 1);
      out.close();
      out.add(f.acctMethod, at + 1, 1);
      emitAsked(b, at + 2, at + 5, f.acctArgCount, out);
      break;
    case 'acctReply':
      out.add(f.acctStatus, at + 4, 1);
      emitText(b, f.acctMsgLen, f.acctMsg, at, out);
      emitText(b, f.acctDataLen, f.acctData, at + 2, out);
      break;
    default:
  }
}

/** Emits a two-byte length, and the text at the cursor. */
function emitText(b: Uint8Array, length: Field, field: Field, at: number, out: Sink): void {
  out.add(length, at, 2);
  const size = u16(b, at);
  if (size > 0) out.add(field, cursor, size, utf8(b, cursor, cursor + size));
  cursor += size;
}

function emitData(size: number, out: Sink): void {
  if (size > 0) out.add(f.data, cursor, size);
  cursor += size;
}

/**
 * Emits privilege level, type and service at `at`, and user, port and address: lengths at `lengths`, texts at the
 * cursor.
 */
function emitUser(b: Uint8Array, at: number, lengths: number, out: Sink): void {
  out.add(f.privilege, at, 1);
  out.add(f.authenticationType, at + 1, 1);
  out.add(f.service, at + 2, 1);
  const texts = [f.user, f.port, f.address];
  for (const [i, length] of [f.userLen, f.portLen, f.addressLen].entries()) {
    const size = b[lengths + i]!;
    out.add(length, lengths + i, 1);
    if (size > 0) out.add(texts[i]!, cursor, size, utf8(b, cursor, cursor + size));
    cursor += size;
  }
}

/** The data of a START, which depend on the authentication type (RFC 8907 §5.4.2). */
function emitStartData(b: Uint8Array, at: number, out: Sink): void {
  const size = b[at + 7]!;
  const lengths: Record<number, Field> = {
    1: f.asciiLength,
    2: f.passwordLength,
    3: f.chapLength,
    4: f.arapLength,
    5: f.mschapLength,
  };
  const type = b[at + 2]!;
  out.add(lengths[type] ?? f.dataLength, at + 7, 1);
  if (size === 0) return;
  if (type === 2) out.add(f.password, cursor, size, utf8(b, cursor, cursor + size));
  else out.add(f.data, cursor, size);
}

/** User fields and argument count, argument lengths, then the texts. */
function emitAsked(b: Uint8Array, at: number, lengths: number, countField: Field, out: Sink): void {
  const sizes = cursor;
  const count = b[lengths + 3]!;
  cursor += count;
  emitUser(b, at, lengths, out);
  out.add(countField, lengths + 3, 1);
  emitArguments(b, sizes, count, out);
}

function emitAuthorReply(b: Uint8Array, at: number, out: Sink): void {
  const count = b[at + 1]!;
  const sizes = cursor;
  out.add(f.authorStatus, at, 1);
  out.add(f.authorMsgLen, at + 2, 2);
  out.add(f.authorDataLen, at + 4, 2);
  out.add(f.authorRepArgCount, at + 1, 1);
  cursor += count + u16(b, at + 2) + u16(b, at + 4);
  emitArguments(b, sizes, count, out);
}

function emitArguments(b: Uint8Array, sizes: number, count: number, out: Sink): void {
  for (let i = 0; i < count; i++) {
    const size = b[sizes + i]!;
    out.add(f.argLength, sizes + i, 1);
    out.add(f.argValue, cursor, size, utf8(b, cursor, cursor + size));
    cursor += size;
  }
}
