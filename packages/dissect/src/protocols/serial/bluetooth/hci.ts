// Bluetooth Host Controller Interface (Bluetooth Core Specification 5.3, volume 4 part E §5.4; part A for H4), captured
// between host and controller.
import { u16, u16le } from '../../../core/bytes.ts';
import { ether, uint } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { linkTypes } from '../../../core/table.ts';
import { head, thenData } from '../../link/head.ts';
import { acl } from './acl.ts';
import { CONTROLLER, directionText, HOST } from './direction.ts';
import { commandNames, eventNames, metaNames } from './names.ts';

const H4 = 187;
const H4_DIRECTION = 201;

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
    const next = [undefined, hciCommand, acl, hciSco, hciEvent, hciIso][p.buf[p.at]!];
    p.at++;
    return next ?? thenData(p);
  },
});

/** Layer of the link type, which only names Bluetooth. */
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

function commandName(opcode: number): string {
  const known = commandNames(opcode);
  if (known !== undefined) return known;
  const number = `0x${(opcode & 0x3ff).toString(16).padStart(4, '0').toUpperCase()}`;
  const whole = `0x${opcode.toString(16).padStart(4, '0').toUpperCase()}`;
  return opcode >> 10 === 0x3f
    ? `Vendor Command ${number} (opcode ${whole})`
    : `Unknown Command ${number} (opcode ${whole})`;
}

const c = {
  opcode: uint('bthci_cmd.opcode', 'Command Opcode').at(0, 2).le().hex().named(commandNames),
  group: uint('bthci_cmd.opcode.ogf', 'Opcode Group Field').at(0, 2).le().mask(0xfc00).hex(),
  number: uint('bthci_cmd.opcode.ocf', 'Opcode Command Field').at(0, 2).le().mask(0x03ff).hex(),
  length: uint('bthci_cmd.param_length', 'Parameter Total Length').at(2, 1),
};
export const hciCommand: Protocol = protocol({
  name: 'bthci_cmd',
  title: 'Bluetooth HCI Command',
  column: 'HCI_CMD',
  fields: c,
  step: (p) => takeAll(p, 3),
  info: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 3
      ? ''
      : `${directionText(p)} ${commandName(u16le(p.bufferOf(layer), p.start[layer]!))}`,
});

const COMMAND_COMPLETE = 0x0e;
const COMMAND_STATUS = 0x0f;
const META = 0x3e;
/** Events (§7.7) that begin with status and connection handle, and those followed by an address. */
const WITH_HANDLE = new Set([0x03, 0x05, 0x08, 0x0b, 0x0c, 0x0d]);
const CONNECT_COMPLETE = 0x03;

const e = {
  code: uint('bthci_evt.code', 'Event Code').at(0, 1).hex().named(eventNames),
  length: uint('bthci_evt.param_length', 'Parameter Total Length').at(1, 1),
  meta: uint('bthci_evt.le_meta_subevent', 'Sub Event').hex(1).named(metaNames),
  status: uint('bthci_evt.status', 'Status').hex(1),
  handle: uint('bthci_evt.connection_handle', 'Connection Handle').le().hex(2),
  address: ether('bthci_evt.bd_addr', 'BD_ADDR'),
};
export const hciEvent: Protocol = protocol({
  name: 'bthci_evt',
  title: 'Bluetooth HCI Event',
  column: 'HCI_EVT',
  fields: e,
  step: (p) => takeAll(p, 2),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(e.code);
    out.fixed(e.length);
    const code = b[start]!;
    if (code === META) out.add(e.meta, start + 2, 1);
    if (!WITH_HANDLE.has(code)) return;
    out.add(e.status, start + 2, 1);
    out.add(e.handle, start + 3, 2);
    if (code === CONNECT_COMPLETE && p.stop[layer]! >= start + 11)
      out.add(e.address, start + 5, 6, b.slice(start + 5, start + 11).reverse());
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < 2) return '';
    const code = b[start]!;
    const summary = `${directionText(p)} ${eventNames(code) ?? `Unknown 0x${code.toString(16).padStart(2, '0')}`}`;
    if (code === COMMAND_COMPLETE && length >= 5) return `${summary} (${commandName(u16le(b, start + 3))})`;
    if (code === COMMAND_STATUS && length >= 6) return `${summary} (${commandName(u16le(b, start + 4))})`;
    return code === META && length >= 3 ? `${summary} (${metaNames(b[start + 2]!) ?? 'Unknown'})` : summary;
  },
});

export const hciSco = head({
  name: 'bthci_sco',
  title: 'Bluetooth HCI SCO Packet',
  column: 'HCI_SCO',
  least: 3,
  on: [],
});

const ISO_HEADER = 4;
export const hciIso: Protocol = protocol({
  name: 'bthci_iso',
  title: 'Bluetooth HCI ISO Packet',
  column: 'HCI_ISO',
  step(p) {
    if (p.end - p.at < ISO_HEADER) return p.cut(ISO_HEADER);
    p.at += ISO_HEADER;
    return p.at < p.end ? isoData : null;
  },
});
export const isoData = head({
  name: 'bthci_iso_data',
  title: 'Bluetooth HCI ISO Data',
  column: 'ISO Data',
  on: [],
});

/**
 * BlueZ monitor channel (https://www.tcpdump.org/linktypes/LINKTYPE_BLUETOOTH_LINUX_MONITOR.html): its header is in the
 * pseudo-header that precedes the packet, as is the direction in other formats.
 */
const MONITOR_HEADER = 4;
const monitorNames: Readonly<Record<number, string>> = {
  0: 'New Index',
  1: 'Delete Index',
  2: 'Command Packet',
  3: 'Event Packet',
  4: 'ACL Tx Packet',
  5: 'ACL Rx Packet',
  6: 'SCO Tx Packet',
  7: 'SCO Rx Packet',
  8: 'Open Index',
  9: 'Close Index',
  10: 'Index Info',
  11: 'Vendor Diagnostics',
  12: 'System Note',
  13: 'User Logging',
};
const m = {
  adapter: uint('hci_mon.adapter_id', 'Adapter ID'),
  opcode: uint('hci_mon.opcode', 'Opcode').named(monitorNames),
};
export const hciMonitor: Protocol = protocol({
  name: 'hci_mon',
  title: 'Bluetooth Linux Monitor Transport',
  column: 'HCI_MON',
  fields: m,
  step(p) {
    if (p.at < MONITOR_HEADER) return p.malformed();
    const opcode = u16(p.buf, p.at - 2);
    const next = [undefined, undefined, hciCommand, hciEvent, acl, acl, hciSco, hciSco][opcode];
    if (next === undefined) {
      p.at = p.end;
      return null;
    }
    p.mark[p.layer] = opcode === 3 || opcode === 5 || opcode === 7 ? CONTROLLER : HOST;
    return next;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (start < MONITOR_HEADER) return;
    out.add(m.adapter, start - MONITOR_HEADER, 2);
    out.add(m.opcode, start - 2, 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (start < MONITOR_HEADER) return '';
    const opcode = u16(b, start - 2);
    return `Adapter Id: ${u16(b, start - MONITOR_HEADER)}, Opcode: ${monitorNames[opcode] ?? 'Unknown'}`;
  },
});

function takeAll(p: Packet, least: number): null {
  if (p.end - p.at < least) return p.cut(least);
  p.at = p.end;
  return null;
}
