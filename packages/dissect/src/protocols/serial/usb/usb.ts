// USB transfers in Linux and Windows captures: pseudo-header, standard requests and descriptors, and dispatch by device
// class.
import { COLUMN, LISTED, OTHER, type Packet, SHOWN } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { linkTypes } from '../../../core/table.ts';
import {
  AUDIO,
  at,
  COMMUNICATIONS,
  COMMUNICATIONS_DATA,
  HID,
  HUB,
  isStorageBlock,
  MASS_STORAGE,
  PRINTER,
  REPORT,
  SMART_CARD,
  usbaudio,
  usbccid,
  usbcom,
  usbhid,
  usbhub,
  usbms,
  usbmsclass,
  usbprinter,
  usbvideo,
  VIDEO,
} from './classes.ts';
import { CLASS_SHIFT, type Control, HAS_CLASS, LEFT_OVER, UNKNOWN_CLASS } from './control.ts';
import {
  type Device,
  deviceOf,
  endpointName,
  learn,
  type Request,
  readRequest,
  remember,
  requestFor,
} from './devices.ts';
import { emitUsb, f } from './emit.ts';
import {
  CLASS,
  communicationRequests,
  descriptorType,
  hidRequests,
  hubRequests,
  isDescriptorRequest,
  kindOf,
  printerRequests,
  standardText,
  storageRequests,
} from './requests.ts';
import {
  BULK,
  CONTROL,
  headerBytes,
  INTERRUPT,
  LINUX,
  LINUX_MMAPPED,
  readTransfer,
  type Transfer,
  transferNames,
  USBPCAP,
} from './transfer.ts';

const INWARDS = 0x80;
const ENDPOINT_NUMBER = 0x0f;
const CONFIGURATION = 2;
const HID_DESCRIPTOR = 0x21;
const HID_REPORT = 0x22;
/** Recipients of requests: lowest bits of bmRequestType (USB 2.0 table 9-2). */
const TO_INTERFACE = 1;
const TO_ENDPOINT = 2;

const t: Transfer = { id: 0n, bus: 0, device: 0, endpoint: 0, type: 0, isSubmit: false, setup: -1, data: 0 };

const columns: Readonly<Record<number, string>> = {
  [HID]: 'USBHID',
  [HUB]: 'USBHUB',
  [COMMUNICATIONS]: 'USBCOM',
  [PRINTER]: 'USBPRINTER',
  [VIDEO]: 'USBVIDEO',
  [SMART_CARD]: 'USBCCID',
};
/** Shift, in the mark, of the class that sets the Protocol column of transfers other than control. */
const COLUMN_SHIFT = 8;

export const usb: Protocol = protocol({
  name: 'usb',
  title: 'USB URB',
  column(p, layer) {
    const control = p.notes[layer] as Control | null;
    if (control !== null) return control.kind >= 0 ? (columns[control.kind] ?? 'USB') : 'USB';
    return (
      columns[(p.mark[layer]! >> COLUMN_SHIFT) & 0xff] ??
      (layer + 1 < p.count && p.protocols[layer + 1] === at ? 'USB/AT' : 'USB')
    );
  },
  fields: f,
  on: [[linkTypes, LINUX, LINUX_MMAPPED, USBPCAP]],
  step(p) {
    const { buf: b, at: start, layer } = p;
    const header = headerBytes(p.linkType);
    if (p.end - start < header) return p.cut(header);
    readTransfer(b, start, p.end, p.linkType, t);
    const device = deviceOf(p, t.bus, t.device);
    showEnds(p, device);
    p.at = Math.min(t.data, p.end);
    if (t.type === CONTROL) readControl(p, layer, device);
    else {
      tellClass(p, layer, (device.endpoints.get(t.endpoint) ?? UNKNOWN_CLASS << 16) >> 16);
      if (p.at < p.end) readData(p, layer, device);
    }
    p.at = p.end;
    return null;
  },
  emit: emitUsb,
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < headerBytes(p.linkType)) return '';
    const control = p.notes[layer] as Control | null;
    const summary = control === null ? null : controlText(control);
    if (summary !== null) return summary;
    const isPcap = p.linkType === USBPCAP;
    const type = b[start + (isPcap ? 22 : 9)]!;
    const name = transferNames[type];
    if (name === undefined) return `Unknown type ${type.toString(16)}`;
    return `${name} ${b[start + (isPcap ? 21 : 10)]! & INWARDS ? 'in' : 'out'}`;
  },
});

function showEnds(p: Packet, device: Device): void {
  if ((p.visibility & COLUMN) === 0) return;
  const name = endpointName(device, t.bus, t.device, t.endpoint & ENDPOINT_NUMBER);
  p.columnKind = OTHER;
  p.columnSrcText = t.isSubmit ? 'host' : name;
  p.columnDstText = t.isSubmit ? name : 'host';
}

/** Class of a class-specific request; -1 for standard requests and unknown interfaces. */
function classOf(r: Request, device: Device): number {
  const recipient = r.type & 0x1f;
  if (kindOf(r) === 0)
    return recipient === TO_INTERFACE && isDescriptorRequest(r) && isHidDescriptor(r) ? HID : -1;
  if (kindOf(r) !== CLASS) return -1;
  const isOwn = recipient === TO_INTERFACE || recipient === TO_ENDPOINT;
  const number = recipient === TO_ENDPOINT ? device.owners.get(r.index & 0xff) : r.index & 0xff;
  const kind = isOwn && number !== undefined ? device.interfaces.get(number) : device.interfaces.get(0);
  if (kind === undefined) return -1;
  const made = kind >> 16;
  return isOwn || made === HUB ? made : -1;
}

