// Events that Suricata has of the protocols of Windows networks, of things and of machines.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCapture, unpack } from '@eyrie/capture';
import { Dissector, newFrame } from '@eyrie/dissect';
import { capturesFolder, requireCaptures } from '../../../../test/support/tools.ts';
import { formatRow, ZeekLogs } from '../../src/zeek/index.ts';

interface Event {
  readonly event_type: string;
  readonly src_port: number;
  readonly [body: string]: unknown;
}

async function eventsOf(capture: string, type: string): Promise<Event[]> {
  const source = await openCapture(join(capturesFolder() ?? '', capture));
  const dissector = new Dissector({ unpack });
  const lines: string[] = [];
  const logs = new ZeekLogs(dissector.session, {
    write: (kind, row) => void lines.push(...formatRow(kind, row, 'eve').split('\n')),
  });
  const frame = newFrame();
  for await (const reader of source.chunks()) while (reader.next(frame)) logs.add(dissector.dissect(frame));
  logs.end();
  const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
  return events.filter(({ event_type }) => event_type === type);
}

const skip = requireCaptures();

test('smb: shares, files, and calls over its pipes', { skip }, async () => {
  const [file] = await eventsOf('zeek__smb_smb2readwrite.pcap', 'smb');
  assert.deepEqual(file!.smb, {
    ...{ command: 'SMB2_COMMAND_CREATE', status: 'STATUS_SUCCESS', status_code: '0x0' },
    ...{ filename: 'pythonfile', access: 'normal', size: 16 },
    ...{ created: 1_549_643_138, accessed: 1_549_643_183, modified: 1_549_643_138, changed: 1_549_643_138 },
  });
  const said = (await eventsOf('suricata__dcerpc_zerologon_input.pcap', 'smb')).map(({ smb }) => smb);
  assert.deepEqual(said[0], {
    ...{ command: 'SMB2_COMMAND_TREE_CONNECT', status: 'STATUS_SUCCESS', status_code: '0x0' },
    ...{ named_pipe: '\\\\172.16.5.58\\IPC$', share_type: 'PIPE' },
  });
  const interfaces = [{ service: 'samr', procedure: 'SamrConnect' }];
  assert.deepEqual(said[1], { dcerpc: { request: 'REQUEST', response: 'RESPONSE', interfaces } });
});

test('smb: files that are renamed or deleted', { skip }, async () => {
  const said = await eventsOf('zeek__smb_smb3_multichannel.pcap', 'smb');
  const bodies = said.map(({ smb }) => smb as Record<string, unknown>);
  const deleted = bodies.find(({ access }) => access === 'delete on close')!;
  assert.equal(deleted.command, 'SMB2_COMMAND_SET_INFO');
  assert.deepEqual(deleted.set_info, { class: 'FILE_INFO', info_level: 'SMB2_FILE_DISPOSITION_INFO' });
});

test('dcerpc: calls over TCP', { skip }, async () => {
  const [, call] = await eventsOf('suricata__dcerpc_zerologon_input.pcap', 'dcerpc');
  assert.deepEqual(call!.dcerpc, {
    ...{ request: 'REQUEST', response: 'RESPONSE', rpc_version: '5.0' },
    interfaces: [{ service: 'netlogon', procedure: 'NetrServerReqChallenge' }],
  });
});

test('rdp: each step of the beginning, from its sender', { skip }, async () => {
  const [request, response] = await eventsOf('zeek__rdp_rdp-to-ssl.pcap', 'rdp');
  assert.deepEqual(request!.rdp, { tx_id: 0, event_type: 'initial_request', cookie: 'AWAKECODI' });
  assert.deepEqual(response!.rdp, { tx_id: 1, event_type: 'initial_response', protocol: 'hybrid' });
  assert.equal(response!.src_port, 3389);
});

test('mqtt: what is asked and its answer are one event', { skip }, async () => {
  const [connect, subscribe, publish] = (await eventsOf('zeek__mqtt.pcap', 'mqtt')).map(({ mqtt }) => mqtt);
  const flags = { qos: 0, retain: false, dup: false };
  assert.deepEqual(connect, {
    connect: {
      ...flags,
      protocol_string: 'MQIsdp',
      protocol_version: 3,
      client_id: 'paho/34AAE54A75D839566E',
    },
    connack: { ...flags, return_code: 0 },
  });
  assert.deepEqual(subscribe, {
    subscribe: { ...flags, qos: 1, topics: [{ topic: 'SampleTopic', qos: 0 }] },
    suback: { ...flags, qos_granted: [0] },
  });
  assert.deepEqual(publish, {
    publish: { qos: 0, retain: true, topic: 'SampleTopic', message: 'Hello from the Paho blocking client' },
  });
});

test('modbus: requests and responses, by the names that rules know', { skip }, async () => {
  const [request, response] = await eventsOf('zeek__modbus_modbusSmall.pcap', 'modbus');
  const said = {
    transaction_id: 1,
    protocol_id: 0,
    unit_id: 1,
    function_raw: 15,
    function_code: 'WrMultCoils',
  };
  assert.deepEqual([request!.modbus, response!.modbus], [{ request: said }, { response: said }]);
  assert.equal(response!.src_port, 502);
});
