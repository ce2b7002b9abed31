// ONC Remote Procedure Call (RFC 5531): over UDP, or in records over TCP.
import { u32 } from '../../core/bytes.ts';
import { COLUMN, LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts, udpHeuristics, udpPorts } from '../../core/table.ts';
import { emitRpc } from './emit.ts';
import { f } from './fields.ts';
import { rpcInfo } from './info.ts';
import { isMessage } from './layout.ts';
import { CONTINUATION, FRAGMENT, messageOf, readMessage } from './message.ts';
import { addFragment, isUnfinished } from './records.ts';

const PORT = 111;
/** Maximum length of a record; a larger value means that the data are not RPC. */
const RECORD_BYTES_MAX = 4 << 20;
/** Record mark (§11): four bytes with the fragment's length and the last-fragment flag. */
const MARK = 4;
const LAST = 0x80000000;

/** Bytes after the record mark that suffice to recognize a call or reply. */
const MESSAGE_MIN = 16;

/** As in Wireshark, the Protocol column shows the program even if there is no body. */
const column = (p: Packet, layer: number): string => messageOf(p, layer)?.call.program.column ?? 'RPC';

/** Other data in an RPC conversation. */
function leave(p: Packet): null {
  p.notes[p.count - 1] = CONTINUATION;
  p.at = p.end;
  return null;
}

export const rpc: Protocol = protocol({
  name: 'rpc',
  title: 'Remote Procedure Call',
  column,
  fields: f,
  on: [[udpPorts, PORT]],
  heuristics: [[udpHeuristics, (p) => isMessage(p, p.at, p.end)]],
  step(p) {
    if (!isMessage(p, p.at, p.end)) return p.srcPort === PORT || p.dstPort === PORT ? leave(p) : REJECTED;
    readMessage(p, p.at, p.end, p.wireEnd);
    return null;
  },
  emit: emitRpc,
  info: rpcInfo,
});

function markedLength(p: Packet): number {
  return u32(p.buf, p.at) & ~LAST;
}

function startsRecord(p: Packet): boolean {
  if (p.left < MARK + 8) return false;
  return markedLength(p) <= RECORD_BYTES_MAX && isMessage(p, p.at + MARK, p.end);
}

function recordLength(p: Packet): number {
  const length = markedLength(p);
  if (length > RECORD_BYTES_MAX) return p.left;
  const isPlausible = isUnfinished(p) || p.left < MARK + MESSAGE_MIN || isMessage(p, p.at + MARK, p.end);
  return isPlausible ? MARK + length : p.left;
}

export const rpcStream: Protocol = protocol({
  name: 'rpc',
  title: 'Remote Procedure Call',
  column,
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [[tcpHeuristics, startsRecord]],
  framing: { header: MARK, length: recordLength },
  step(p) {
    const b = p.buf;
    const layer = p.count - 1;
    const start = p.at;
    const first = start + MARK;
    const isWanted = p.end - start > MARK && markedLength(p) <= RECORD_BYTES_MAX;
    if (!isWanted || !(isUnfinished(p) || isMessage(p, first, p.end)))
      return p.flags[layer]! & LISTED ? leave(p) : REJECTED;
    const isLast = (u32(b, start) & LAST) !== 0;
    if ((isLast && !isUnfinished(p)) || p.end < p.wireEnd) {
      p.at = first;
      readMessage(p, first, p.end, p.wireEnd);
      p.at = p.end;
      return null;
    }
    p.notes[layer] = FRAGMENT;
    const whole = addFragment(p, b.subarray(first, p.end), isLast);
    if (whole !== null) {
      p.within('Defragmented', whole, 0, whole.length, whole.length, (inner) => {
        if (isMessage(inner, 0, whole.length) && inner.push(rpcStream, SHOWN | COLUMN))
          readMessage(inner, 0, whole.length, whole.length);
      });
    }
    p.at = p.end;
    return null;
  },
  emit: emitRpc,
  info: rpcInfo,
});
