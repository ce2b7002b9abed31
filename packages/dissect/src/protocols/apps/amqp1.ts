// Advanced Message Queuing Protocol 1.0 (ISO/IEC 19464): performatives of its frames and their arguments.
import { u16, u32, uint as unsigned, utf8 } from '../../core/bytes.ts';
import { bool, bytes, type Field, none, text, uint, uint64 } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

/** Frame header: size, data offset in 4-byte words, type, channel (§2.3.1). */
export const FRAME_HEADER = 8;
const SASL = 1;

/** Performatives (§2.7) and SASL frame bodies (§5.3.3), by descriptor. */
const performatives: Readonly<Record<number, string>> = {
  0x10: 'open',
  0x11: 'begin',
  0x12: 'attach',
  0x13: 'flow',
  0x14: 'transfer',
  0x15: 'disposition',
  0x16: 'detach',
  0x17: 'end',
  0x18: 'close',
};
const saslFrames: Readonly<Record<number, string>> = {
  0x40: 'sasl.mechanisms',
  0x41: 'sasl.init',
  0x42: 'sasl.challenge',
  0x43: 'sasl.response',
  0x44: 'sasl.outcome',
};
const settleModes = { 0: 'unsettled', 1: 'settled', 2: 'mixed' };
const receiveModes = { 0: 'first', 1: 'second' };
const outcomes = { 0: 'ok', 1: 'auth', 2: 'sys', 3: 'sys-perm', 4: 'sys-temp' };

const ARGUMENT = 'amqp.performative.arguments';

export const frameFields = {
  length: uint('amqp.length', 'Length'),
  doff: uint('amqp.doff', 'Doff'),
  frameType: uint('amqp.type', 'Type').named({ 0: 'AMQP', 1: 'SASL' }),
  channel: uint('amqp.channel', 'Channel'),
  performative: uint('amqp.performative', 'Performative').named(performatives),
  saslMethod: uint('amqp.sasl.method', 'SASL Method').named(saslFrames),
  arguments: none('amqp.method.arguments', 'Arguments'),
  containerId: text(`${ARGUMENT}.containerId`, 'Container-Id'),
  hostname: text(`${ARGUMENT}.hostname`, 'Hostname'),
  maxFrameSize: uint(`${ARGUMENT}.maxFrameSize`, 'Max-Frame-Size'),
  channelMax: uint(`${ARGUMENT}.channelMax`, 'Channel-Max'),
  idleTimeout: uint(`${ARGUMENT}.idleTimeout`, 'Idle-Timeout'),
  remoteChannel: uint(`${ARGUMENT}.remoteChannel`, 'Remote-Channel'),
  nextIncomingId: uint(`${ARGUMENT}.nextIncomingId`, 'Next-Incoming-Id'),
  nextOutgoingId: uint(`${ARGUMENT}.nextOutgoingId`, 'Next-Outgoing-Id'),
  incomingWindow: uint(`${ARGUMENT}.incomingWindow`, 'Incoming-Window'),
  outgoingWindow: uint(`${ARGUMENT}.outgoingWindow`, 'Outgoing-Window'),
  handleMax: uint(`${ARGUMENT}.handleMax`, 'Handle-Max'),
  name: text(`${ARGUMENT}.name`, 'Name'),
  handle: uint(`${ARGUMENT}.handle`, 'Handle'),
  role: bool(`${ARGUMENT}.role`, 'Role').shownAs(
    (isReceiver) => `Role: ${isReceiver ? 'receiver' : 'sender'}`,
  ),
  sendSettleMode: uint(`${ARGUMENT}.sndSettleMode`, 'Send-Settle-Mode').named(settleModes),
  receiveSettleMode: uint(`${ARGUMENT}.rcvSettleMode`, 'Receive-Settle-Mode').named(receiveModes),
  source: none(`${ARGUMENT}.source`, 'Source'),
  target: none(`${ARGUMENT}.target`, 'Target'),
  address: text(`${ARGUMENT}.address.string`, 'Address'),
  initialDeliveryCount: uint(`${ARGUMENT}.initDeliveryCount`, 'Initial-Delivery-Count'),
  maxMessageSize: uint64(`${ARGUMENT}.maxMessageSize`, 'Max-Message-Size'),
  deliveryCount: uint(`${ARGUMENT}.deliveryCount`, 'Delivery-Count'),
  linkCredit: uint(`${ARGUMENT}.linkCredit`, 'Link-Credit'),
  available: uint(`${ARGUMENT}.available`, 'Available'),
  drain: bool(`${ARGUMENT}.drain`, 'Drain'),
  echo: bool(`${ARGUMENT}.echo`, 'Echo'),
  deliveryId: uint(`${ARGUMENT}.deliveryId`, 'Delivery-Id'),
  deliveryTag: bytes(`${ARGUMENT}.deliveryTag`, 'Delivery-Tag'),
  messageFormat: uint(`${ARGUMENT}.messageFormat`, 'Message-Format'),
  settled: bool(`${ARGUMENT}.settled`, 'Settled'),
  more: bool(`${ARGUMENT}.more`, 'More'),
  first: uint(`${ARGUMENT}.first`, 'First'),
  last: uint(`${ARGUMENT}.last`, 'Last'),
  closed: bool(`${ARGUMENT}.closed`, 'Closed'),
  mechanisms: text('amqp.sasl.mechanisms_sym', 'Mechanisms'),
  mechanism: text('amqp.sasl.mechanism', 'Mechanism'),
  initResponse: bytes('amqp.sasl.initResponse', 'Init-Response'),
  challenge: bytes('amqp.sasl.challenge', 'Challenge'),
  response: bytes('amqp.sasl.response', 'Response'),
  saslCode: uint('amqp.sasl.saslCode', 'Code').named(outcomes),
  additionalData: bytes('amqp.sasl.addData', 'Additional-Data'),
};
const f = frameFields;

