// Fields of a USB transfer: pseudo-headers, control requests, and common descriptors.
import { alias, bytes, type Field, int, text, uint, uint64 } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import type { Sink } from '../../../core/sink.ts';
import { CLASS_SHIFT, type Control, HAS_CLASS, LEFT_OVER } from './control.ts';
import { eachDescriptor } from './devices.ts';
import { descriptorType, isDescriptorRequest, kindOf } from './requests.ts';
import { headerBytes, readTransfer, type Transfer, USBPCAP } from './transfer.ts';

const transferTypes = { 0: 'URB_ISOCHRONOUS', 1: 'URB_INTERRUPT', 2: 'URB_CONTROL', 3: 'URB_BULK' };
const classNames = {
  1: 'Audio',
  2: 'Communications and CDC Control',
  3: 'HID',
  5: 'Physical',
  6: 'Image',
  7: 'Printer',
  8: 'Mass Storage',
  9: 'HUB',
  10: 'CDC-Data',
  11: 'Smart Card',
  14: 'Video',
  0xe0: 'Wireless Controller',
  0xef: 'Miscellaneous',
  0xfe: 'Application Specific',
  0xff: 'Vendor Specific',
};

const src = text('usb.src', 'Source').get((p) => p.columnSrcText);
const dst = text('usb.dst', 'Destination').get((p) => p.columnDstText);

export const f = {
  src,
  dst,
  addr: alias('usb.addr', 'Source or Destination', [src, dst]),
  urb: uint64('usb.urb_id', 'URB id').le().hex(8),
  urbType: uint('usb.urb_type', 'URB type').named({
    0x43: "'C' URB_COMPLETE",
    0x45: "'E' URB_ERROR",
    0x53: "'S' URB_SUBMIT",
  }),
  transfer: uint('usb.transfer_type', 'URB transfer type').hex(1).named(transferTypes),
  endpoint: uint('usb.endpoint_address', 'Endpoint').hex(1),
  direction: uint('usb.endpoint_address.direction', 'Direction').mask(0x80).named({ 0: 'OUT', 1: 'IN' }),
  number: uint('usb.endpoint_address.number', 'Endpoint number').mask(0x0f),
  device: uint('usb.device_address', 'Device'),
  bus: uint('usb.bus_id', 'URB bus id').le(),
  status: int('usb.urb_status', 'URB status').le(),
  urbLength: uint('usb.urb_len', 'URB length').le(),
  dataLength: uint('usb.data_len', 'Data length').le(),
  headerLength: uint('usb.usbpcap_header_len', 'USBPcap pseudoheader length').le(),
  irp: uint64('usb.irp_id', 'IRP ID').le().hex(8),
  usbdStatus: uint('usb.usbd_status', 'IRP USBD_STATUS').le().hex(4),
  function: uint('usb.function', 'URB Function').le().hex(2),
  irpInfo: uint('usb.irp_info', 'IRP information').hex(1),
  irpDirection: uint('usb.irp_info.direction', 'Direction').mask(1).hex(1),
  stage: uint('usb.control_stage', 'Control transfer stage'),
  requestType: uint('usb.bmRequestType', 'bmRequestType').hex(1),
  request: uint('usb.setup.bRequest', 'bRequest'),
  value: uint('usb.setup.wValue', 'wValue').le().hex(2),
  index: uint('usb.setup.wIndex', 'wIndex').le(),
  length: uint('usb.setup.wLength', 'wLength').le(),
  descriptor: uint('usb.bDescriptorType', 'bDescriptorType').hex(1),
  usbVersion: uint('usb.bcdUSB', 'bcdUSB').le().hex(2),
  deviceClass: uint('usb.bDeviceClass', 'bDeviceClass').hex(1).named(classNames),
  vendor: uint('usb.idVendor', 'idVendor').le().hex(2),
  product: uint('usb.idProduct', 'idProduct').le().hex(2),
  interfaceClass: uint('usb.bInterfaceClass', 'bInterfaceClass').hex(1).named(classNames),
  interfaceSubclass: uint('usb.bInterfaceSubClass', 'bInterfaceSubClass').hex(1),
  interfaceProtocol: uint('usb.bInterfaceProtocol', 'bInterfaceProtocol').hex(1),
  endpointAddress: uint('usb.bEndpointAddress', 'bEndpointAddress').hex(1),
  leftOver: bytes('usb.capdata', 'Leftover Capture Data'),
};

