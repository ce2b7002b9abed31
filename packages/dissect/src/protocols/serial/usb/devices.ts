// USB devices of a capture: classes of interfaces and endpoints from configuration descriptors (USB 2.0 §9.6), and
// pending requests.
import { u16le } from '../../../core/bytes.ts';
import type { Packet } from '../../../core/packet.ts';

/** A control request, which its response does not repeat. */
export interface Request {
  readonly type: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

export interface Device {
  /** Class, subclass and protocol as one number, by interface and by endpoint address. */
  readonly interfaces: Map<number, number>;
  readonly endpoints: Map<number, number>;
  /** Interface number by endpoint. */
  readonly owners: Map<number, number>;
  /** Names such as `1.5.2`, by endpoint number. */
  readonly names: string[];
}

interface Bus {
  readonly devices: Map<number, Device>;
  readonly pending: Map<bigint, Request>;
}

const DEVICES_MAX = 1024;
const PENDING_MAX = 4096;
const DESCRIPTORS_MAX = 256;
const INTERFACE = 4;
const ENDPOINT = 5;

const newBus = (): Bus => ({ devices: new Map(), pending: new Map() });

export function deviceOf(p: Packet, bus: number, address: number): Device {
  const { devices } = p.session.memoryOf('usb', newBus);
  const key = (bus << 16) | address;
  let device = devices.get(key);
  if (device === undefined) {
    if (devices.size >= DEVICES_MAX) devices.delete(devices.keys().next().value!);
    device = { interfaces: new Map(), endpoints: new Map(), owners: new Map(), names: [] };
    devices.set(key, device);
  }
  return device;
}

/** An endpoint as the address columns show it: bus, device and endpoint. */
export function endpointName(device: Device, bus: number, address: number, endpoint: number): string {
  device.names[endpoint] ??= `${bus}.${address}.${endpoint}`;
  return device.names[endpoint]!;
}

export function remember(p: Packet, id: bigint, request: Request): void {
  const { pending } = p.session.memoryOf('usb', newBus);
  if (pending.size >= PENDING_MAX) pending.delete(pending.keys().next().value!);
  pending.set(id, request);
}

export function requestFor(p: Packet, id: bigint): Request | undefined {
  return p.session.memoryOf('usb', newBus).pending.get(id);
}

export function readRequest(b: Uint8Array, setup: number): Request {
  return {
    type: b[setup]!,
    request: b[setup + 1]!,
    value: u16le(b, setup + 2),
    index: u16le(b, setup + 4),
    length: u16le(b, setup + 6),
  };
}

/** Calls `visit` with type and offset of each descriptor; each begins with length and type (§9.5). */
export function eachDescriptor(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (type: number, at: number, stop: number) => void,
): void {
  for (let i = 0; i < DESCRIPTORS_MAX && at + 2 <= end; i++) {
    const length = b[at]!;
    if (length < 2) return;
    visit(b[at + 1]!, at, Math.min(at + length, end));
    at += length;
  }
}

/** Descriptor types from here on are class-specific. */
const CLASS_DESCRIPTORS = 0x20;

/** Records interfaces and endpoints of a configuration; returns the classes with class-specific descriptors in it. */
export function learn(device: Device, b: Uint8Array, at: number, end: number): Set<number> {
  const described = new Set<number>();
  let current = -1;
  let kind = 0;
  eachDescriptor(b, at, end, (type, place, stop) => {
    if (type === INTERFACE && stop - place >= 9) {
      current = b[place + 2]!;
      kind = (b[place + 5]! << 16) | (b[place + 6]! << 8) | b[place + 7]!;
      // Alternate settings do not change an interface's class.
      if (b[place + 3] === 0) device.interfaces.set(current, kind);
    } else if (type === ENDPOINT && stop - place >= 7 && current >= 0) {
      device.endpoints.set(b[place + 2]!, kind);
      device.owners.set(b[place + 2]!, current);
    } else if (type >= CLASS_DESCRIPTORS && current >= 0) described.add(kind >> 16);
  });
  return described;
}
