// MQ Telemetry Transport, versions 3.1, 3.1.1 (OASIS, 2014) and 5.0 (OASIS, 2019).
import { u16, utf8 } from '../../core/bytes.ts';
import { bool, bytes, type Field, none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';
import { bodySuffix } from '../media/suffix.ts';
import { callBody, mediaTypes } from '../media/types.ts';
import { joinedInfo } from './joined.ts';
import {
  connackNames,
  disconnectNames,
  messageNames,
  qosNames,
  reasonNames,
  retainHandlingNames,
  subackNames,
  versionNames,
} from './mqtt-names.ts';
import { contentTypeIn, emitProperties, mqttProperties } from './mqtt-properties.ts';
import { readVarint, VARINT_MAX } from './varint.ts';

const CONNECT = 1;
const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const PUBCOMP = 7;
const SUBSCRIBE = 8;
const SUBACK = 9;
const UNSUBSCRIBE = 10;
const UNSUBACK = 11;
const DISCONNECT = 14;
const AUTH = 15;
const V5 = 5;

const reason = (kind: string): Field =>
  uint(`mqtt.${kind}.reason_code`, 'Reason Code').named(
    kind === 'disconnect' ? disconnectNames : reasonNames,
  );

const f = {
  hdrflags: uint('mqtt.hdrflags', 'Header Flags').at(0, 1).hex(),
  msgtype: uint('mqtt.msgtype', 'Message Type').at(0, 1).mask(0xf0).named(messageNames),
  reserved: uint('mqtt.hdr_reserved', 'Reserved').at(0, 1).mask(0x0f),
  dup: bool('mqtt.dupflag', 'DUP Flag').at(0, 1).mask(0x08),
  qos: uint('mqtt.qos', 'QoS Level').at(0, 1).mask(0x06).named(qosNames),
  retain: bool('mqtt.retain', 'Retain').at(0, 1).mask(0x01),
  retainReserved: uint('mqtt.retain_reserved', 'Reserved').at(0, 1).mask(0x01),
  len: uint('mqtt.len', 'Msg Len'),
  protoLen: uint('mqtt.proto_len', 'Protocol Name Length'),
  protoname: text('mqtt.protoname', 'Protocol Name'),
  ver: uint('mqtt.ver', 'Version').named(versionNames),
  conflags: uint('mqtt.conflags', 'Connect Flags').hex(1),
  uname: bool('mqtt.conflag.uname', 'User Name Flag').mask(0x80),
  passwd: bool('mqtt.conflag.passwd', 'Password Flag').mask(0x40),
  willRetain: bool('mqtt.conflag.retain', 'Will Retain').mask(0x20),
  willQos: uint('mqtt.conflag.qos', 'QoS Level').mask(0x18).named(qosNames),
  willFlag: bool('mqtt.conflag.willflag', 'Will Flag').mask(0x04),
  cleansess: bool('mqtt.conflag.cleansess', 'Clean Session Flag').mask(0x02),
  conReserved: bool('mqtt.conflag.reserved', '(Reserved)').mask(0x01),
  kalive: uint('mqtt.kalive', 'Keep Alive'),
  clientidLen: uint('mqtt.clientid_len', 'Client ID Length'),
  clientid: text('mqtt.clientid', 'Client ID'),
  willtopicLen: uint('mqtt.willtopic_len', 'Will Topic Length'),
  willtopic: text('mqtt.willtopic', 'Will Topic'),
  willmsgLen: uint('mqtt.willmsg_len', 'Will Message Length'),
  willmsg: bytes('mqtt.willmsg', 'Will Message'),
  usernameLen: uint('mqtt.username_len', 'User Name Length'),
  username: text('mqtt.username', 'User Name'),
  passwordLen: uint('mqtt.passwd_len', 'Password Length'),
  password: text('mqtt.passwd', 'Password'),
  ackFlags: uint('mqtt.conack.flags', 'Acknowledge Flags').hex(1),
  ackReserved: bool('mqtt.conack.flags.reserved', 'Reserved').mask(0xfe),
  sessionPresent: bool('mqtt.conack.flags.sp', 'Session Present').mask(0x01),
  conackVal: uint('mqtt.conack.val', 'Return Code').named(connackNames),
  msgid: uint('mqtt.msgid', 'Message Identifier'),
  topicLen: uint('mqtt.topic_len', 'Topic Length'),
  topic: text('mqtt.topic', 'Topic'),
  msg: bytes('mqtt.msg', 'Message'),
  subQos: uint('mqtt.sub.qos', 'Requested QoS').named(qosNames),
  subackQos: uint('mqtt.suback.qos', 'Granted QoS').named(subackNames),
  subOptions: uint('mqtt.subscription_options', 'Subscription Options').hex(1),
  subReserved: uint('mqtt.subscription_options_reserved', 'Reserved').mask(0xc0).hex(1),
  subRetain: uint('mqtt.subscription_options_retain', 'Retain Handling')
    .mask(0x30)
    .named(retainHandlingNames),
  subRap: bool('mqtt.subscription_options_rap', 'Retain As Published').mask(0x08),
  subNl: bool('mqtt.subscription_options_nl', 'No Local').mask(0x04),
  subOptionsQos: uint('mqtt.subscription_options_qos', 'QoS').mask(0x03).named(qosNames),
  connackReason: reason('connack'),
  pubackReason: reason('puback'),
  pubrecReason: reason('pubrec'),
  pubrelReason: reason('pubrel'),
  pubcompReason: reason('pubcomp'),
  subackReason: reason('suback'),
  unsubackReason: reason('unsuback'),
  disconnectReason: reason('disconnect'),
  authReason: reason('auth'),
  properties: none('mqtt.properties', 'Properties'),
  willProperties: none('mqtt.will_properties', 'Will Properties'),
  ...mqttProperties,
};

/** Reason code fields by message type. */
const reasons: readonly (Field | null)[] = [
  null,
  null,
  f.connackReason,
  null,
  f.pubackReason,
  f.pubrecReason,
  f.pubrelReason,
  f.pubcompReason,
  null,
  f.subackReason,
  null,
  f.unsubackReason,
  null,
  null,
  f.disconnectReason,
  f.authReason,
];

/** Protocol level of the conversation, which only CONNECT carries. */
interface MqttState {
  version: number;
}

/** Bytes of the fixed header: packet type, and remaining length in one to four bytes (MQTT 5.0 §2.1.4). */
function headerLength(b: Uint8Array, start: number, end: number): number {
  for (let i = start + 1; i < end && i < start + 1 + VARINT_MAX; i++) if (b[i]! < 0x80) return i + 1 - start;
  return 0;
}

/** Protocol level in a CONNECT, behind the protocol name. */
function levelOf(b: Uint8Array, at: number, end: number): number {
  const place = at + 2 + u16(b, at);
  return place < end ? b[place]! : 0;
}

export const mqtt = protocol({
  name: 'mqtt',
  title: 'MQ Telemetry Transport Protocol',
  column: 'MQTT',
  fields: f,
  on: [[tcpPorts, 1883]],
  framing: {
    header: 2,
    length(p) {
      const header = headerLength(p.buf, p.at, p.end);
      // The remaining length itself is incomplete.
      if (header === 0) return p.end - p.at < 1 + VARINT_MAX ? p.end - p.at + 1 : 0;
      return header + readVarint(p.buf, p.at + 1, p.at + header);
    },
  },
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.count - 1;
    const header = headerLength(b, start, p.end);
    if (header === 0) return p.cut(2);
    const type = b[start]! >> 4;
    if (type === CONNECT) {
      const state = p.session.stateOf<MqttState>(p, 'mqtt', () => ({ version: 0 }));
      if (p.end - start >= header + 2) state.version = levelOf(b, start + header, p.end);
      p.mark[layer] = state.version;
    } else p.mark[layer] = p.session.knownState<MqttState>(p, 'mqtt')?.version ?? 0;
    const needed = header + readVarint(b, start + 1, start + header);
    if (p.end - start < needed) return p.cut(needed);
    if (type === PUBLISH && p.mark[layer] === V5) callContent(p, start + header, start + needed, b[start]!);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const header = headerLength(b, start, end);
    if (header === 0) return;
    const type = b[start]! >> 4;
    const version = p.mark[layer]!;
    emitFlags(type, version, out);
    out.add(f.len, start + 1, header - 1, readVarint(b, start + 1, start + header));
    emitBody(b, start + header, end, b[start]!, version, out);
  },
  headline: (p, layer) => `, ${messageNames[p.bufferOf(layer)[p.start[layer]!]! >> 4]}`,
  info: (p, layer) => joinedInfo(p, layer, ', ', messageInfo),
});

