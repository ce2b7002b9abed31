// Bluetooth ACL data packets, which carry fragments of L2CAP frames (Bluetooth Core Specification 5.3, volume 4 part E
// §5.4.2; volume 3 part A §7.2).
import { u16le } from '../../../core/bytes.ts';
import { uint } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { directionOf, directionText, UNKNOWN_SIDE } from './direction.ts';
import { l2cap } from './l2cap.ts';

const HEADER = 4;
const L2CAP_HEADER = 4;
/** Packet boundary flag of a continuing fragment. */
const CONTINUED = 1;
const CONNECTIONS_MAX = 256;

const f = {
  handle: uint('bthci_acl.chandle', 'Connection Handle').at(0, 2).le().mask(0x0fff).hex(),
  boundary: uint('bthci_acl.pb_flag', 'PB Flag').at(0, 2).le().mask(0x3000),
  broadcast: uint('bthci_acl.bc_flag', 'BC Flag').at(0, 2).le().mask(0xc000),
  length: uint('bthci_acl.length', 'Data Total Length').at(2, 2).le(),
};

/** An incomplete L2CAP frame. */
interface Unfinished {
  readonly bytes: Uint8Array;
  filled: number;
}
const newFrames = (): Map<number, Unfinished> => new Map();

export const acl: Protocol = protocol({
  name: 'bthci_acl',
  title: 'Bluetooth HCI ACL Packet',
  column: 'HCI_ACL',
  info: directionText,
  fields: f,
  step(p) {
    const { buf: b, at: start, layer } = p;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(layer, HEADER + u16le(b, start + 2));
    const boundary = (u16le(b, start) >> 12) & 3;
    p.at = start + HEADER;
    // L2CAP channels are identified by connection and sender.
    const key = (u16le(b, start) & 0x0fff) | sideOf(p);
    p.mark[layer] = key;
    const frames = p.session.memoryOf('bthci_acl', newFrames);
    if (boundary === CONTINUED) return goOn(p, frames, key);
    if (p.end - p.at < L2CAP_HEADER) return take(p);
    const whole = u16le(b, p.at) + L2CAP_HEADER;
    if (whole <= p.end - p.at) return l2cap;
    if (frames.size >= CONNECTIONS_MAX) frames.delete(frames.keys().next().value!);
    const bytes = new Uint8Array(whole);
    bytes.set(b.subarray(p.at, p.end));
    frames.set(key, { bytes, filled: p.end - p.at });
    return take(p);
  },
});

/** Direction, in the bits above a connection handle. */
function sideOf(p: Packet): number {
  const direction = directionOf(p);
  return direction < 0 ? UNKNOWN_SIDE : direction << 12;
}

function take(p: Packet): null {
  p.at = p.end;
  return null;
}

/** Adds the next fragment; the last one completes the frame. */
function goOn(p: Packet, frames: Map<number, Unfinished>, key: number): null {
  const frame = frames.get(key);
  const part = p.buf.subarray(p.at, p.end);
  p.at = p.end;
  if (frame === undefined) return null;
  if (frame.filled + part.length > frame.bytes.length) {
    frames.delete(key);
    return null;
  }
  frame.bytes.set(part, frame.filled);
  frame.filled += part.length;
  if (frame.filled < frame.bytes.length) return null;
  frames.delete(key);
  p.callIn('Reassembled BTHCI ACL', l2cap, frame.bytes, 0, frame.bytes.length);
  return null;
}
