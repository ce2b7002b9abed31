// NEGOEX, the SPNEGO Extended Negotiation mechanism ([MS-NEGOEX], draft-zhu-negoex §4).
import { guidLittleEndian } from '../../codec/guid.ts';
import { u32le } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { emitParts, type Part } from '../parts.ts';

const HEADER = 40;
const MESSAGES_MAX = 16;

const typeNames: Readonly<Record<number, string>> = {
  0: 'INITATOR_NEGO',
  1: 'ACCEPTOR_NEGO',
  2: 'INITIATOR_META_DATA',
  3: 'ACCEPTOR_META_DATA',
  4: 'CHALLENGE',
  5: 'AP_REQUEST',
  6: 'VERIFY',
  7: 'ALERT',
};

const f = {
  signature: text('negoex.message.sig', 'Signature'),
  type: uint('negoex.message.type', 'MessageType').hex(4).le().named(typeNames),
  sequence: uint('negoex.message.seq_num', 'SequenceNum').le(),
  headerLength: uint('negoex.header.len', 'cbHeaderLength').le(),
  length: uint('negoex.message.len', 'cbMessageLength').le(),
  conversation: text('negoex.message.conv_id', 'ConversationID'),
};

const HEADER_PARTS: readonly Part[] = [
  [f.signature, 8],
  [f.type, 4],
  [f.sequence, 4],
  [f.headerLength, 4],
  [f.length, 4],
  [f.conversation, 16, guidLittleEndian],
];

/** Offset of each message in [at, end). */
function messages(b: Uint8Array, at: number, end: number): number[] {
  const starts: number[] = [];
  while (at + HEADER <= end && starts.length < MESSAGES_MAX) {
    starts.push(at);
    at += Math.max(HEADER, u32le(b, at + 20));
  }
  return starts;
}

export const negoex: Protocol = protocol({
  name: 'negoex',
  title: 'SPNEGO Extended Negotiation Security Mechanism',
  fields: f,
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (const at of messages(b, p.start[layer]!, end)) {
      out.group(`NEGOEX ${nameOf(b, at)}`, at, Math.min(end - at, u32le(b, at + 20)));
      emitParts(out, b, at, end, HEADER_PARTS);
      out.close();
    }
  },
});

function nameOf(b: Uint8Array, at: number): string {
  return typeNames[u32le(b, at + 8)] ?? 'Unknown NEGOEX message type';
}

/** Part of the Info column that a NEGOEX layer adds. */
export function negoexInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  return messages(b, p.start[layer]!, p.stop[layer]!)
    .map((at) => nameOf(b, at))
    .join(', ');
}
