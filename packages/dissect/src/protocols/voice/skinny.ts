// Skinny Client Control Protocol between Cisco phones and call manager: messages with length, version and message ID.
import { u32le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

const HEADER = 12;
const LENGTH_AND_VERSION = 8;
const LENGTH_MAX = 1500;
/** Header versions: basic, and those of several call manager releases. */
const versions = new Set([0, 0x0a, 0x0b, 0x0f, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16]);

/** Message IDs of requests and responses; all others are notifications. */
const listed = (numbers: string): Set<number> =>
  new Set(numbers.split(' ').map((n) => Number.parseInt(n, 16)));
const requests = listed(
  '0 1 9 a b c d e f 12 25 27 28 29 2e 33 34 41 48 4c 8a 101 102 105 107 129 12c 131 132 137 138 139 13a 13b 13c 13d 13e 14b 15e 162',
);
const responses = listed(
  '10 21 22 23 2a 2f 31 35 36 37 38 39 40 42 43 44 45 81 90 91 92 93 94 97 98 9e 100 108 109 118 11a 11b 11f 12a 12b 12d 12e 12f 142 146 147 148 149 152 154 155 158 15f 163',
);

const names: Readonly<Record<number, string>> = {
  0x0000: 'KeepAliveReq',
  0x0001: 'RegisterReq',
  0x0003: 'KeypadButton',
  0x0006: 'OffHook',
  0x0007: 'OnHook',
  0x0008: 'HookFlash',
  0x000e: 'ButtonTemplateReq',
  0x000f: 'VersionReq',
  0x0010: 'CapabilitiesRes',
  0x0020: 'AlarmMessage',
  0x0022: 'OpenReceiveChannelAck',
  0x0023: 'ConnectionStatisticsRes',
  0x0026: 'SoftKeyEvent',
  0x0081: 'RegisterAck',
  0x0082: 'StartTone',
  0x0083: 'StopTone',
  0x0085: 'SetRinger',
  0x0086: 'SetLamp',
  0x0088: 'SetSpeakerMode',
  0x008a: 'StartMediaTransmission',
  0x008b: 'StopMediaTransmission',
  0x008f: 'CallInfo',
  0x0094: 'DefineTimeDate',
  0x0099: 'DisplayText',
  0x009b: 'CapabilitiesReq',
  0x0100: 'KeepAliveAck',
  0x0105: 'OpenReceiveChannel',
  0x0106: 'CloseReceiveChannel',
  0x0107: 'ConnectionStatisticsReq',
  0x0110: 'SelectSoftKeys',
  0x0111: 'CallState',
  0x0112: 'DisplayPromptStatus',
  0x0113: 'ClearPromptStatus',
  0x0116: 'ActivateCallPlane',
  0x011d: 'DialedNumber',
};

const f = {
  length: uint('skinny.data_length', 'Data length').at(0, 4).le(),
  version: uint('skinny.hdr_version', 'Header version').at(4, 4).le().hex(),
  message: uint('skinny.messageId', 'Message ID').at(8, 4).le().named(names),
};

function isSkinny(p: Packet): boolean {
  if (p.end - p.at < HEADER) return false;
  const length = u32le(p.buf, p.at);
  return length >= 4 && length <= LENGTH_MAX && versions.has(u32le(p.buf, p.at + 4));
}

export const skinny = protocol({
  name: 'skinny',
  title: 'Skinny Client Control Protocol',
  column(p, layer) {
    const message = u32le(p.bufferOf(layer), p.start[layer]! + 8);
    return requests.has(message) ? 'SKINNY/REQ' : responses.has(message) ? 'SKINNY/RESP' : 'SKINNY';
  },
  fields: f,
  on: [[tcpPorts, 2000]],
  framing: { header: HEADER, length: (p) => (isSkinny(p) ? u32le(p.buf, p.at) + LENGTH_AND_VERSION : 0) },
  step(p) {
    if (!isSkinny(p)) return REJECTED;
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const message = u32le(p.bufferOf(layer), p.start[layer]! + 8);
    return `${names[message] ?? `Unknown 0x${message.toString(16).padStart(4, '0')}`} `;
  },
});
