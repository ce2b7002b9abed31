// Kerberos version 5 (RFC 4120): over UDP, over TCP with a length prefix (§7.2.2), and in GSS-API tokens.
import { BerItem, berInteger } from '../../codec/ber.ts';
import { u32 } from '../../core/bytes.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { f } from './fields.ts';
import { messages } from './messages.ts';
import { errorName, messageTitles } from './names.ts';
import { listPkinit } from './pkinit.ts';

const PORT = 88;
/** Length of the record mark on TCP (§7.2.2), whose highest bit is reserved. */
const RECORD_MARK = 4;
const RECORD_BYTES_MAX = 10 << 20;
/** AS-REQ, [APPLICATION 10]. */
const AS_REQUEST = 0x6a;
const ERROR = 30;

/** Mark of a layer that begins with a record mark. */
const ON_STREAM = 1;

/** Whether the tag is [APPLICATION n] of a ticket, a message, or the contents of an encrypted part. */
function isMessageTag(id: number): boolean {
  const tag = id & 0x1f;
  return (id & 0xc0) === 0x40 && (tag <= 3 || (tag >= 10 && tag <= 15) || (tag >= 20 && tag <= 30));
}

function step(p: Packet, isOnStream: boolean): null | Protocol {
  const layer = p.count - 1;
  if (isOnStream) {
    if (p.end - p.at < RECORD_MARK) return p.cut(RECORD_MARK);
    p.mark[layer] = ON_STREAM;
    p.at += RECORD_MARK;
  } else if (p.at >= p.end || !isMessageTag(p.buf[p.at]!)) return REJECTED;
  if (p.at < p.end) {
    if (p.buf[p.at] === AS_REQUEST) listPkinit(p, p.at, p.end);
    if (p.end < p.wireEnd) return p.cut(p.wireEnd - p.at);
  }
  p.at = p.end;
  return null;
}

const item = new BerItem();

/** Whether the message is not embedded in another protocol's; only then it sets the columns. */
function isBare(p: Packet, layer: number): boolean {
  return layer > 0 && (p.flags[layer]! & COLUMN) !== 0 && p.protocols[layer - 1]!.name !== 'spnego-krb5';
}

const common = {
  name: 'kerberos',
  title: 'Kerberos',
  column: (p: Packet, layer: number) => (isBare(p, layer) ? 'KRB5' : null),
  fields: f,
  emit(p: Packet, layer: number, out: Parameters<NonNullable<Protocol['emit']>>[2]) {
    const b = p.bufferOf(layer);
    let at = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === ON_STREAM) {
      out.group(`Record Mark: ${u32(b, at) & 0x7fffffff} bytes`, at, RECORD_MARK);
      out.add(f.recordReserved, at, RECORD_MARK);
      out.add(f.recordMark, at, RECORD_MARK);
      out.close();
      at += RECORD_MARK;
    }
    const message = new BerItem();
    if (message.read(b, at, end)) messages[message.tag]?.(b, message, out);
  },
  info(p: Packet, layer: number) {
    if (!isBare(p, layer)) return null;
    const b = p.bufferOf(layer);
    const at = p.start[layer]! + (p.mark[layer] === ON_STREAM ? RECORD_MARK : 0);
    if (!item.read(b, at, p.stop[layer]!)) return '';
    if (item.tag === ERROR) return `KRB Error: ${errorText(b)}`;
    return messageTitles[item.tag] ?? '';
  },
};

/** Text of the error code, element 6 of KRB-ERROR (§5.9.1). */
function errorText(b: Uint8Array): string {
  const sequence = new BerItem();
  const element = new BerItem();
  const value = new BerItem();
  if (!sequence.read(b, item.content, item.stop)) return '';
  for (let at = sequence.content; element.read(b, at, sequence.stop); at = element.next) {
    if (element.tag !== 6 || !value.read(b, element.content, element.stop)) continue;
    const code = Number(berInteger(b, value.content, value.stop));
    return errorName(code) ?? `Unknown error code ${code}`;
  }
  return '';
}

export const kerberos: Protocol = protocol({
  ...common,
  on: [[udpPorts, PORT]],
  step: (p) => step(p, false),
});

export const kerberosStream: Protocol = protocol({
  ...common,
  on: [[tcpPorts, PORT]],
  framing: {
    header: RECORD_MARK,
    waitingInfo: '',
    length(p) {
      const length = u32(p.buf, p.at) & 0x7fffffff;
      return length > RECORD_BYTES_MAX ? p.end - p.at : RECORD_MARK + length;
    },
  },
  step: (p) => step(p, true),
});