/** MQTT 5.0 §3.3.2.3.9: the application message is of the content type that its properties name. */
function callContent(p: Packet, at: number, end: number, first: number): void {
  if (at + 2 > end) return;
  const identifier = at + 2 + u16(p.buf, at);
  const found = contentTypeIn(p.buf, identifier + ((first & 0x06) === 0 ? 0 : 2), end);
  if (found === null || found.type === '' || found.stop >= end) return;
  const [name = '', ...parameters] = found.type.split(';');
  const type = mediaTypes.named(name.trim().toLowerCase());
  if (type.protocol !== null)
    callBody(p, type, found.stop, end, end, parameters.length === 0 ? '' : `;${parameters.join(';')}`);
}

function emitFlags(type: number, version: number, out: Sink): void {
  out.openFixed(f.hdrflags);
  out.fixed(f.msgtype);
  const hasFlags = version === 3 && (type === 6 || type === SUBSCRIBE || type === UNSUBSCRIBE);
  if (type === PUBLISH || hasFlags) {
    out.fixed(f.dup);
    out.fixed(f.qos);
    out.fixed(type === PUBLISH ? f.retain : f.retainReserved);
  } else out.fixed(f.reserved);
  out.close();
}

/** A length-prefixed string; returns the offset behind it, or -1 if it exceeds the message. */
function emitString(
  b: Uint8Array,
  at: number,
  end: number,
  lengthField: Field,
  field: Field,
  out: Sink,
): number {
  if (at < 0 || at + 2 > end) return -1;
  const length = u16(b, at);
  if (at + 2 + length > end) return -1;
  out.add(lengthField, at, 2);
  out.add(field, at + 2, length);
  return at + 2 + length;
}