/** Fields of each list, in order; null: skipped. */
const shapes: Readonly<Record<number, readonly (Field | null)[]>> = {
  0x10: [f.containerId, f.hostname, f.maxFrameSize, f.channelMax, f.idleTimeout],
  0x11: [f.remoteChannel, f.nextOutgoingId, f.incomingWindow, f.outgoingWindow, f.handleMax],
  0x12: [
    f.name,
    f.handle,
    f.role,
    f.sendSettleMode,
    f.receiveSettleMode,
    f.source,
    f.target,
    null,
    null,
    f.initialDeliveryCount,
    f.maxMessageSize,
  ],
  0x13: [
    f.nextIncomingId,
    f.incomingWindow,
    f.nextOutgoingId,
    f.outgoingWindow,
    f.handle,
    f.deliveryCount,
    f.linkCredit,
    f.available,
    f.drain,
    f.echo,
  ],
  0x14: [f.handle, f.deliveryId, f.deliveryTag, f.messageFormat, f.settled, f.more, f.receiveSettleMode],
  0x15: [f.role, f.first, f.last, f.settled],
  0x16: [f.handle, f.closed],
  0x40: [f.mechanisms],
  0x41: [f.mechanism, f.initResponse, f.hostname],
  0x42: [f.challenge],
  0x43: [f.response],
  0x44: [f.saslCode, f.additionalData],
};
/** Fields of a source and a target. */
const TERMINUS = [f.address];

/** A value (§1.6): its constructor at `start`, its descriptor (-1 if none), its bytes [at, next). */
interface Value {
  readonly start: number;
  readonly code: number;
  readonly descriptor: number;
  readonly at: number;
  readonly next: number;
}

const DESCRIBED = 0x00;
const TRUE = 0x41;
const BOOLEAN = 0x56;
const LIST8 = 0xc0;
const LIST32 = 0xd0;
const ARRAY8 = 0xe0;
/** §1.2.1: length of a value, by the high nibble of its constructor. */
const WIDTHS: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 };

function plainValue(b: Uint8Array, at: number, end: number, descriptor = -1): Value | null {
  if (at >= end) return null;
  const code = b[at]!;
  const kind = code >> 4;
  let content = at + 1;
  let size = WIDTHS[kind] ?? -1;
  // Size fields of one and of four bytes alternate: variable, compound, array.
  if (kind >= 10) {
    const bytes = kind % 2 === 0 ? 1 : 4;
    if (content + bytes > end) return null;
    size = unsigned(b, content, bytes);
    content += bytes;
  }
  const next = content + size;
  return size < 0 || next > end ? null : { start: at, code, descriptor, at: content, next };
}

