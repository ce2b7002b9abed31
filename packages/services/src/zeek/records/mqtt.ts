// mqtt_connect.log, mqtt_publish.log and mqtt_subscribe.log: what clients and broker said
// (https://docs.zeek.org/en/master/scripts/policy/protocols/mqtt/main.zeek.html).
import type { Tap } from '@eyrie/dissect';
import { textOfBytes } from '../write/byte-text.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Logs, numberOf, type Seen, tapOf, textOf } from './log.ts';
import { Waiting } from './waiting.ts';

interface Connect extends OfConn {
  readonly protocol: string;
  readonly version: string;
  readonly clientId: string;
  status: string | null;
  readonly willTopic: string | null;
  readonly willPayload: string | null;
}

interface Publish extends OfConn {
  readonly isFromClient: boolean;
  readonly retain: boolean;
  readonly qos: number;
  readonly status: string;
  readonly topic: string;
  readonly payload: string;
  readonly bytes: number;
  readonly id: number;
}

interface Subscribe extends OfConn {
  readonly action: string;
  readonly topics: readonly string[];
  readonly qos: readonly number[];
  readonly granted: number | null;
  readonly isAcknowledged: boolean;
}

const connectColumns: readonly Column<Connect>[] = [
  ...connColumns,
  ['proto_name', 'string', ({ protocol }) => protocol],
  ['proto_version', 'string', ({ version }) => version],
  ['client_id', 'string', ({ clientId }) => clientId],
  ['connect_status', 'string', ({ status }) => status],
  ['will_topic', 'string', ({ willTopic }) => willTopic],
  ['will_payload', 'string', ({ willPayload }) => willPayload],
];

/** MQTT 5 §4.3. */
export const QOS = ['at most once', 'at least once', 'exactly once'];

const publishColumns: readonly Column<Publish>[] = [
  ...connColumns,
  ['from_client', 'bool', ({ isFromClient }) => isFromClient],
  ['retain', 'bool', ({ retain }) => retain],
  ['qos', 'string', ({ qos }) => QOS[qos] ?? 'unknown'],
  ['status', 'string', ({ status }) => status],
  ['topic', 'string', ({ topic }) => topic],
  ['payload', 'string', ({ payload }) => payload],
  ['payload_len', 'count', ({ bytes }) => bytes],
];

const subscribeColumns: readonly Column<Subscribe>[] = [
  ...connColumns,
  ['action', 'enum', ({ action }) => action],
  ['topics', 'vector[string]', ({ topics }) => topics],
  ['qos_levels', 'vector[count]', ({ qos }) => (qos.length === 0 ? null : qos)],
  ['granted_qos_level', 'count', ({ granted }) => granted],
  ['ack', 'bool', ({ isAcknowledged }) => isAcknowledged],
];

export const mqttConnectLog: LogKind<Connect> = { path: 'mqtt_connect', columns: connectColumns };
export const mqttPublishLog: LogKind<Publish> = { path: 'mqtt_publish', columns: publishColumns };
export const mqttSubscribeLog: LogKind<Subscribe> = { path: 'mqtt_subscribe', columns: subscribeColumns };

const CONNECT = 1;
const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const PUBCOMP = 7;
const SUBSCRIBE = 8;
const SUBACK = 9;
const UNSUBSCRIBE = 10;
const UNSUBACK = 11;

/** By version in CONNECT (MQTT 3.1.1 §3.1.2.2). */
const VERSIONS: Readonly<Record<number, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };
/** MQTT 3.1.1 §3.2.2.3. */
export const ANSWERS = [
  'Connection Accepted',
  'Unacceptable protocol version',
  'Identifier rejected',
  'Server Unavailable',
  'Bad user name or password',
  'Not Authorized',
];

/** Bytes of a payload, as in Zeek by default. */
const PAYLOAD_MAX = 100;
/** Messages of a connection that wait for their answer; beyond, the oldest is logged without it. */
const WAITING_MAX = 64;

class State {
  connect: Connect | null = null;
  readonly published: Waiting<number, Publish>;
  readonly subscribed: Waiting<number, Subscribe>;

  constructor(logs: Logs) {
    this.published = new Waiting(WAITING_MAX, (row) => logs.write(mqttPublishLog, row));
    this.subscribed = new Waiting(WAITING_MAX, (row) => logs.write(mqttSubscribeLog, row));
  }
}