function emitBody(b: Uint8Array, at: number, end: number, first: number, version: number, out: Sink): void {
  const type = first >> 4;
  if (type === CONNECT) emitConnect(b, at, end, out);
  else if (type === CONNACK) emitConnack(b, at, end, version, out);
  else if (type === PUBLISH) emitPublish(b, at, end, (first >> 1) & 3, version, out);
  else if (type >= PUBACK && type <= PUBCOMP) {
    if (at + 2 > end) return;
    out.add(f.msgid, at, 2);
    if (version === V5) emitReason(b, at + 2, end, type, out);
  } else if (type === SUBSCRIBE || type === UNSUBSCRIBE) emitSubscribe(b, at, end, type, version, out);
  else if (type === SUBACK || type === UNSUBACK) emitSuback(b, at, end, type, version, out);
  else if ((type === DISCONNECT || type === AUTH) && version === V5) emitReason(b, at, end, type, out);
}

/** MQTT 5.0 §3.4.2: reason code and properties may both be omitted. */
function emitReason(b: Uint8Array, at: number, end: number, type: number, out: Sink): void {
  if (at >= end) return;
  out.add(reasons[type]!, at, 1);
  if (at + 1 < end) emitProperties(b, at + 1, end, f.properties, out);
}

function emitConnect(b: Uint8Array, at: number, end: number, out: Sink): void {
  at = emitString(b, at, end, f.protoLen, f.protoname, out);
  if (at < 0 || at + 4 > end) return;
  const version = b[at]!;
  out.add(f.ver, at, 1);
  const flags = b[at + 1]!;
  out.open(f.conflags, at + 1, 1);
  for (const flag of [f.uname, f.passwd, f.willRetain, f.willQos, f.willFlag, f.cleansess, f.conReserved])
    out.add(flag, at + 1, 1);
  out.close();
  out.add(f.kalive, at + 2, 2);
  at += 4;
  if (version === V5) at = emitProperties(b, at, end, f.properties, out);
  at = emitString(b, at, end, f.clientidLen, f.clientid, out);
  if (flags & 0x04) {
    if (version === V5 && at >= 0) at = emitProperties(b, at, end, f.willProperties, out);
    at = emitString(b, at, end, f.willtopicLen, f.willtopic, out);
    at = emitString(b, at, end, f.willmsgLen, f.willmsg, out);
  }
  if (flags & 0x80) at = emitString(b, at, end, f.usernameLen, f.username, out);
  if (flags & 0x40) emitString(b, at, end, f.passwordLen, f.password, out);
}

