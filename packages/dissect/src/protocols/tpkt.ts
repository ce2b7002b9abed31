// TPKT: ISO transport service on top of TCP (RFC 1006 §6, RFC 2126).
import { u16 } from '../core/bytes.ts';
import { bytes, uint } from '../core/field.ts';
import { LISTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { tcpPorts } from '../core/table.ts';
import { cotp } from './cotp.ts';
import { fastPathLength, runFastPath } from './rdp/rdp.ts';

const HEADER = 4;
const VERSION = 3;
/** Port of the Remote Desktop Protocol. */
const RDP = 3389;

/** State of a conversation that uses TPKT. */
const BEGUN = {};

const f = {
  version: uint('tpkt.version', 'Version').at(0, 1),
  reserved: uint('tpkt.reserved', 'Reserved').at(1, 1),
  length: uint('tpkt.length', 'Length').at(2, 2),
  continuation: bytes('tpkt.continuation_data', 'Continuation data'),
};

/** Whether the version is not 3 (RFC 1006 §6): the segment continues a message whose beginning was not captured. */
function isContinuation(b: Uint8Array, start: number): boolean {
  return b[start] !== VERSION;
}

const isDesktop = (p: Packet): boolean => p.srcPort === RDP || p.dstPort === RDP;
const isBegun = (p: Packet): boolean => p.session.knownState(p, 'tpkt') !== null;

/** Whether it is a fast-path PDU of Remote Desktop (MS-RDPBCGR §2.2.9.1.2). */
function isFastPath(p: Packet): boolean {
  if (!isDesktop(p) || p.session.knownState(p, 'rdp') === null) return false;
  const length = fastPathLength(p.buf, p.at, p.end);
  return length > 1;
}

export const tpkt: Protocol = protocol({
  name: 'tpkt',
  title: 'TPKT',
  column: 'TPKT',
  fields: f,
  on: [[tcpPorts, 102, RDP]],
  framing: {
    header: 1,
    length(p) {
      const left = p.end - p.at;
      if (isContinuation(p.buf, p.at)) {
        if (isFastPath(p)) return fastPathLength(p.buf, p.at, p.end);
        // A Remote Desktop conversation must begin with TPKT.
        return isDesktop(p) && !isBegun(p) ? 0 : left;
      }
      return left < HEADER ? HEADER : Math.max(HEADER, u16(p.buf, p.at + 2));
    },
  },
  step(p) {
    if (isContinuation(p.buf, p.at)) {
      if (isFastPath(p)) runFastPath(p);
      p.at = p.end;
      return null;
    }
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    // tshark omits TPKT from the path of a Remote Desktop conversation's first message.
    if (isDesktop(p) && !isBegun(p)) {
      p.flags[p.layer]! &= ~LISTED;
      p.session.stateOf(p, 'tpkt', () => BEGUN);
    }
    p.at += HEADER;
    return p.at < p.end ? cotp : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (isContinuation(p.bufferOf(layer), start)) {
      out.add(f.continuation, start, p.stop[layer]! - start);
      return;
    }
    out.fixed(f.version);
    out.fixed(f.reserved);
    out.fixed(f.length);
  },
  headline: (p, layer) => (isContinuation(p.bufferOf(layer), p.start[layer]!) ? '' : headline(p, layer)),
  info: (p, layer) => (isContinuation(p.bufferOf(layer), p.start[layer]!) ? 'Continuation' : null),
});

function headline(p: Packet, layer: number): string {
  return `, Version: ${VERSION}, Length: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`;
}
