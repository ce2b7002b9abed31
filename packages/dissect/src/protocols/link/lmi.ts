// Frame Relay signalling: local management interface (ITU-T Q.933 annex A; Cisco LMI) and Q.933.
import { uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { osiNlpids } from '../../core/table.ts';

const STATUS_ENQUIRY = 0x75;
const STATUS = 0x7d;

const q933Names: Readonly<Record<number, string>> = {
  0x00: 'ESCAPE',
  0x01: 'ALERTING',
  0x02: 'CALL PROCEEDING',
  0x03: 'PROGRESS',
  0x05: 'SETUP',
  0x07: 'CONNECT',
  0x0f: 'CONNECT ACKNOWLEDGE',
  0x45: 'DISCONNECT',
  0x4d: 'RELEASE',
  0x5a: 'RELEASE COMPLETE',
  0x60: 'SEGMENT',
  [STATUS_ENQUIRY]: 'STATUS ENQUIRY',
  [STATUS]: 'STATUS',
};
const lmiNames: Readonly<Record<number, string>> = { [STATUS_ENQUIRY]: 'Status Enquiry', [STATUS]: 'Status' };

/** Offset of the message type, after protocol discriminator and call reference. */
function typeAt(b: Uint8Array, start: number): number {
  return start + 2 + (b[start + 1]! & 0x0f);
}

function signalling(
  name: string,
  title: string,
  column: string,
  typeName: string,
  names: Readonly<Record<number, string>>,
  identifier: number,
): Protocol {
  const type = uint(typeName, 'Message type').hex(1).named(names);
  return protocol({
    name,
    title,
    column,
    fields: { type },
    on: [[osiNlpids, identifier]],
    step(p) {
      if (p.end - p.at < 3) return p.cut(3);
      p.at = p.end;
      return null;
    },
    emit(p, layer, out) {
      const at = typeAt(p.bufferOf(layer), p.start[layer]!);
      if (at < p.stop[layer]!) out.add(type, at, 1);
    },
    info(p, layer) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      if (p.stop[layer]! - start < 3 || typeAt(b, start) >= p.stop[layer]!) return '';
      const kind = b[typeAt(b, start)]!;
      return names[kind] ?? `Unknown (0x${kind.toString(16).padStart(2, '0')})`;
    },
  });
}

export const q933 = signalling('q933', 'Q.933', 'Q.933', 'q933.message_type', q933Names, 0x08);
export const lmi = signalling('lmi', 'Local Management Interface', 'LMI', 'lmi.msg_type', lmiNames, 0x09);