const FIELDS = [
  ...[
    'mqtt.msgtype',
    'mqtt.msgid',
    'mqtt.protoname',
    'mqtt.ver',
    'mqtt.clientid',
    'mqtt.willtopic',
    'mqtt.willmsg',
  ],
  ...['mqtt.conack.val', 'mqtt.connack.reason_code', 'mqtt.qos', 'mqtt.retain', 'mqtt.topic', 'mqtt.msg'],
  ...['mqtt.sub.qos', 'mqtt.subscription_options_qos', 'mqtt.suback.qos', 'mqtt.suback.reason_code'],
];

export const mqttReader: LogReader = {
  protocols: ['mqtt'],
  make(logs) {
    const tap = tapOf(['mqtt'], FIELDS);
    const end = ({ connect, published, subscribed }: State): void => {
      if (connect !== null) logs.write(mqttConnectLog, connect);
      published.end();
      subscribed.end();
    };

    return (p, layer, seen) => {
      tap.take(p, layer);
      const state = seen.conn.keep('mqtt', () => new State(logs), end);
      switch (tap.number('mqtt.msgtype')) {
        case CONNECT:
          state.connect = connectOf(tap, seen);
          break;
        case CONNACK:
          return connected(logs, state, tap);
        case PUBLISH:
          return publish(logs, state, publishOf(tap, seen));
        case PUBACK:
        case PUBCOMP:
          return published(logs, state, tap);
        case SUBSCRIBE:
          return subscribe(state, tap, seen, 'MQTT::SUBSCRIBE');
        case UNSUBSCRIBE:
          return subscribe(state, tap, seen, 'MQTT::UNSUBSCRIBE');
        case SUBACK:
        case UNSUBACK:
          return subscribed(logs, state, tap);
        default:
      }
    };
  },
};

function connectOf(tap: Tap, { conn, time }: Seen): Connect {
  return {
    ...{ conn, time, status: null },
    protocol: tap.text('mqtt.protoname'),
    version: VERSIONS[tap.number('mqtt.ver')] ?? tap.text('mqtt.ver'),
    clientId: tap.text('mqtt.clientid'),
    willTopic: textOf(tap, 'mqtt.willtopic'),
    willPayload: textOf(tap, 'mqtt.willmsg'),
  };
}

function connected(logs: Logs, state: State, tap: Tap): void {
  if (state.connect === null) return;
  const code = numberOf(tap, 'mqtt.conack.val') ?? tap.number('mqtt.connack.reason_code');
  state.connect.status = ANSWERS[code] ?? `unknown (${code})`;
  logs.write(mqttConnectLog, state.connect);
  state.connect = null;
}

function publishOf(tap: Tap, { conn, time, isOrig }: Seen): Publish {
  const data = tap.values('mqtt.msg')[0];
  const qos = tap.number('mqtt.qos');
  return {
    ...{ conn, time, qos, isFromClient: isOrig, status: qos === 0 ? 'ok' : 'incomplete_qos' },
    retain: tap.number('mqtt.retain') === 1,
    topic: tap.text('mqtt.topic'),
    payload: data instanceof Uint8Array ? textOfBytes(data.subarray(0, PAYLOAD_MAX)) : '',
    bytes: data instanceof Uint8Array ? data.length : 0,
    id: tap.number('mqtt.msgid'),
  };
}

function publish(logs: Logs, state: State, row: Publish): void {
  if (row.qos === 0) logs.write(mqttPublishLog, row);
  else state.published.add(row.id, row);
}

function published(logs: Logs, state: State, tap: Tap): void {
  const row = state.published.take(tap.number('mqtt.msgid'));
  if (row !== undefined) logs.write(mqttPublishLog, { ...row, status: 'ok' });
}

function subscribe(state: State, tap: Tap, { conn, time }: Seen, action: string): void {
  const qos = [...tap.values('mqtt.sub.qos'), ...tap.values('mqtt.subscription_options_qos')].map(Number);
  const topics = tap.texts('mqtt.topic');
  const row = { conn, time, action, topics, qos, granted: null, isAcknowledged: false };
  state.subscribed.add(tap.number('mqtt.msgid'), row);
}

function subscribed(logs: Logs, state: State, tap: Tap): void {
  const row = state.subscribed.take(tap.number('mqtt.msgid'));
  if (row === undefined) return;
  const level = tap.values('mqtt.suback.qos')[0] ?? tap.values('mqtt.suback.reason_code')[0];
  const granted = level === undefined ? null : Number(level);
  logs.write(mqttSubscribeLog, { ...row, granted, isAcknowledged: true });
}
