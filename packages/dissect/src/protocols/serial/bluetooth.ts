// Bluetooth's host controller interface (Bluetooth Core Specification 5.3, volume 4 part E §5.4, part A for H4) and the
// headers of L2CAP, ATT and SMP above it (volume 3 parts A, F, H).
import { u16le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { head, thenData } from '../link/head.ts';

const H4 = 187;
const H4_DIRECTION = 201;
/** Where the direction stands: in the pseudo-header of four bytes before the packet, in the last one. */
const RECEIVED = 1;

function directionText(p: Packet): string {
  if (p.linkType !== H4_DIRECTION) return 'UnknownDirection';
  const start = p.start[0]!;
  return start >= 1 && p.bufferOf(0)[start - 1]! & RECEIVED ? 'Rcvd' : 'Sent';
}

const h4Fields = {
  type: uint('hci_h4.type', 'HCI Packet Type')
    .at(0, 1)
    .hex()
    .named({ 1: 'HCI Command', 2: 'ACL Data', 3: 'SCO Data', 4: 'HCI Event', 5: 'ISO Data' }),
};
export const hciH4: Protocol = protocol({
  name: 'hci_h4',
  title: 'Bluetooth HCI H4',
  column: 'HCI H4',
  info: (p) => `${directionText(p)} Unknown HCI packet type`,
  fields: h4Fields,
  step(p) {
    if (p.at >= p.end) return p.cut(1);
    const next = [undefined, hciCommand, hciAcl, hciSco, hciEvent, hciIso][p.buf[p.at]!];
    p.at++;
    return next ?? thenData(p);
  },
});

/** The link types' own layer: it only names Bluetooth. */
export const bluetoothH4: Protocol = protocol({
  name: 'bluetooth',
  title: 'Bluetooth',
  on: [[linkTypes, H4, H4_DIRECTION]],
  step: () => hciH4,
});

export const bluetoothMonitor: Protocol = protocol({
  name: 'bluetooth',
  title: 'Bluetooth',
  on: [[linkTypes, 254]],
  step: () => hciMonitor,
});
export const bluetoothLe: Protocol = protocol({
  name: 'bluetooth',
  title: 'Bluetooth',
  on: [[linkTypes, 251]],
  step: () => btle,
});
export const bluetoothLeRadio: Protocol = protocol({
  name: 'bluetooth',
  title: 'Bluetooth',
  on: [[linkTypes, 256]],
  step: () => btleRadio,
});
export const hciMonitor = head({
  name: 'hci_mon',
  title: 'Bluetooth Linux Monitor Transport',
  column: 'HCI_MON',
  on: [],
});
export const btle = head({
  name: 'btle',
  title: 'Bluetooth Low Energy Link Layer',
  column: 'LE LL',
  least: 5,
  on: [],
});
const RADIO = 10;
export const btleRadio = head({
  name: 'btle_rf',
  title: 'Bluetooth Low Energy RF Info',
  column: 'LE LL',
  least: RADIO,
  on: [],
  behind: () => btle,
});

const opcodes: Readonly<Record<number, string>> = {
  0x0401: 'Inquiry',
  0x0405: 'Create Connection',
  0x0406: 'Disconnect',
  0x0c01: 'Set Event Mask',
  0x0c03: 'Reset',
  0x0c13: 'Change Local Name',
  0x0c1a: 'Write Scan Enable',
  0x1001: 'Read Local Version Information',
  0x1003: 'Read Local Supported Features',
  0x1005: 'Read Buffer Size',
  0x1009: 'Read BD ADDR',
  0x2006: 'LE Set Advertising Parameters',
  0x2008: 'LE Set Advertising Data',
  0x200a: 'LE Set Advertise Enable',
  0x200b: 'LE Set Scan Parameters',
  0x200c: 'LE Set Scan Enable',
  0x200d: 'LE Create Connection',
};
const events: Readonly<Record<number, string>> = {
  0x01: 'Inquiry Complete',
  0x02: 'Inquiry Result',
  0x03: 'Connect Complete',
  0x04: 'Connect Request',
  0x05: 'Disconnect Complete',
  0x08: 'Encryption Change',
  0x0e: 'Command Complete',
  0x0f: 'Command Status',
  0x13: 'Number of Completed Packets',
  0x3e: 'LE Meta',
};
const COMMAND_COMPLETE = 0x0e;
const COMMAND_STATUS = 0x0f;

function commandName(opcode: number): string {
  return opcodes[opcode] ?? `Unknown Command 0x${opcode.toString(16).padStart(4, '0').toUpperCase()}`;
}

const commandFields = {
  opcode: uint('bthci_cmd.opcode', 'Command Opcode').at(0, 2).le().hex().named(opcodes),
  length: uint('bthci_cmd.param_length', 'Parameter Total Length').at(2, 1),
};
export const hciCommand: Protocol = protocol({
  name: 'bthci_cmd',
  title: 'Bluetooth HCI Command',
  column: 'HCI_CMD',
  fields: commandFields,
  step: (p) => takeAll(p, 3),
  info: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 3
      ? ''
      : `${directionText(p)} ${commandName(u16le(p.bufferOf(layer), p.start[layer]!))}`,
});

const eventFields = {
  code: uint('bthci_evt.code', 'Event Code').at(0, 1).hex().named(events),
  length: uint('bthci_evt.param_length', 'Parameter Total Length').at(1, 1),
};
export const hciEvent: Protocol = protocol({
  name: 'bthci_evt',
  title: 'Bluetooth HCI Event',
  column: 'HCI_EVT',
  fields: eventFields,
  step: (p) => takeAll(p, 2),
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < 2) return '';
    const code = b[start]!;
    const said = `${directionText(p)} ${events[code] ?? `Unknown (0x${code.toString(16).padStart(2, '0')})`}`;
    if (code === COMMAND_COMPLETE && length >= 5) return `${said} (${commandName(u16le(b, start + 3))})`;
    return code === COMMAND_STATUS && length >= 6 ? `${said} (${commandName(u16le(b, start + 4))})` : said;
  },
});

