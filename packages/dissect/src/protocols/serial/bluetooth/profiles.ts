// Protocols over L2CAP: attributes (ATT) and security manager (SMP) of Low Energy (Bluetooth Core Specification 5.3,
// volume 3 parts F and H), SDP, RFCOMM, audio and video, HID, BNEP (part B and profiles).
import { u16, u16le } from '../../../core/bytes.ts';
import { data } from '../../../core/data.ts';
import { bytes, type Field, uint } from '../../../core/field.ts';
import { LISTED, type Packet, SHOWN } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { etherTypes } from '../../../core/table.ts';
import { thenData } from '../../link/head.ts';
import { usbhid } from '../usb/classes.ts';
import { directionText } from './direction.ts';
import { attributeNames, avdtpNames, sdpNames, securityNames } from './names.ts';

interface Named {
  readonly name: string;
  readonly title: string;
  readonly column: string;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly infoOf?: (b: Uint8Array, start: number, stop: number) => string;
  readonly step?: (p: Packet) => Protocol | null;
  readonly emit?: NonNullable<Protocol['emit']>;
}

/** A protocol that is only named, with the direction in its Info text. */
function profile(d: Named): Protocol {
  return protocol({
    name: d.name,
    title: d.title,
    column: d.column,
    ...(d.fields === undefined ? {} : { fields: d.fields }),
    ...(d.emit === undefined ? {} : { emit: d.emit }),
    step:
      d.step ??
      ((p) => {
        p.at = p.end;
        return null;
      }),
    info(p, layer) {
      const start = p.start[layer]!;
      const stop = p.stop[layer]!;
      const summary = d.infoOf === undefined || stop <= start ? '' : d.infoOf(p.bufferOf(layer), start, stop);
      return `${directionText(p)} ${summary}`;
    },
  });
}

/** ATT operations that begin with a handle (part F §3.4). */
const WITH_HANDLE = new Set([0x0a, 0x0c, 0x12, 0x16, 0x1b, 0x1d, 0x52, 0xd2]);
const WITH_VALUE = new Set([0x12, 0x1b, 0x1d, 0x52, 0xd2]);
const READ_RESPONSE = 0x0b;
const MTU_REQUEST = 0x02;
const MTU_RESPONSE = 0x03;
const a = {
  opcode: uint('btatt.opcode', 'Opcode').at(0, 1).hex().named(attributeNames),
  handle: uint('btatt.handle', 'Handle').le().hex(2),
  value: bytes('btatt.value', 'Value'),
  clientMtu: uint('btatt.client_rx_mtu', 'Client Rx MTU').le(),
  serverMtu: uint('btatt.server_rx_mtu', 'Server Rx MTU').le(),
};
export const att = profile({
  name: 'btatt',
  title: 'Bluetooth Attribute Protocol',
  column: 'ATT',
  fields: a,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const opcode = p.bufferOf(layer)[start]!;
    out.fixed(a.opcode);
    if (WITH_HANDLE.has(opcode)) out.add(a.handle, start + 1, 2);
    if (WITH_VALUE.has(opcode) && stop > start + 3) out.add(a.value, start + 3, stop - start - 3);
    else if (opcode === READ_RESPONSE && stop > start + 1) out.add(a.value, start + 1, stop - start - 1);
    else if (opcode === MTU_REQUEST) out.add(a.clientMtu, start + 1, 2);
    else if (opcode === MTU_RESPONSE) out.add(a.serverMtu, start + 1, 2);
  },
  infoOf(b, start, stop) {
    const opcode = b[start]!;
    const name = attributeNames(opcode) ?? 'Unknown';
    if (stop - start < 3) return name;
    if (opcode === MTU_REQUEST) return `${name}, Client Rx MTU: ${u16le(b, start + 1)}`;
    if (opcode === MTU_RESPONSE) return `${name}, Server Rx MTU: ${u16le(b, start + 1)}`;
    if (!WITH_HANDLE.has(opcode)) return name;
    return `${name}, Handle: 0x${u16le(b, start + 1)
      .toString(16)
      .padStart(4, '0')}`;
  },
});

const s = { opcode: uint('btsmp.opcode', 'Opcode').at(0, 1).hex().named(securityNames) };
export const smp = profile({
  name: 'btsmp',
  title: 'Bluetooth Security Manager Protocol',
  column: 'SMP',
  fields: s,
  infoOf: (b, start) => securityNames(b[start]!) ?? 'Unknown',
});

const d = { pdu: uint('btsdp.pdu', 'PDU').at(0, 1).hex().named(sdpNames) };
export const sdp = profile({
  name: 'btsdp',
  title: 'Bluetooth SDP Protocol',
  column: 'SDP',
  fields: d,
  infoOf: (b, start) => sdpNames(b[start]!) ?? 'Unknown',
});

