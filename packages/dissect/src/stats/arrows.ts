// Labels of packets in a flow graph (`-z flow`).
import { u32 } from '../core/bytes.ts';
import { COLUMN, type Packet } from '../core/packet.ts';
import { ACK } from '../flows/tcp-analysis.ts';
import { tcpFlagsText } from '../protocols/tcp-text.ts';

export interface TcpArrow {
  /** `PSH, ACK - Len: 82` */
  readonly label: string;
  /** `Seq = 1 Ack = 1` */
  readonly comment: string;
  /** tcp.stream */
  readonly conversation: number;
}

/** The label of the packet's innermost segment; null without one. */
export function tcpArrow(p: Packet): TcpArrow | null {
  const layer = p.tcpLayer;
  if (layer < 0 || (p.flags[layer]! & COLUMN) === 0) return null;
  const flags = u32(p.bufferOf(layer), p.start[layer]! + 12) >>> 16;
  const length = p.segmentLength > 0 ? ` - Len: ${p.segmentLength}` : '';
  return {
    label: tcpFlagsText(flags & 0x0fff) + length,
    comment: `Seq = ${p.relativeSeq}${flags & ACK ? ` Ack = ${p.relativeAck}` : ''}`,
    conversation: p.session.flows.stream(p.flow),
  };
}

/** Types of echo requests and replies (RFC 792, RFC 4443 §4). */
const ECHOES = { icmp: [8, 0], icmpv6: [128, 129] } as const;

/** Type and code of an echo request or reply as one number; null for any other packet. */
export function pingKind(p: Packet, protocol: 'icmp' | 'icmpv6'): number | null {
  for (let layer = p.count - 1; layer > 0; layer--) {
    if (p.protocols[layer]!.name !== protocol || (p.flags[layer]! & COLUMN) === 0) continue;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isPing = start + 2 <= p.stop[layer]! && ECHOES[protocol].some((type) => type === b[start]);
    return isPing ? (b[start]! << 8) | b[start + 1]! : null;
  }
  return null;
}