const aclFields = {
  handle: uint('bthci_acl.chandle', 'Connection Handle').at(0, 2).le().mask(0x0fff).hex(),
  boundary: uint('bthci_acl.pb_flag', 'PB Flag').at(0, 2).le().mask(0x3000),
  length: uint('bthci_acl.length', 'Data Total Length').at(2, 2).le(),
};
/** Continuing fragment of a packet above. */
const CONTINUED = 1;
export const hciAcl: Protocol = protocol({
  name: 'bthci_acl',
  title: 'Bluetooth HCI ACL Packet',
  column: 'HCI_ACL',
  info: (p) => directionText(p),
  fields: aclFields,
  step(p) {
    if (p.end - p.at < 4) return p.cut(4);
    const boundary = (u16le(p.buf, p.at) >> 12) & 3;
    p.at += 4;
    return boundary === CONTINUED || p.end - p.at < 4 ? thenData(p) : l2cap;
  },
});
export const hciSco = head({
  name: 'bthci_sco',
  title: 'Bluetooth HCI SCO Packet',
  column: 'HCI_SCO',
  least: 3,
  on: [],
});
export const hciIso = head({
  name: 'bthci_iso',
  title: 'Bluetooth HCI ISO Packet',
  column: 'HCI_ISO',
  least: 4,
  on: [],
});

/** Fixed channels of L2CAP. */
const SIGNALLING = [1, 5];
const ATTRIBUTES = 4;
const SECURITY = 6;
const l2capFields = {
  length: uint('btl2cap.length', 'Length').at(0, 2).le(),
  cid: uint('btl2cap.cid', 'CID').at(2, 2).le().hex(),
};
export const l2cap: Protocol = protocol({
  name: 'btl2cap',
  title: 'Bluetooth L2CAP Protocol',
  column: 'L2CAP',
  info: (p) => directionText(p),
  fields: l2capFields,
  step(p) {
    if (p.end - p.at < 4) return p.cut(4);
    const cid = u16le(p.buf, p.at + 2);
    p.at += 4;
    if (cid === ATTRIBUTES) return btatt;
    if (cid === SECURITY) return btsmp;
    if (!SIGNALLING.includes(cid)) return thenData(p);
    p.at = p.end;
    return null;
  },
});
export const btatt = head({
  name: 'btatt',
  title: 'Bluetooth Attribute Protocol',
  column: 'ATT',
  least: 1,
  on: [],
});
export const btsmp = head({
  name: 'btsmp',
  title: 'Bluetooth Security Manager Protocol',
  column: 'SMP',
  least: 1,
  on: [],
});

function takeAll(p: Packet, least: number): null {
  if (p.end - p.at < least) return p.cut(least);
  p.at = p.end;
  return null;
}