const DEVICE = 1;
const CONFIGURATION = 2;
const INTERFACE = 4;
const ENDPOINT = 5;
const t: Transfer = { id: 0n, bus: 0, device: 0, endpoint: 0, type: 0, isSubmit: false, setup: -1, data: 0 };

/** A field with its offset and width in a header. */
type Place = readonly [field: Field, offset: number, width: number];
const linuxPlaces: readonly Place[] = [
  [f.urb, 0, 8],
  [f.urbType, 8, 1],
  [f.transfer, 9, 1],
  [f.endpoint, 10, 1],
  [f.direction, 10, 1],
  [f.number, 10, 1],
  [f.device, 11, 1],
  [f.bus, 12, 2],
  [f.status, 28, 4],
  [f.urbLength, 32, 4],
  [f.dataLength, 36, 4],
];
const pcapPlaces: readonly Place[] = [
  [f.headerLength, 0, 2],
  [f.irp, 2, 8],
  [f.usbdStatus, 10, 4],
  [f.function, 14, 2],
  [f.irpInfo, 16, 1],
  [f.irpDirection, 16, 1],
  [f.bus, 17, 2],
  [f.device, 19, 2],
  [f.endpoint, 21, 1],
  [f.direction, 21, 1],
  [f.number, 21, 1],
  [f.transfer, 22, 1],
  [f.dataLength, 23, 4],
];

export function emitUsb(p: Packet, layer: number, out: Sink): void {
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (end - start < headerBytes(p.linkType)) return;
  const b = p.bufferOf(layer);
  out.fixed(src);
  out.fixed(dst);
  const places = p.linkType === USBPCAP ? pcapPlaces : linuxPlaces;
  for (const [field, offset, width] of places) out.add(field, start + offset, width);
  readTransfer(b, start, end, p.linkType, t);
  if (p.linkType === USBPCAP && t.type === 2) out.add(f.stage, start + 27, 1);
  const mark = p.mark[layer]!;
  if (mark & HAS_CLASS) out.add(f.interfaceClass, start, 0, (mark >> CLASS_SHIFT) & 0xff);
  if (t.setup >= 0) emitSetup(t.setup, out);
  const control = p.notes[layer] as Control | null;
  const isAnswer = control !== null && !control.isSubmit && isDescriptorRequest(control.request);
  if (isAnswer && kindOf(control.request) === 0)
    emitDescriptors(b, t.data, end, descriptorType(control.request), out);
  else if ((mark & LEFT_OVER) !== 0 && t.data < end) out.add(f.leftOver, t.data, end - t.data);
}

/** Setup packet, USB 2.0 §9.3. */
function emitSetup(at: number, out: Sink): void {
  out.add(f.requestType, at, 1);
  out.add(f.request, at + 1, 1);
  out.add(f.value, at + 2, 2);
  out.add(f.index, at + 4, 2);
  out.add(f.length, at + 6, 2);
}

/** Device descriptors, and a configuration's interface and endpoint descriptors (§9.6.1, §9.6.5, §9.6.6). */
function emitDescriptors(b: Uint8Array, at: number, end: number, asked: number, out: Sink): void {
  if (asked !== DEVICE && asked !== CONFIGURATION) return;
  eachDescriptor(b, at, end, (type, place) => {
    out.add(f.descriptor, place + 1, 1);
    if (type === DEVICE) {
      out.add(f.usbVersion, place + 2, 2);
      out.add(f.deviceClass, place + 4, 1);
      out.add(f.vendor, place + 8, 2);
      out.add(f.product, place + 10, 2);
    } else if (type === INTERFACE) {
      out.add(f.interfaceClass, place + 5, 1);
      out.add(f.interfaceSubclass, place + 6, 1);
      out.add(f.interfaceProtocol, place + 7, 1);
    } else if (type === ENDPOINT) out.add(f.endpointAddress, place + 2, 1);
  });
}