function valueAt(b: Uint8Array, at: number, end: number): Value | null {
  if (b[at] !== DESCRIBED) return plainValue(b, at, end);
  const descriptor = plainValue(b, at + 1, end);
  if (descriptor === null) return null;
  return plainValue(b, descriptor.next, end, descriptor.next > descriptor.at ? b[descriptor.next - 1]! : -1);
}

/** Descriptor of the list that the frame [start, end) holds; null if the frame is empty or not recognized. */
function performativeOf(b: Uint8Array, start: number, end: number): Value | null {
  const value = valueAt(b, start + b[start + 4]! * 4, end);
  return value === null || value.descriptor < 0 ? null : value;
}

export function frameName(b: Uint8Array, start: number, end: number): string {
  const code = performativeOf(b, start, end)?.descriptor ?? -1;
  return (b[start + 5] === SASL ? saslFrames[code] : performatives[code]) ?? '';
}

export function emitFrame(b: Uint8Array, start: number, end: number, out: Sink): void {
  const isSasl = b[start + 5] === SASL;
  out.add(f.length, start, 4, u32(b, start));
  out.add(f.doff, start + 4, 1);
  out.add(f.frameType, start + 5, 1);
  out.add(f.channel, start + 6, 2, u16(b, start + 6));
  const value = performativeOf(b, start, end);
  if (value === null) return;
  out.add(isSasl ? f.saslMethod : f.performative, value.start - 1, 1);
  out.open(f.arguments, value.at, value.next - value.at);
  emitList(b, value, shapes[value.descriptor] ?? [], out);
  out.close();
}

/** Elements of a list, each emitted as the field at its position. */
function emitList(b: Uint8Array, list: Value, shape: readonly (Field | null)[], out: Sink): void {
  if (list.code !== LIST8 && list.code !== LIST32) return;
  let at = list.at + (list.code === LIST8 ? 1 : 4);
  for (const field of shape) {
    const value = valueAt(b, at, list.next);
    if (value === null) return;
    if (field !== null) emitValue(b, value, field, out);
    at = value.next;
  }
}

function emitValue(b: Uint8Array, value: Value, field: Field, out: Sink): void {
  const { start, code, at, next } = value;
  const size = next - at;
  if (field.type === 'none') {
    if (value.descriptor < 0) return;
    out.open(field, at, size);
    emitList(b, value, TERMINUS, out);
    out.close();
  } else if (field.type === 'bool') {
    if (code === TRUE || code === TRUE + 1 || code === BOOLEAN)
      out.add(field, start, next - start, code === TRUE || (code === BOOLEAN && b[at] === 1));
  } else if (field.type === 'uint') {
    // Zero has its own constructor.
    if (size <= 4 && code > TRUE + 1 && code >> 4 <= 7)
      out.add(field, start, next - start, unsigned(b, at, size));
  } else if (field.type === 'uint64') {
    if (code === 0x44 || code === 0x53 || code === 0x80)
      out.add(field, start, next - start, unsigned64(b, at, size));
  } else if (code >> 4 === 0xa || code >> 4 === 0xb) {
    if (field.type === 'text') out.add(field, start, next - start, utf8(b, at, next));
    else out.add(field, at, size);
  } else if (code === ARRAY8 && field === f.mechanisms) emitSymbols(b, value, field, out);
}

/** §1.6.24: element count, one constructor for all, then the symbols, each preceded by its length. */
function emitSymbols(b: Uint8Array, array: Value, field: Field, out: Sink): void {
  for (let at = array.at + 2; at < array.next && at + 1 + b[at]! <= array.next; at += 1 + b[at]!)
    out.add(field, at + 1, b[at]!);
}

function unsigned64(b: Uint8Array, at: number, size: number): bigint {
  let value = 0n;
  for (let i = at; i < at + size; i++) value = (value << 8n) | BigInt(b[i]!);
  return value;
}