const isHidDescriptor = (r: Request): boolean =>
  descriptorType(r) === HID_DESCRIPTOR || descriptorType(r) === HID_REPORT;

function tellClass(p: Packet, layer: number, kind: number): void {
  p.mark[layer]! |= HAS_CLASS | (kind << CLASS_SHIFT);
}

function readControl(p: Packet, layer: number, device: Device): void {
  const { buf: b, at: start, end } = p;
  // Windows repeats the setup packet in the response, Linux does not.
  const request = t.setup >= 0 ? readRequest(b, t.setup) : requestFor(p, t.id);
  if (request === undefined) {
    if (start < end) p.mark[layer]! |= LEFT_OVER;
    return;
  }
  if (t.setup >= 0) remember(p, t.id, request);
  const isAnswer = !t.isSubmit;
  const kind = classOf(request, device);
  const control: Control = {
    request,
    kind: isTold(kind, isAnswer, start < end) ? kind : -1,
    isSubmit: t.isSubmit,
  };
  p.notes[layer] = control;
  if (kind >= 0 || kindOf(request) !== 0) tellClass(p, layer, kind >= 0 ? kind : UNKNOWN_CLASS);
  if (kind >= 0) {
    if (!isAnswer || start < end) pushClass(p, kind, isAnswer);
  } else if (isAnswer && isDescriptorRequest(request) && descriptorType(request) === CONFIGURATION) {
    pushConfigured(p, learn(device, b, start, end));
  } else if (start < end && kindOf(request) !== 0) p.mark[layer]! |= LEFT_OVER;
}

/** Whether the class also sets the columns of responses without data. */
function isTold(kind: number, isAnswer: boolean, hasData: boolean): boolean {
  return kind >= 0 && (!isAnswer || hasData || kind === HID || kind === HUB);
}

function pushClass(p: Packet, kind: number, isAnswer: boolean): void {
  switch (kind) {
    case HID:
      p.push(usbhid, LISTED | SHOWN);
      break;
    case HUB:
      p.push(usbhub, LISTED | SHOWN);
      break;
    case COMMUNICATIONS:
      if (!isAnswer || p.at < p.end) p.push(usbcom, LISTED | SHOWN);
      break;
    case PRINTER:
      p.push(usbprinter, LISTED | SHOWN);
      break;
    case VIDEO:
      p.push(usbvideo, LISTED | SHOWN);
      break;
    case MASS_STORAGE:
      p.push(usbmsclass, LISTED);
      p.push(usbms, LISTED | SHOWN | COLUMN);
  }
}

/** Dissects class-specific descriptors of a configuration by their classes. */
function pushConfigured(p: Packet, described: Set<number>): void {
  for (const kind of described) {
    if (kind === HID) p.push(usbhid, LISTED | SHOWN);
    else if (kind === COMMUNICATIONS) p.push(usbcom, LISTED | SHOWN);
    else if (kind === VIDEO) p.push(usbvideo, LISTED | SHOWN);
    else if (kind === AUDIO) p.push(usbaudio, LISTED | SHOWN);
    else if (kind === SMART_CARD) p.push(usbccid, LISTED | SHOWN);
  }
}

function readData(p: Packet, layer: number, device: Device): void {
  const { buf: b, at: start, end } = p;
  const kind = (device.endpoints.get(t.endpoint) ?? -1) >> 16;
  if (t.type === INTERRUPT && kind === HID) {
    p.push(usbhid, LISTED | SHOWN);
    p.mark[p.layer] = REPORT;
  } else if (t.type === INTERRUPT && kind === COMMUNICATIONS) {
    p.push(usbcom, LISTED | SHOWN);
    p.mark[layer]! |= COMMUNICATIONS << COLUMN_SHIFT;
  } else if (t.type === BULK && isStorageBlock(b, start, end)) p.run(usbms);
  else if (t.type === BULK && kind === MASS_STORAGE) {
    p.push(usbmsclass, LISTED);
    p.run(usbms);
  } else if (t.type === BULK && kind === SMART_CARD) {
    p.push(usbccid, LISTED | SHOWN);
    p.mark[layer]! |= SMART_CARD << COLUMN_SHIFT;
  } else if (t.type === BULK && kind === COMMUNICATIONS_DATA && isModemCommand(b, start, end))
    p.push(at, LISTED | SHOWN);
  else p.mark[layer]! |= LEFT_OVER;
}

/** Whether a modem command `AT` begins here, ignoring case. */
const isModemCommand = (b: Uint8Array, start: number, end: number): boolean =>
  end - start >= 2 && (b[start]! | 32) === 0x61 && (b[start + 1]! | 32) === 0x74;

function controlText({ request, kind, isSubmit }: Control): string | null {
  const standard = standardText(request, isSubmit);
  if (standard !== null) return standard;
  const names =
    kind === HID
      ? hidRequests
      : kind === HUB
        ? hubRequests
        : kind === MASS_STORAGE
          ? storageRequests
          : kind === COMMUNICATIONS
            ? communicationRequests
            : kind === PRINTER
              ? printerRequests
              : {};
  const name = (names as Record<number, string>)[request.request];
  return name === undefined ? null : `${name} ${isSubmit ? 'Request' : 'Response'}`;
}