function emitConnack(b: Uint8Array, at: number, end: number, version: number, out: Sink): void {
  if (at + 2 > end) return;
  // MQTT 3.1 has no flags here (§3.2).
  if (version > 3) {
    out.open(f.ackFlags, at, 1);
    out.add(f.ackReserved, at, 1);
    out.add(f.sessionPresent, at, 1);
    out.close();
  } else out.add(f.ackReserved, at, 1);
  if (version === V5) emitReason(b, at + 1, end, CONNACK, out);
  else out.add(f.conackVal, at + 1, 1);
}

function emitPublish(b: Uint8Array, at: number, end: number, qos: number, version: number, out: Sink): void {
  at = emitString(b, at, end, f.topicLen, f.topic, out);
  if (at < 0) return;
  if (qos !== 0) {
    if (at + 2 > end) return;
    out.add(f.msgid, at, 2);
    at += 2;
  }
  if (version === V5) at = emitProperties(b, at, end, f.properties, out);
  if (at >= 0 && at <= end) out.add(f.msg, at, end - at);
}

function emitSubscribe(
  b: Uint8Array,
  at: number,
  end: number,
  type: number,
  version: number,
  out: Sink,
): void {
  if (at + 2 > end) return;
  out.add(f.msgid, at, 2);
  at += 2;
  if (version === V5) at = emitProperties(b, at, end, f.properties, out);
  while (at >= 0 && at < end) {
    at = emitString(b, at, end, f.topicLen, f.topic, out);
    if (at < 0 || type === UNSUBSCRIBE) continue;
    if (at >= end) return;
    if (version === V5) {
      out.open(f.subOptions, at, 1);
      for (const field of [f.subReserved, f.subRetain, f.subRap, f.subNl, f.subOptionsQos])
        out.add(field, at, 1);
      out.close();
    } else out.add(f.subQos, at, 1);
    at++;
  }
}

function emitSuback(b: Uint8Array, at: number, end: number, type: number, version: number, out: Sink): void {
  if (at + 2 > end) return;
  out.add(f.msgid, at, 2);
  at += 2;
  if (version === V5) at = emitProperties(b, at, end, f.properties, out);
  if (at < 0) return;
  for (; at < end; at++) {
    if (version === V5) out.add(reasons[type]!, at, 1);
    else if (type === SUBACK) out.add(f.subackQos, at, 1);
  }
}

function messageInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  const type = b[start]! >> 4;
  const name = messageNames[type]!;
  const header = headerLength(b, start, end);
  let at = start + header;
  if (header === 0 || at + 2 > end) return name;
  if (type === PUBLISH) {
    const topicEnd = at + 2 + u16(b, at);
    if (topicEnd > end) return name;
    const hasId = (b[start]! & 0x06) !== 0 && topicEnd + 2 <= end;
    return `${name}${hasId ? ` (id=${u16(b, topicEnd)})` : ''} [${utf8(b, at + 2, topicEnd)}]${bodySuffix(p, layer)}`;
  }
  if (type < PUBACK || type > UNSUBACK) return name;
  let info = `${name} (id=${u16(b, at)})`;
  if (type !== SUBSCRIBE && type !== UNSUBSCRIBE) return info;
  at += 2;
  if (p.mark[layer] === V5) {
    const length = headerLength(b, at - 1, end) - 1;
    if (length < 1) return info;
    at += length + readVarint(b, at, at + length);
  }
  while (at + 2 <= end) {
    const topicEnd = at + 2 + u16(b, at);
    if (topicEnd > end) break;
    info += ` [${utf8(b, at + 2, topicEnd)}]`;
    at = topicEnd + (type === SUBSCRIBE ? 1 : 0);
  }
  return info;
}