/** RFCOMM frame (GSM 07.10 §5.2): address, control, length of one or two octets, data, check sequence. */
const frameNames: Readonly<Record<number, string>> = {
  0x2f: 'SABM',
  0x63: 'UA',
  0x0f: 'DM',
  0x43: 'DISC',
  0xef: 'UIH',
  0x03: 'UI',
};
const POLL_FINAL = 0x10;
const UIH = 0xef;
const r = {
  channel: uint('btrfcomm.channel', 'Channel').at(0, 1).mask(0xf8),
  type: uint('btrfcomm.frame_type', 'Frame type').at(1, 1).mask(0xef).hex().named(frameNames),
};
export const rfcomm = profile({
  name: 'btrfcomm',
  title: 'Bluetooth RFCOMM Protocol',
  column: 'RFCOMM',
  fields: r,
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < 4) return p.cut(4);
    const isLong = (b[start + 2]! & 1) === 0;
    const content = start + (isLong ? 4 : 3);
    const length = isLong ? u16le(b, start + 2) >> 1 : b[start + 2]! >> 1;
    const isData = (b[start + 1]! & ~POLL_FINAL) === UIH && b[start]! >> 3 !== 0;
    p.at = end;
    // The first octet of the data may be credits.
    const hasCredits = (b[start + 1]! & POLL_FINAL) !== 0 ? 1 : 0;
    if (isData && length > 0 && content + length <= end)
      p.call(data, content + hasCredits, content + hasCredits + length);
    return null;
  },
  infoOf: (b, start) => `${frameNames[b[start + 1]! & ~POLL_FINAL] ?? 'Unknown'} Channel=${b[start]! >> 3} `,
});

/** AVDTP 1.3 §8.4: label and types, then the signal identifier. */
const v = { signal: uint('btavdtp.signal_id', 'Signal').at(1, 1).mask(0x3f).hex().named(avdtpNames) };
export const avdtp = profile({
  name: 'btavdtp',
  title: 'Bluetooth AVDTP Protocol',
  column: 'AVDTP',
  fields: v,
  infoOf(b, start, stop) {
    const kind = ['Command', 'GeneralReject', 'ResponseAccept', 'ResponseReject'][b[start]! & 3]!;
    return stop - start < 2 ? kind : `${kind} - ${avdtpNames(b[start + 1]! & 0x3f) ?? 'Unknown'}`;
  },
});

/** AVCTP 1.4 §6.1: label, then the profile identifier; 0x110e is remote control. */
const REMOTE_CONTROL = 0x110e;
export const avctp = profile({
  name: 'btavctp',
  title: 'Bluetooth AVCTP Protocol',
  column: 'AVCTP',
  step(p) {
    if (p.end - p.at < 3) return p.cut(3);
    const isRemote = u16(p.buf, p.at + 1) === REMOTE_CONTROL;
    p.at += 3;
    return isRemote && p.at < p.end ? avrcp : thenData(p);
  },
});
export const avrcp = profile({ name: 'btavrcp', title: 'Bluetooth AVRCP Profile', column: 'AVRCP' });

/** Transaction type of HID data (HID 1.1 §7.3), which are dissected as USB HID reports. */
const DATA_TRANSACTION = 0x0a;
export const bthid = profile({
  name: 'bthid',
  title: 'Bluetooth HID Profile',
  column: 'HID',
  step(p) {
    const isReport = p.buf[p.at]! >> 4 === DATA_TRANSACTION;
    p.at++;
    if (isReport && p.at < p.end) p.push(usbhid, LISTED | SHOWN);
    p.at = p.end;
    return null;
  },
  infoOf: (b, start) =>
    [
      'HANDSHAKE',
      'HID_CONTROL',
      '',
      '',
      'GET_REPORT',
      'SET_REPORT',
      'GET_PROTOCOL',
      'SET_PROTOCOL',
      '',
      '',
      'DATA',
    ][b[start]! >> 4] ?? 'Unknown',
});

/** Length of Ethernet headers by BNEP packet type (BNEP 1.0 §2.4); parts may be omitted. */
const BNEP_HEADERS = [15, 0, 3, 9, 9];
const BNEP_CONTROL = 1;
export const bnep = profile({
  name: 'btbnep',
  title: 'Bluetooth BNEP Protocol',
  column: 'BNEP',
  step(p) {
    const { buf: b, at: start, end } = p;
    const kind = b[start]! & 0x7f;
    const header = BNEP_HEADERS[kind];
    if (kind === BNEP_CONTROL || header === undefined || b[start]! & 0x80) {
      p.at = end;
      return null;
    }
    if (end - start < header) return p.cut(header);
    p.at = start + header;
    return etherTypes.get(u16(b, p.at - 2)) ?? thenData(p);
  },
});
