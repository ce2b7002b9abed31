// `tcp.pdu.size`: the messages in a segment, as far as TCP knows them by the framing of the protocol above.
import { uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Sink } from '../core/sink.ts';

export const pduSize = uint('tcp.pdu.size', 'PDU Size');

/** Protocols that Wireshark has split the stream by themselves, so that TCP does not know their messages. */
const SPLIT_BY_THEMSELVES = new Set([
  'arcnet',
  'bgp',
  'iscsi',
  'ldp',
  'nbss',
  'ppp',
  'pptp',
  'q931',
  'rpc',
  'rtmpt',
  'sctp',
  'socks',
  'tls',
  'tpkt',
  'x11',
]);

/** The size of each message in the segment that a protocol of known framing delimits. */
export function emitPduSizes(p: Packet, layer: number, out: Sink): void {
  const stop = p.stop[layer]!;
  for (let above = layer + 1; above < p.count; above++) {
    const { framing, name } = p.protocols[above]!;
    if (framing === null) continue;
    if (SPLIT_BY_THEMSELVES.has(name)) return;
    const size = p.stop[above]! - p.start[above]!;
    out.add(pduSize, stop, 0, size);
  }
}
