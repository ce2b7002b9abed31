// Events of the protocols of things and machines, as Suricata has them: mqtt, modbus
// (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html).
import type { Message } from '../records/modbus.ts';
import { ANSWERS, QOS } from '../records/mqtt.ts';
import { type Columns, type EveEvent, list, one, text } from './eve-values.ts';

const VERSIONS: Readonly<Record<string, number>> = { '3.1': 3, '3.1.1': 4, '5.0': 5 };
/** The fixed header of what has no other flags (MQTT 3.1.1 §2.2.2). */
const FLAGS = { qos: 0, retain: false, dup: false };

export function mqttConnect(value: Columns): EveEvent[] {
  const [topic, status] = [value('will_topic'), value('connect_status')];
  const code = ANSWERS.indexOf(text(status));
  const connect = {
    ...FLAGS,
    protocol_string: value('proto_name'),
    protocol_version: VERSIONS[text(value('proto_version'))],
    client_id: value('client_id'),
    will: topic == null ? undefined : { topic, message: value('will_payload') },
  };
  const connack = { ...FLAGS, return_code: code < 0 ? Number(/\d+/.exec(text(status))?.[0]) : code };
  return [one('mqtt', value, { mqtt: { connect, connack: status == null ? undefined : connack } })];
}

export function mqttPublish(value: Columns): EveEvent[] {
  const publish = {
    qos: QOS.indexOf(text(value('qos'))),
    retain: value('retain'),
    topic: value('topic'),
    message: value('payload'),
  };
  const isFromServer = value('from_client') === false;
  return [{ ...one('mqtt', value, { mqtt: { publish } }), isFromServer }];
}

export function mqttSubscribe(value: Columns): EveEvent[] {
  const names = list(value('topics'));
  // Both kinds are sent with QoS 1 (MQTT 3.1.1 §3.8.1, §3.10.1).
  const flags = { ...FLAGS, qos: 1 };
  if (value('action') !== 'MQTT::SUBSCRIBE')
    return [one('mqtt', value, { mqtt: { unsubscribe: { ...flags, topics: names } } })];
  const levels = list(value('qos_levels'));
  const topics = names.map((topic, i) => ({ topic, qos: levels[i] }));
  const granted = value('granted_qos_level');
  const suback = granted == null ? undefined : { ...FLAGS, qos_granted: [granted] };
  return [one('mqtt', value, { mqtt: { subscribe: { ...flags, topics }, suback } })];
}

/** By function code (MODBUS Application Protocol Specification V1.1b3 §6), from 1 on. */
const FUNCTIONS = [
  ...['RdCoils', 'RdDiscreteInputs', 'RdHoldRegs', 'RdInputRegs', 'WrSingleCoil', 'WrSingleReg'],
  ...['RdExcStatus', 'Diagnostic', 'Program484', 'Poll484', 'GetCommEventCtr', 'GetCommEventLog'],
  ...['ProgramController', 'PollController', 'WrMultCoils', 'WrMultRegs', 'ReportServerID', 'Program884'],
  ...['ResetCommLink', 'RdFileRec', 'WrFileRec', 'MaskWrReg', 'RdWrMultRegs', 'RdFIFOQueue'],
];
const MEI = 43;
/** Added to the code of a request that failed (§7). */
const FAILED = 0x80;

/** The log has requests and responses in rows of their own, and so are the events. */
export function modbus(value: Columns, row: unknown): EveEvent[] {
  const { code, exception, isRequest } = row as Message;
  const message = {
    transaction_id: value('tid'),
    protocol_id: 0,
    unit_id: value('unit'),
    function_raw: exception === null ? code : code | FAILED,
    function_code: code === MEI ? 'MEI' : (FUNCTIONS[code - 1] ?? 'Unknown'),
    exception: exception === null ? undefined : { raw: exception },
  };
  const body = { modbus: isRequest ? { request: message } : { response: message } };
  return [{ ...one('modbus', value, body), isFromServer: !isRequest }];
}
