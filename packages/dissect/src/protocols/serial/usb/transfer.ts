// Pseudo-headers before the data of a USB transfer: Linux (usbmon, Documentation/usb/usbmon.rst) and Windows (USBPcap).
import { u16le, u32le, u64le } from '../../../core/bytes.ts';

export const LINUX = 189;
export const LINUX_MMAPPED = 220;
export const USBPCAP = 249;

const ISOCHRONOUS = 0;
export const INTERRUPT = 1;
export const CONTROL = 2;
export const BULK = 3;
export const transferNames = ['URB_ISOCHRONOUS', 'URB_INTERRUPT', 'URB_CONTROL', 'URB_BULK'];

const LINUX_HEADER = 48;
const MMAPPED_HEADER = 64;
/** Length of the descriptor of each packet of an isochronous transfer, before the data. */
const ISO_DESCRIPTOR = 16;
const PCAP_HEADER = 27;
const SETUP_BYTES = 8;
const SUBMIT = 0x53;
/** USBPcap's stages of a control transfer. */
const STAGE_SETUP = 0;

/** A transfer as its pseudo-header describes it; one object is reused. */
export interface Transfer {
  id: bigint;
  bus: number;
  device: number;
  /** Endpoint address, with the direction in the highest bit. */
  endpoint: number;
  type: number;
  /** Whether it is a submission (host to driver) rather than a completion. */
  isSubmit: boolean;
  /** Offset of the 8-byte setup packet; -1: none. */
  setup: number;
  /** Offset of the data. */
  data: number;
}

export const headerBytes = (linkType: number): number =>
  linkType === USBPCAP ? PCAP_HEADER : linkType === LINUX ? LINUX_HEADER : MMAPPED_HEADER;

export function readTransfer(b: Uint8Array, start: number, end: number, linkType: number, t: Transfer): void {
  if (linkType === USBPCAP) readPcap(b, start, end, t);
  else readLinux(b, start, linkType, t);
}

function readLinux(b: Uint8Array, start: number, linkType: number, t: Transfer): void {
  t.id = u64le(b, start);
  t.isSubmit = b[start + 8] === SUBMIT;
  t.type = b[start + 9]!;
  t.endpoint = b[start + 10]!;
  t.device = b[start + 11]!;
  t.bus = u16le(b, start + 12);
  t.setup = t.type === CONTROL && t.isSubmit && b[start + 14] === 0 ? start + 40 : -1;
  const isochronous =
    linkType === LINUX_MMAPPED && t.type === ISOCHRONOUS ? u32le(b, start + 60) * ISO_DESCRIPTOR : 0;
  t.data = start + headerBytes(linkType) + isochronous;
}

/** USBPcap's header, which contains its length: it is longer for control and isochronous transfers. */
function readPcap(b: Uint8Array, start: number, end: number, t: Transfer): void {
  const length = u16le(b, start);
  t.id = u64le(b, start + 2);
  t.isSubmit = (b[start + 16]! & 1) === 0;
  t.bus = u16le(b, start + 17);
  t.device = u16le(b, start + 19);
  t.endpoint = b[start + 21]!;
  t.type = b[start + 22]!;
  t.data = start + Math.max(length, PCAP_HEADER);
  const isSetup = t.type === CONTROL && length > PCAP_HEADER && b[start + PCAP_HEADER] === STAGE_SETUP;
  t.setup = isSetup && t.data + SETUP_BYTES <= end ? t.data : -1;
  if (t.setup >= 0) t.data += SETUP_BYTES;
}
