// ISDN call control (ITU-T Q.931 §4): messages of information elements, one of which carries H.225.0.
import { u16 } from '../../core/bytes.ts';
import { bytes, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { osiNlpids, sctpPayloads, tcpHeuristics } from '../../core/table.ts';
import { h225 } from './h225.ts';

const DISCRIMINATOR = 0x08;
const USER_USER = 0x7e;
/** Protocol discriminator of user-user information in X.680 notation (Q.931 §4.5.30). */
const ASN1 = 5;
const CALLING = 0x6c;
const CALLED = 0x70;
const CAUSE = 0x08;
const ELEMENTS_MAX = 128;

/** Q.931 table 4-2 and maintenance messages. */
const types: Readonly<Record<number, string>> = {
  0x0: 'ESCAPE',
  0x1: 'ALERTING',
  0x2: 'CALL PROCEEDING',
  0x3: 'PROGRESS',
  0x5: 'SETUP',
  0x6: 'GROUP SERVICE',
  0x7: 'CONNECT',
  0x8: 'RESYNC REQ',
  0x9: 'RESYNC RESP',
  0xa: 'VERSION',
  0xb: 'GROUP SERVICE ACK',
  0xd: 'SETUP ACKNOWLEDGE',
  0xf: 'CONNECT ACKNOWLEDGE',
  0x20: 'USER INFORMATION',
  0x21: 'SUSPEND REJECT',
  0x22: 'RESUME REJECT',
  0x24: 'HOLD',
  0x25: 'SUSPEND',
  0x26: 'RESUME',
  0x28: 'HOLD_ACKNOWLEDGE',
  0x2d: 'SUSPEND ACKNOWLEDGE',
  0x2e: 'RESUME ACKNOWLEDGE',
  0x30: 'HOLD_REJECT',
  0x31: 'RETRIEVE',
  0x33: 'RETRIEVE ACKNOWLEDGE',
  0x37: 'RETRIEVE REJECT',
  0x40: 'DETACH',
  0x45: 'DISCONNECT',
  0x46: 'RESTART',
  0x48: 'DETACH ACKNOWLEDGE',
  0x4d: 'RELEASE',
  0x4e: 'RESTART ACKNOWLEDGE',
  0x5a: 'RELEASE COMPLETE',
  0x60: 'SEGMENT',
  0x62: 'FACILITY',
  0x64: 'REGISTER',
  0x6a: 'FACILITY ACKNOWLEDGE',
  0x6e: 'NOTIFY',
  0x72: 'FACILITY REJECT',
  0x75: 'STATUS ENQUIRY',
  0x79: 'CONGESTION CONTROL',
  0x7b: 'INFORMATION',
  0x7d: 'STATUS',
};

const f = {
  discriminator: uint('q931.disc', 'Protocol discriminator').at(0, 1).hex(),
  referenceLength: uint('q931.call_ref_len', 'Call reference value length').at(1, 1).mask(0x0f),
  reference: bytes('q931.call_ref', 'Call reference value'),
  type: uint('q931.message_type', 'Message type').hex(1).named(types),
  calling: text('q931.calling_party_number.digits', 'Calling party number digits'),
  called: text('q931.called_party_number.digits', 'Called party number digits'),
  cause: uint('q931.cause_value', 'Cause value').mask(0x7f),
};

/** Offset of the message type, after protocol discriminator and call reference. */
const typeAt = (b: Uint8Array, start: number): number => start + 2 + (b[start + 1]! & 15);

/** Single-octet elements have the highest bit set (§4.5.1); H.225.0's user-user element has a 2-octet length. */
function eachElement(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (id: number, content: number, stop: number) => void,
): void {
  for (let i = 0; i < ELEMENTS_MAX && at < end; i++) {
    const id = b[at]!;
    if (id & 0x80) {
      at++;
      continue;
    }
    if (at + 2 > end) return;
    // H.225.0 §7.2.2.31: the user-user element has a 2-octet length.
    const isWide = id === USER_USER && at + 4 <= end && b[at + 3] === ASN1;
    const content = at + (isWide ? 3 : 2);
    const length = isWide ? u16(b, at + 1) : b[at + 1]!;
    visit(id, content, Math.min(content + length, end));
    at = content + length;
  }
}

export const q931: Protocol = protocol({
  name: 'q931',
  title: 'Q.931',
  column: 'Q.931',
  fields: f,
  on: [
    [sctpPayloads, 13],
    [osiNlpids, DISCRIMINATOR],
  ],
  step(p) {
    const b = p.buf;
    const { at: start, end } = p;
    if (end - start < 3) return p.cut(3);
    const at = typeAt(b, start);
    if (at >= end) return p.cut(at + 1 - start);
    eachElement(b, at + 1, end, (id, content, stop) => {
      if (id === USER_USER && content + 1 < stop && b[content] === ASN1) p.call(h225, content + 1, stop);
    });
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.discriminator);
    out.fixed(f.referenceLength);
    const at = typeAt(b, start);
    if (at > start + 2) out.add(f.reference, start + 2, at - start - 2);
    out.add(f.type, at, 1);
    eachElement(b, at + 1, end, (id, content, stop) => {
      if (id === CALLED && content + 1 < stop) out.add(f.called, content + 1, stop - content - 1);
      else if (id === CALLING) {
        // §4.5.10: a second octet is present if the first one's extension bit is 0.
        const digits = content + (b[content]! & 0x80 ? 1 : 2);
        if (digits < stop) out.add(f.calling, digits, stop - digits);
      } else if (id === CAUSE && content + 1 < stop) out.add(f.cause, content + 1, 1);
    });
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return '';
    const type = b[typeAt(b, start)];
    return type === undefined ? '' : (types[type] ?? `Unknown (0x${type.toString(16).padStart(2, '0')})`);
  },
});

/** H.323 (H.225.0 §7.1): Q.931 in TPKT over TCP; Wireshark lists Q.931 twice, and omits TPKT. */
const TPKT = 4;
const VERSION = 3;

function isCall(p: Packet): boolean {
  const { buf: b, at, end } = p;
  return end - at >= TPKT + 3 && b[at] === VERSION && b[at + 1] === 0 && b[at + TPKT] === DISCRIMINATOR;
}

export const h323: Protocol = protocol({
  name: 'q931',
  title: 'Q.931 over TPKT',
  column: 'Q.931',
  heuristics: [[tcpHeuristics, isCall]],
  framing: {
    header: TPKT,
    length: (p) => (p.buf[p.at] === VERSION ? Math.max(u16(p.buf, p.at + 2), TPKT) : 0),
  },
  step(p) {
    if (p.buf[p.at] !== VERSION) return REJECTED;
    if (p.end - p.at < TPKT) return p.cut(TPKT);
    p.at += TPKT;
    return p.at < p.end ? q931 : null;
  },
});
