// MQTT 5.0 properties (§2.2.2).
import { u16, utf8 } from '../../core/bytes.ts';
import { type Field, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { propertyNames, qosNames } from './mqtt-names.ts';
import { readVarint, VARINT_MAX } from './varint.ts';

export const mqttProperties = {
  propertyLen: uint('mqtt.property_len', 'Total Length'),
  propertyId: uint('mqtt.property_id', 'ID').hex(1).named(propertyNames),
  number: uint('mqtt.prop_number', 'Value'),
  contentType: text('mqtt.property.content_type', 'Content Type'),
  maxQos: uint('mqtt.property.max_qos', 'QoS').named(qosNames),
  topicAlias: uint('mqtt.property.topic_alias', 'Topic Alias'),
  stringLen: uint('mqtt.prop_string_len', 'Length'),
  string: text('mqtt.prop_string', 'Value'),
  keyLen: uint('mqtt.prop_key_len', 'Key Length'),
  key: text('mqtt.prop_key', 'Key'),
  valueLen: uint('mqtt.prop_value_len', 'Value Length'),
  value: text('mqtt.prop_value', 'Value'),
  unknown: text('mqtt.prop_unknown', 'Unknown Property'),
};
const f = mqttProperties;

const CONTENT_TYPE = 3;
const SUBSCRIPTION_IDENTIFIER = 11;
const TOPIC_ALIAS = 35;
const MAXIMUM_QOS = 36;
const USER_PROPERTY = 38;
/** Bytes of each numeric property. */
const NUMBERS: Readonly<Record<number, number>> = {
  1: 1,
  2: 4,
  17: 4,
  19: 2,
  23: 1,
  24: 4,
  25: 1,
  33: 2,
  34: 2,
  37: 1,
  39: 4,
  40: 1,
  41: 1,
  42: 1,
};
const STRINGS = new Set([8, 9, 18, 21, 22, 26, 28, 31]);

function varintLength(b: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end && i < at + VARINT_MAX; i++) if (b[i]! < 0x80) return i + 1 - at;
  return 0;
}

/**
 * Emits all properties from `at` on below `heading`; returns the offset behind them, or -1 if they exceed the message.
 */
export function emitProperties(b: Uint8Array, at: number, end: number, heading: Field, out: Sink): number {
  if (at < 0) return -1;
  const width = varintLength(b, at, end);
  if (width === 0) return -1;
  const length = readVarint(b, at, at + width);
  const stop = at + width + length;
  if (stop > end) return -1;
  out.open(heading, at, width + length);
  out.add(f.propertyLen, at, width, length);
  at += width;
  while (at >= 0 && at < stop) {
    out.add(f.propertyId, at, 1);
    at = emitProperty(b, b[at]!, at + 1, stop, out);
  }
  out.close();
  return stop;
}

function emitProperty(b: Uint8Array, id: number, at: number, end: number, out: Sink): number {
  const width = NUMBERS[id];
  if (width !== undefined) return emitNumber(at, width, end, f.number, out);
  if (id === TOPIC_ALIAS) return emitNumber(at, 2, end, f.topicAlias, out);
  if (id === MAXIMUM_QOS) return emitNumber(at, 1, end, f.maxQos, out);
  if (id === SUBSCRIPTION_IDENTIFIER) {
    const length = varintLength(b, at, end);
    if (length === 0) return -1;
    out.add(f.number, at, length, readVarint(b, at, at + length));
    return at + length;
  }
  if (id === USER_PROPERTY) {
    const behindKey = emitText(b, at, end, f.keyLen, f.key, out);
    return behindKey < 0 ? -1 : emitText(b, behindKey, end, f.valueLen, f.value, out);
  }
  if (STRINGS.has(id)) return emitText(b, at, end, f.stringLen, f.string, out);
  if (id === CONTENT_TYPE) return emitText(b, at, end, null, f.contentType, out);
  out.add(f.unknown, at, end - at);
  return end;
}

function emitNumber(at: number, width: number, end: number, field: Field, out: Sink): number {
  if (at + width > end) return -1;
  out.add(field, at, width);
  return at + width;
}

function emitText(
  b: Uint8Array,
  at: number,
  end: number,
  lengthField: Field | null,
  field: Field,
  out: Sink,
): number {
  if (at + 2 > end) return -1;
  const length = u16(b, at);
  if (at + 2 + length > end) return -1;
  if (lengthField !== null) out.add(lengthField, at, 2);
  out.add(field, at + 2, length);
  return at + 2 + length;
}

/** Where the content type of a message is among the properties from `at` on, and where these end; null if they are cut. */
export function contentTypeIn(
  b: Uint8Array,
  at: number,
  end: number,
): { readonly type: string; readonly stop: number } | null {
  const width = varintLength(b, at, end);
  const stop = at + width + (width === 0 ? 0 : readVarint(b, at, at + width));
  if (width === 0 || stop > end) return null;
  for (let place = at + width; place < stop; ) {
    const id = b[place]!;
    const value = place + 1;
    if (id === CONTENT_TYPE && value + 2 <= stop)
      return { type: utf8(b, value + 2, Math.min(stop, value + 2 + u16(b, value))), stop };
    const bytes = propertyBytes(b, id, value, stop);
    if (bytes === 0) break;
    place = value + bytes;
  }
  return { type: '', stop };
}

/** Bytes of a property's value; 0: unknown or cut. */
function propertyBytes(b: Uint8Array, id: number, at: number, end: number): number {
  const fixed = NUMBERS[id] ?? (id === TOPIC_ALIAS ? 2 : id === MAXIMUM_QOS ? 1 : 0);
  if (fixed > 0) return fixed;
  if (id === SUBSCRIPTION_IDENTIFIER) return varintLength(b, at, end);
  if (at + 2 > end || (id !== USER_PROPERTY && !STRINGS.has(id))) return 0;
  const first = 2 + u16(b, at);
  if (id !== USER_PROPERTY) return first;
  return at + first + 2 > end ? 0 : first + 2 + u16(b, at + first);
}
