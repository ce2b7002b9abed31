// Bluetooth L2CAP (Bluetooth Core Specification 5.3, volume 3 part A): fixed channels, and dynamic channels, whose
// protocol is identified by PSM.
import { u16le } from '../../../core/bytes.ts';
import { uint } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import type { Sink } from '../../../core/sink.ts';
import { directionText, FROM_CONTROLLER, UNKNOWN_SIDE } from './direction.ts';
import { signalNames } from './names.ts';
import { att, avctp, avdtp, bnep, bthid, rfcomm, sdp, smp } from './profiles.ts';

const HEADER = 4;
const SIGNALLING = 1;
const ATTRIBUTES = 4;
const LE_SIGNALLING = 5;
const SECURITY = 6;
const BR_SECURITY = 7;
/** Signalling commands that open channels (§4.2, §4.3, §4.22). */
const CONNECTION_REQUEST = 2;
const CONNECTION_RESPONSE = 3;
const CHANNELS_MAX = 4096;
const COMMANDS_MAX = 32;

/** Assigned PSMs (Protocol/Service Multiplexers). */
const psmNames: Readonly<Record<number, string>> = {
  1: 'SDP',
  3: 'RFCOMM',
  5: 'TCS-BIN',
  7: 'TCS-BIN-CORDLESS',
  15: 'BNEP',
  17: 'HID-Control',
  19: 'HID-Interrupt',
  21: 'UPnP',
  23: 'AVCTP-Control',
  25: 'AVDTP',
  27: 'AVCTP-Browsing',
  29: 'UDI_C-Plane',
  31: 'ATT',
};

const f = {
  length: uint('btl2cap.length', 'Length').at(0, 2).le(),
  cid: uint('btl2cap.cid', 'CID').at(2, 2).le().hex(),
  code: uint('btl2cap.cmd_code', 'Command Code').hex(1).named(signalNames),
  ident: uint('btl2cap.cmd_ident', 'Command Identifier').hex(1),
  commandLength: uint('btl2cap.cmd_length', 'Command Length').le(),
  psm: uint('btl2cap.psm', 'PSM').le().hex(2).named(psmNames),
  scid: uint('btl2cap.scid', 'Source CID').le().hex(2),
  dcid: uint('btl2cap.dcid', 'Destination CID').le().hex(2),
};

/**
 * Protocols of channels by connection, sender and channel ID; pending requests by connection, sender and identifier.
 */
interface Channels {
  readonly psms: Map<number, number>;
  readonly asked: Map<number, number>;
}
const newChannels = (): Channels => ({ psms: new Map(), asked: new Map() });

function keep(map: Map<number, number>, key: number, value: number): void {
  if (map.size >= CHANNELS_MAX) map.delete(map.keys().next().value!);
  map.set(key, value);
}

/** Key of connection and sender, from the layer below, and that of the opposite direction. */
const linkOf = (p: Packet): number => p.mark[p.layer - 1]!;
const otherOf = (link: number): number => (link & UNKNOWN_SIDE ? link : link ^ FROM_CONTROLLER);

function readerOf(psm: number): Protocol | undefined {
  switch (psm) {
    case 1:
      return sdp;
    case 3:
      return rfcomm;
    case 15:
      return bnep;
    case 17:
    case 19:
      return bthid;
    case 23:
    case 27:
      return avctp;
    case 25:
      return avdtp;
    case 31:
      return att;
    default:
      return undefined;
  }
}

export const l2cap: Protocol = protocol({
  name: 'btl2cap',
  title: 'Bluetooth L2CAP Protocol',
  column: 'L2CAP',
  fields: f,
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(p.layer, HEADER + u16le(b, start));
    const cid = u16le(b, start + 2);
    p.at = start + HEADER;
    if (p.at >= p.end) return null;
    if (cid === ATTRIBUTES) return att;
    if (cid === SECURITY || cid === BR_SECURITY) return smp;
    if (cid === SIGNALLING || cid === LE_SIGNALLING) signals(p);
    else {
      const psm = p.session.memoryOf('btl2cap', newChannels).psms.get((linkOf(p) << 16) | cid);
      const reader = psm === undefined ? undefined : readerOf(psm);
      if (reader !== undefined) return reader;
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.length);
    out.fixed(f.cid);
    if (isSignalling(u16le(b, start + 2)))
      eachSignal(b, start + HEADER, p.stop[layer]!, (at, length) => emitSignal(b, at, length, out));
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const summary = directionText(p);
    const cid = u16le(b, start + 2);
    if (!isSignalling(cid))
      return `${summary} ${cid === 2 ? 'Connectionless reception channel' : 'Connection oriented channel'}`;
    return p.stop[layer]! === start + HEADER
      ? summary
      : `${summary} ${signalText(b, start + HEADER, p.stop[layer]!)}`;
  },
});

const isSignalling = (cid: number): boolean => cid === SIGNALLING || cid === LE_SIGNALLING;

/** Iterates over signalling commands (§4): code, identifier, length. */
function eachSignal(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (at: number, length: number) => void,
): void {
  for (let i = 0; i < COMMANDS_MAX && at + 4 <= end; i++) {
    visit(at, Math.min(u16le(b, at + 2), end - at - 4));
    at += 4 + u16le(b, at + 2);
  }
}

/** Records the protocols for which channels are opened. */
function signals(p: Packet): void {
  const { buf: b } = p;
  const link = linkOf(p);
  const { psms, asked } = p.session.memoryOf('btl2cap', newChannels);
  eachSignal(b, p.at, p.end, (at, length) => {
    const ident = b[at + 1]!;
    if (b[at] === CONNECTION_REQUEST && length >= 4) {
      const psm = u16le(b, at + 4);
      keep(asked, (link << 16) | ident, psm);
      // The responder sends to the initiator's channel ID.
      keep(psms, (otherOf(link) << 16) | u16le(b, at + 6), psm);
    } else if (b[at] === CONNECTION_RESPONSE && length >= 4) {
      const psm = asked.get((otherOf(link) << 16) | ident);
      if (psm !== undefined) keep(psms, (otherOf(link) << 16) | u16le(b, at + 4), psm);
      if (psm !== undefined) keep(psms, (link << 16) | u16le(b, at + 6), psm);
    }
  });
}

function emitSignal(b: Uint8Array, at: number, length: number, out: Sink): void {
  out.open(f.code, at, 1);
  out.add(f.ident, at + 1, 1);
  out.add(f.commandLength, at + 2, 2);
  if (b[at] === CONNECTION_REQUEST && length >= 4) {
    out.add(f.psm, at + 4, 2);
    out.add(f.scid, at + 6, 2);
  } else if (b[at] === CONNECTION_RESPONSE && length >= 4) {
    out.add(f.dcid, at + 4, 2);
    out.add(f.scid, at + 6, 2);
  }
  out.close();
}

function signalText(b: Uint8Array, at: number, end: number): string {
  const name = signalNames(b[at]!) ?? 'Unknown';
  if (end - at < 8) return name;
  const cid = (offset: number): string =>
    `0x${u16le(b, at + offset)
      .toString(16)
      .padStart(4, '0')}`;
  if (b[at] === CONNECTION_REQUEST)
    return `${name} (${psmNames[u16le(b, at + 4)] ?? 'Unknown'}, SCID: ${cid(6)})`;
  if (b[at] !== CONNECTION_RESPONSE || end - at < 10) return name;
  const result = ['Success', 'Pending', 'Refused - PSM not supported', 'Refused - security block'][
    u16le(b, at + 8)
  ];
  return `${name} - ${result ?? 'Refused'} (SCID: ${cid(6)}, DCID: ${cid(4)})`;
}
