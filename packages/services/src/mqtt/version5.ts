// MQTT 5 in front of a broker of MQTT 3.1.1: the packets of a connection are rewritten in both directions. They differ in
// properties, reason codes and options of subscriptions; topics, payloads, identifiers and quality of service are the same.
// What the broker cannot do is declined in the CONNACK (MQTT 5 §3.2.2.3) and refused afterwards: persistent sessions, topic
// aliases, subscription identifiers and shared subscriptions. Properties of messages (user properties, expiry …) are not kept.
import { randomUUID } from 'node:crypto';
import { Cursor, packet, property, text, varint } from './wire.ts';

/** Types of control packets (MQTT 5 §2.1.2). */
export const CONNECT = 1;
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

/** Property identifiers (MQTT 5 §2.2.2.2). */
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const SESSION_EXPIRY = 0x11;
const ASSIGNED_IDENTIFIER = 0x12;
const AUTHENTICATION_METHOD = 0x15;
const RECEIVE_MAXIMUM = 0x21;
const TOPIC_ALIAS = 0x23;
const MAXIMUM_PACKET_SIZE = 0x27;
const IDENTIFIERS_AVAILABLE = 0x29;
const SHARED_AVAILABLE = 0x2a;

/** Reason codes (MQTT 5 §2.4). */
const NORMAL = 0;
export const UNSUPPORTED_VERSION = 0x84;
const REASONS = {
  protocolError: 0x82,
  badAuthentication: 0x8c,
  aliasInvalid: 0x94,
  noSharedSubscriptions: 0x9e,
  noSubscriptionIdentifiers: 0xa1,
} as const;
/** By the return code of a CONNACK (MQTT 3.1.1 §3.2.2.3). */
const CONNECT_REASONS = [NORMAL, UNSUPPORTED_VERSION, 0x85, 0x88, 0x86, 0x87];
const UNSPECIFIED = 0x80;

/** Connect flags (MQTT 5 §3.1.2.3). */
const WILL = 0x04;
const PASSWORD = 0x40;
const USER_NAME = 0x80;

/** Set in the version of a CONNECT by which Mosquitto's bridges make themselves known. */
const BRIDGE = 0x80;

/** The client broke the protocol, or uses what was declined. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: number;

  constructor(reason: number, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The client disconnects with its will, which is published as after an end without a DISCONNECT (MQTT 5 §3.14.4). */
export class Disconnected extends Error {
  override readonly name = 'Disconnected';
}

/** The version that a CONNECT asks for; 0 if it is no CONNECT of MQTT. */
export function versionOf(connect: Buffer): number {
  const body = Cursor.afterHeader(connect);
  if (connect[0]! >> 4 !== CONNECT || body.bytes().toString('latin1') !== 'MQTT') return 0;
  return body.byte() & ~BRIDGE;
}

/** Translates the packets of one connection, each whole. */
export class Version5 {
  /** QoS 1 and 2 messages on their way to the client, which are not acknowledged. */
  #inFlight = 0;
  /** What the client accepts (MQTT 5 §3.1.2.11): messages in flight, and bytes a packet. */
  #inFlightMax = 0xffff;
  #bytesMax = Number.POSITIVE_INFINITY;
  #assigned = '';
  #isConnected = false;
  /** Number of topic filters by packet identifier, of UNSUBSCRIBEs that wait for their answer. */
  readonly #unsubscribing = new Map<number, number>();
  readonly #packetMax: number;

  /** @param packetMax longest packet that the broker takes, in bytes */
  constructor(packetMax: number) {
    this.#packetMax = packetMax;
  }

  /** Whether a packet of the broker is a message beyond those that the client takes unacknowledged (MQTT-3.3.4-9). */
  mustWait(whole: Buffer): boolean {
    return this.#inFlight >= this.#inFlightMax && whole[0]! >> 4 === PUBLISH && qosOf(whole[0]!) > 0;
  }

  /** The refusal of the client's last packet, before and after it is connected (MQTT 5 §4.13). */
  refusal(reason: number): Buffer {
    return this.#isConnected ? packet(DISCONNECT << 4, [reason]) : packet(CONNACK << 4, [0, reason, 0]);
  }

  /** A packet of the client as one of MQTT 3.1.1. @throws Refused, Disconnected, Malformed */
  toBroker(whole: Buffer): Buffer {
    const first = whole[0]!;
    const body = Cursor.afterHeader(whole);
    switch (first >> 4) {
      case CONNECT:
        return this.#connect(body);
      case PUBLISH:
        return publishOf(first, body);
      case SUBSCRIBE:
        return subscribeOf(first, body);
      case UNSUBSCRIBE:
        return this.#unsubscribe(first, body);
      case DISCONNECT:
        if (body.left > 0 && body.byte() !== NORMAL) throw new Disconnected();
        return packet(first);
      case AUTH:
        throw new Refused(REASONS.protocolError, 'AUTH without an authentication method');
      default:
        return this.#acknowledge(first, body, whole);
    }
  }

