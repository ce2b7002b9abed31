// USB device classes (https://www.usb.org/defined-class-codes): HID reports of keyboards and mice, commands of mass
// storage, and other classes by name.
import { spells, u32le } from '../../../core/bytes.ts';
import { bytes, uint } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';

export const AUDIO = 0x01;
export const COMMUNICATIONS = 0x02;
export const HID = 0x03;
export const PRINTER = 0x07;
export const MASS_STORAGE = 0x08;
export const HUB = 0x09;
export const COMMUNICATIONS_DATA = 0x0a;
export const SMART_CARD = 0x0b;
export const VIDEO = 0x0e;

/** A protocol that is only named and leaves the columns to the layer below. */
function named(name: string, title: string): Protocol {
  return protocol({ name, title, step: takeAll });
}

function takeAll(p: Packet): null {
  p.at = p.end;
  return null;
}

const h = { data: bytes('usbhid.data', 'HID Data') };
/** Mark of a HID layer that is a report rather than a request. */
export const REPORT = 1;
export const usbhid: Protocol = protocol({
  name: 'usbhid',
  title: 'USB HID',
  fields: h,
  step: takeAll,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.mark[layer] === REPORT) out.add(h.data, start, p.stop[layer]! - start);
  },
});

export const usbhub = named('usbhub', 'USB HUB');
export const usbcom = named('usbcom', 'USB Communications and CDC Control');
export const usbprinter = named('usbprinter', 'USB Printer');
export const usbvideo = named('usbvideo', 'USB Video');
export const usbaudio = named('usbaudio', 'USB Audio');
export const usbccid = named('usbccid', 'USB CCID');
export const usbmsclass = named('usbmsclass', 'USB Mass Storage Class');
export const at = named('at', 'AT Command');

/** Length of a command block wrapper of mass storage (bulk-only transport 1.0 §5). */
const COMMAND_BYTES = 31;
const STATUS_BYTES = 13;
const m = {
  commandSignature: uint('usbms.dCBWSignature', 'Signature').le().hex(4),
  commandTag: uint('usbms.dCBWTag', 'Tag').le().hex(4),
  length: uint('usbms.dCBWDataTransferLength', 'DataTransferLength').le(),
  flags: uint('usbms.dCBWFlags', 'Flags').hex(1),
  lun: uint('usbms.dCBWLUN', 'LUN').mask(0x0f).hex(1),
  operation: uint('scsi_sbc.opcode', 'SBC Opcode').hex(1).named({
    0x00: 'Test Unit Ready',
    0x03: 'Request Sense',
    0x12: 'Inquiry',
    0x1a: 'Mode Sense(6)',
    0x1b: 'Start Stop Unit',
    0x1e: 'Prevent/Allow Medium Removal',
    0x23: 'Read Format Capacities',
    0x25: 'Read Capacity(10)',
    0x28: 'Read(10)',
    0x2a: 'Write(10)',
    0x35: 'Synchronize Cache(10)',
    0x5a: 'Mode Sense(10)',
    0x88: 'Read(16)',
    0x8a: 'Write(16)',
    0xa0: 'Report LUNs',
  }),
  statusSignature: uint('usbms.dCSWSignature', 'Signature').le().hex(4),
  statusTag: uint('usbms.dCSWTag', 'Tag').le().hex(4),
  residue: uint('usbms.dCSWDataResidue', 'DataResidue').le(),
  status: uint('usbms.dCSWStatus', 'Status').hex(1).named({
    0: 'Command Passed',
    1: 'Command Failed',
    2: 'Phase Error',
  }),
};

const isCommand = (b: Uint8Array, start: number, end: number): boolean =>
  end - start >= COMMAND_BYTES && spells(b, start, end, 'USBC');
const isStatus = (b: Uint8Array, start: number, end: number): boolean =>
  end - start >= STATUS_BYTES && spells(b, start, end, 'USBS');

/** Whether it is a command or status block wrapper, regardless of the interface's class. */
export const isStorageBlock = (b: Uint8Array, start: number, end: number): boolean =>
  isCommand(b, start, end) || isStatus(b, start, end);

export const usbms: Protocol = protocol({
  name: 'usbms',
  title: 'USB Mass Storage',
  column: 'USBMS',
  fields: m,
  step: takeAll,
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isCommand(b, start, end)) {
      out.add(m.commandSignature, start, 4);
      out.add(m.commandTag, start + 4, 4);
      out.add(m.length, start + 8, 4);
      out.add(m.flags, start + 12, 1);
      out.add(m.lun, start + 13, 1);
      out.add(m.operation, start + 15, 1);
    } else if (isStatus(b, start, end)) {
      out.add(m.statusSignature, start, 4);
      out.add(m.statusTag, start + 4, 4);
      out.add(m.residue, start + 8, 4);
      out.add(m.status, start + 12, 1);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isCommand(b, start, end)) {
      const lun = (b[start + 13]! & 15).toString(16).padStart(2, '0');
      return `SCSI: ${m.operation.nameOf(b[start + 15]!) ?? 'Unknown'} LUN: 0x${lun} `;
    }
    if (isStatus(b, start, end))
      return `SCSI: Response (${b[start + 12] === 0 ? 'Good' : 'Failed'}), tag ${u32le(b, start + 4)}`;
    return null;
  },
});

export const classProtocols = [
  usbhid,
  usbhub,
  usbcom,
  usbprinter,
  usbvideo,
  usbaudio,
  usbccid,
  usbmsclass,
  usbms,
  at,
];
