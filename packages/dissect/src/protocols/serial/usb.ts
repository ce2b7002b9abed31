// USB requests as Linux (usbmon, Documentation/usb/usbmon.rst) and Windows (USBPcap) capture them.
import { u64le } from '../../core/bytes.ts';
import { type Field, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';

const LINUX = 189;
const LINUX_MMAPPED = 220;
const USBPCAP = 249;
const LINUX_HEADER = 48;
const MMAPPED_HEADER = 64;
const PCAP_HEADER = 27;
const SETUP = 40;
const CONTROL = 2;
const SUBMIT = 0x53;
const INWARDS = 0x80;

const transfers = ['URB_ISOCHRONOUS', 'URB_INTERRUPT', 'URB_CONTROL', 'URB_BULK'];
/** Standard requests (USB 2.0 §9.4). */
const requests: Readonly<Record<number, string>> = {
  0: 'GET STATUS',
  1: 'CLEAR FEATURE',
  3: 'SET FEATURE',
  5: 'SET ADDRESS',
  6: 'GET DESCRIPTOR',
  7: 'SET DESCRIPTOR',
  8: 'GET CONFIGURATION',
  9: 'SET CONFIGURATION',
  10: 'GET INTERFACE',
  11: 'SET INTERFACE',
  12: 'SYNCH FRAME',
};
const GET_DESCRIPTOR = 6;
const descriptors: Readonly<Record<number, string>> = {
  1: 'DEVICE',
  2: 'CONFIGURATION',
  3: 'STRING',
  4: 'INTERFACE',
  5: 'ENDPOINT',
  6: 'DEVICE QUALIFIER',
  15: 'BOS',
  33: 'HID',
  34: 'HID Report',
};

const f = {
  urb: uint64('usb.urb_id', 'URB id').at(0, 8).le(),
  urbType: uint('usb.urb_type', 'URB type')
    .at(8, 1)
    .named({ 0x43: "'C' URB_COMPLETE", 0x45: "'E' URB_ERROR", 0x53: "'S' URB_SUBMIT" }),
  transfer: uint('usb.transfer_type', 'URB transfer type')
    .at(9, 1)
    .hex()
    .named({ 0: 'URB_ISOCHRONOUS', 1: 'URB_INTERRUPT', 2: 'URB_CONTROL', 3: 'URB_BULK' }),
  endpoint: uint('usb.endpoint_address', 'Endpoint').at(10, 1).hex(),
  device: uint('usb.device_address', 'Device').at(11, 1),
  bus: uint('usb.bus_id', 'URB bus id').at(12, 2).le(),
  length: uint('usb.urb_len', 'URB length').at(32, 4).le(),
  dataLength: uint('usb.data_len', 'Data length').at(36, 4).le(),
};
const linuxFields: readonly Field[] = Object.values(f);

/** Standard requests that wait for their answer, by request id; as request and descriptor type. */
const PENDING_MAX = 4096;
const UNKNOWN = -1;

function requestOf(b: Uint8Array, setup: number): number {
  // Bits 5 and 6 of the type: standard, class or vendor.
  return (b[setup]! & 0x60) === 0 ? (b[setup + 1]! << 8) | b[setup + 3]! : UNKNOWN;
}

function requestText(request: number, isSubmit: boolean): string | null {
  const name = requests[request >> 8];
  if (request < 0 || name === undefined) return null;
  const said = `${name} ${isSubmit ? 'Request' : 'Response'}`;
  if (request >> 8 !== GET_DESCRIPTOR) return said;
  return `${said} ${descriptors[request & 0xff] ?? ''}`.trimEnd();
}

export const usb: Protocol = protocol({
  name: 'usb',
  title: 'USB URB',
  column: 'USB',
  fields: f,
  on: [[linkTypes, LINUX, LINUX_MMAPPED, USBPCAP]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.count - 1;
    const header =
      p.linkType === USBPCAP ? PCAP_HEADER : p.linkType === LINUX ? LINUX_HEADER : MMAPPED_HEADER;
    if (p.end - start < header) return p.cut(header);
    p.at = p.end;
    if (p.linkType === USBPCAP || b[start + 9] !== CONTROL) return null;
    // Only requests carry the set-up; what is answered is known from them.
    const pending = p.session.memoryOf('usb', () => new Map<bigint, number>());
    const id = u64le(b, start);
    if (b[start + 8] === SUBMIT) {
      const request = b[start + 14] === 0 ? requestOf(b, start + SETUP) : UNKNOWN;
      if (pending.size >= PENDING_MAX) pending.delete(pending.keys().next().value!);
      pending.set(id, request);
      p.mark[layer] = request;
    } else p.mark[layer] = pending.get(id) ?? UNKNOWN;
    return null;
  },
  emit(p, layer, out) {
    if (p.linkType === USBPCAP || p.stop[layer]! - p.start[layer]! < LINUX_HEADER) return;
    for (const field of linuxFields) out.fixed(field);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < PCAP_HEADER) return '';
    return p.linkType === USBPCAP ? pcapText(b, start) : linuxText(p, layer, b, start);
  },
});

function linuxText(p: Packet, layer: number, b: Uint8Array, start: number): string {
  const transfer = b[start + 9]!;
  const request = transfer === CONTROL ? requestText(p.mark[layer]!, b[start + 8] === SUBMIT) : null;
  if (request !== null) return request;
  const name = transfers[transfer];
  return name === undefined
    ? `Unknown type ${transfer.toString(16)}`
    : `${name} ${b[start + 10]! & INWARDS ? 'in' : 'out'}`;
}

/** USBPcap: endpoint and transfer type stand at the end of the fixed header. */
function pcapText(b: Uint8Array, start: number): string {
  const transfer = b[start + 22]!;
  const name = transfers[transfer];
  return name === undefined
    ? `Unknown type ${transfer.toString(16)}`
    : `${name} ${b[start + 21]! & INWARDS ? 'in' : 'out'}`;
}