  /** A packet of the broker as one of MQTT 5; null if it exceeds what the client accepts (MQTT-3.1.2-25). */
  toClient(whole: Buffer): Buffer | null {
    const first = whole[0]!;
    const body = Cursor.afterHeader(whole);
    switch (first >> 4) {
      case CONNACK:
        return this.#connack(body);
      case PUBLISH: {
        const head = [text(body.bytes()), ...(qosOf(first) > 0 ? [body.take(2)] : [])];
        const message = packet(first, ...head, [0], body.rest());
        if (message.length > this.#bytesMax) return null;
        if (qosOf(first) > 0) this.#inFlight++;
        return message;
      }
      case SUBACK:
        return packet(first, body.take(2), [0], body.rest());
      case UNSUBACK: {
        const id = body.uint16();
        const count = this.#unsubscribing.get(id) ?? 0;
        this.#unsubscribing.delete(id);
        return packet(first, [id >> 8, id & 0xff, 0], new Uint8Array(count));
      }
      default:
        return whole;
    }
  }

  #connect(body: Cursor): Buffer {
    const name = text(body.bytes());
    body.byte();
    const flags = body.byte();
    const keepAlive = body.take(2);
    const properties = body.properties();
    if (properties.has(AUTHENTICATION_METHOD))
      throw new Refused(REASONS.badAuthentication, 'an authentication method: there is none');
    this.#inFlightMax = properties.get(RECEIVE_MAXIMUM) ?? this.#inFlightMax;
    this.#bytesMax = properties.get(MAXIMUM_PACKET_SIZE) ?? this.#bytesMax;
    if (this.#inFlightMax === 0 || this.#bytesMax === 0)
      throw new Refused(REASONS.protocolError, 'a maximum of 0');
    const id = body.bytes();
    if (id.length === 0) this.#assigned = randomUUID();
    const payload = [text(id.length === 0 ? Buffer.from(this.#assigned) : id)];
    if ((flags & WILL) !== 0) {
      body.properties();
      payload.push(text(body.bytes()), text(body.bytes()));
    }
    // A password without a user name is new in MQTT 5.
    const hasUser = (flags & USER_NAME) !== 0;
    if (hasUser || (flags & PASSWORD) !== 0) payload.push(text(hasUser ? body.bytes() : Buffer.alloc(0)));
    if ((flags & PASSWORD) !== 0) payload.push(text(body.bytes()));
    const flags4 = (flags & PASSWORD) === 0 ? flags : flags | USER_NAME;
    return packet(CONNECT << 4, name, [4, flags4], keepAlive, ...payload);
  }

  #connack(body: Cursor): Buffer {
    const flags = body.byte();
    const reason = CONNECT_REASONS[body.byte()] ?? UNSPECIFIED;
    if (reason !== NORMAL) return packet(CONNACK << 4, [flags, reason, 0]);
    this.#isConnected = true;
    const properties = Buffer.concat([
      property(SESSION_EXPIRY, 4, 0),
      property(MAXIMUM_PACKET_SIZE, 4, this.#packetMax),
      property(IDENTIFIERS_AVAILABLE, 1, 0),
      property(SHARED_AVAILABLE, 1, 0),
      ...(this.#assigned === ''
        ? []
        : [Buffer.from([ASSIGNED_IDENTIFIER]), text(Buffer.from(this.#assigned))]),
    ]);
    return packet(CONNACK << 4, [flags, reason], varint(properties.length), properties);
  }

  #unsubscribe(first: number, body: Cursor): Buffer {
    const id = body.uint16();
    body.properties();
    const filters: Buffer[] = [];
    while (body.left > 0) filters.push(text(body.bytes()));
    this.#unsubscribing.set(id, filters.length);
    return packet(first, [id >> 8, id & 0xff], ...filters);
  }

  /** PUBACK to PUBCOMP: without their reason and properties; the rest has neither. */
  #acknowledge(first: number, body: Cursor, whole: Buffer): Buffer {
    const type = first >> 4;
    if (type < PUBACK || type > PUBCOMP) return whole;
    const id = body.take(2);
    const isOver = type === PUBACK || type === PUBCOMP || (body.left > 0 && body.byte() >= UNSPECIFIED);
    if (isOver && this.#inFlight > 0) this.#inFlight--;
    return packet(first, id);
  }
}

function qosOf(first: number): number {
  return (first >> 1) & 3;
}

function publishOf(first: number, body: Cursor): Buffer {
  const topic = body.bytes();
  const id = qosOf(first) > 0 ? body.take(2) : [];
  if (body.properties().has(TOPIC_ALIAS) || topic.length === 0)
    throw new Refused(REASONS.aliasInvalid, 'a topic alias: none was offered');
  return packet(first, text(topic), id, body.rest());
}

function subscribeOf(first: number, body: Cursor): Buffer {
  const parts: (Buffer | number[])[] = [body.take(2)];
  if (body.properties().has(SUBSCRIPTION_IDENTIFIER))
    throw new Refused(REASONS.noSubscriptionIdentifiers, 'a subscription identifier: they are not available');
  while (body.left > 0) {
    const filter = body.bytes();
    if (filter.subarray(0, 7).toString('latin1') === '$share/')
      throw new Refused(REASONS.noSharedSubscriptions, 'a shared subscription: they are not available');
    // Of the options (MQTT 5 §3.8.3.1) the broker knows the quality of service.
    parts.push(text(filter), [body.byte() & 3]);
  }
  return packet(first, ...parts);
}
