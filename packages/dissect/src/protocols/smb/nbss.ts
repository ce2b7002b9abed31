// NetBIOS session service (RFC 1002 §4.3), and the same framing on port 445 without NetBIOS ([MS-SMB2] §2.1).
import { spells, u16, u24 } from '../../core/bytes.ts';
import { bool, bytes, type Field, ipv4, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';
import { skipName } from '../dns/name.ts';
import { nameSuffix, netbiosName, suffixName } from '../netbios/name.ts';
import { netbiosPayload } from '../netbios/payload.ts';

const HEADER = 4;
const MESSAGE = 0x00;
const REQUEST = 0x81;
const POSITIVE = 0x82;
const NEGATIVE = 0x83;
const RETARGET = 0x84;
const KEEP_ALIVE = 0x85;
/** Bit 16 of the length (RFC 1002 §4.3.1); no other flag is defined. */
const EXTEND = 0x01;

const typeNames = {
  [MESSAGE]: 'Session message',
  [REQUEST]: 'Session request',
  [POSITIVE]: 'Positive session response',
  [NEGATIVE]: 'Negative session response',
  [RETARGET]: 'Retarget session response',
  [KEEP_ALIVE]: 'Session keep-alive',
};

const errorNames = {
  0x80: 'Not listening on called name',
  0x81: 'Not listening for calling name',
  0x82: 'Called name not present',
  0x83: 'Called name present, but insufficient resources',
  0x8f: 'Unspecified error',
};

const f = {
  type: uint('nbss.type', 'Message Type').hex(1).named(typeNames),
  flags: uint('nbss.flags', 'Flags').hex(1),
  extend: bool('nbss.flags.e', 'Extend').mask(EXTEND),
  length: uint('nbss.length', 'Length'),
  error: uint('nbss.error_code', 'Error code').hex(1).named(errorNames),
  retargetAddress: ipv4('nbss.retarget_ip_address', 'Retarget IP address'),
  retargetPort: uint('nbss.retarget_port', 'Retarget port'),
  continuation: bytes('nbss.continuation_data', 'Continuation data'),
  called: text('nbss.called_name', 'Called name'),
  calling: text('nbss.calling_name', 'Calling name'),
};

/** Whether the message is SMB, whose length has 24 bits ([MS-SMB2] §2.1). */
function isSmb(b: Uint8Array, start: number, end: number): boolean {
  return end - start >= 8 && b[start] === MESSAGE && spells(b, start + 5, end, 'SMB');
}

function lengthOf(b: Uint8Array, start: number, end: number): number {
  return isSmb(b, start, end) ? u24(b, start + 1) : u16(b, start + 2) + ((b[start + 1]! & EXTEND) << 16);
}

/** Whether the length is valid for the type (RFC 1002 §4.3.2 to §4.3.7); otherwise it is the middle of a message. */
function isMessage(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < HEADER) return false;
  if (!isSmb(b, start, end) && (b[start + 1]! & ~EXTEND) !== 0) return false;
  const length = lengthOf(b, start, end);
  switch (b[start]) {
    case MESSAGE:
      return length > 0;
    case REQUEST:
      return length >= 2 && length <= 256;
    case POSITIVE:
    case KEEP_ALIVE:
      return length === 0;
    case NEGATIVE:
      return length === 1;
    case RETARGET:
      return length === 6;
    default:
      return false;
  }
}

/** Whether the bytes are the first of a segment, where a message need not begin. */
function isSegmentStart(p: Packet): boolean {
  return p.from === 0 && p.tcpLayer >= 0 && p.at === p.payload[p.tcpLayer];
}

export const nbss: Protocol = protocol({
  name: 'nbss',
  title: 'NetBIOS Session Service',
  column: 'NBSS',
  fields: f,
  on: [[tcpPorts, 139, 445]],
  framing: {
    header: 1,
    waitingInfo: typeNames[MESSAGE],
    length(p) {
      const left = p.end - p.at;
      if (isSegmentStart(p) && !isMessage(p.buf, p.at, p.end)) return left;
      return left < HEADER ? HEADER : HEADER + lengthOf(p.buf, p.at, p.end);
    },
  },
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.count - 1;
    if (isSegmentStart(p) && !isMessage(b, start, p.end)) {
      p.mark[layer] = CONTINUATION;
      p.at = p.end;
      return null;
    }
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(layer, HEADER + lengthOf(b, start, p.end));
    p.at = start + HEADER;
    if (b[start] === MESSAGE) {
      p.payload[layer] = p.at;
      return netbiosPayload(p);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === CONTINUATION) {
      out.add(f.continuation, start, end - start);
      return;
    }
    out.add(f.type, start, 1);
    if (isSmb(b, start, end)) out.add(f.length, start + 1, 3);
    else {
      out.open(f.flags, start + 1, 1);
      out.add(f.extend, start + 1, 1);
      out.close();
      out.add(f.length, start + 1, 3, lengthOf(b, start, end));
    }
    emitBody(b, start + HEADER, end, b[start]!, out);
  },
  info(p, layer) {
    if (p.mark[layer] === CONTINUATION) return 'NBSS Continuation Message';
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const at = start + HEADER;
    const end = p.stop[layer]!;
    const type = b[start]! as keyof typeof typeNames;
    if (at > end) return '';
    const words = typeNames[type] ?? `Unknown (${type.toString(16).padStart(2, '0')})`;
    if (type === REQUEST) {
      const calling = skipName(b, at, end);
      const names =
        calling < 0 ? ['', ''] : [netbiosName(b, at, at, end), netbiosName(b, calling, calling, end)];
      return `${words}, to ${names[0]} from ${names[1]}`;
    }
    if (type === NEGATIVE && at < end) {
      const error = b[at]!;
      return `${words}, ${(errorNames as Record<number, string>)[error] ?? `Unknown (${error.toString(16)})`}`;
    }
    return words;
  },
});

/** Mark of a layer that contains the middle of a message. */
const CONTINUATION = 1;

/** Emits a name; returns its end, or -1 if truncated. */
function emitName(b: Uint8Array, at: number, end: number, field: Field, out: Sink): number {
  const stop = skipName(b, at, end);
  if (stop < 0) return -1;
  out.add(field, at, stop - at, netbiosName(b, at, at, end));
  if (nameSuffix >= 0) out.note(` (${suffixName(nameSuffix)})`);
  return stop;
}

function emitBody(b: Uint8Array, at: number, end: number, type: number, out: Sink): void {
  if (type === REQUEST) {
    const calling = emitName(b, at, end, f.called, out);
    if (calling >= 0) emitName(b, calling, end, f.calling, out);
  } else if (type === NEGATIVE) out.add(f.error, at, 1);
  else if (type === RETARGET) {
    out.add(f.retargetAddress, at, 4);
    out.add(f.retargetPort, at + 4, 2);
  }
}
