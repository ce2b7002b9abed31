// TCP segments by hand, with the times between them: what tests of the sequence analysis and of reassembly need.
import { Dissector } from '../../src/core/dissector.ts';
import type { Packet } from '../../src/core/packet.ts';
import type { SessionOptions } from '../../src/core/session.ts';
import { ACK } from '../../src/flows/tcp-analysis.ts';
import { ETHERNET, join, tcpFrame } from '../protocols/support.ts';

export interface Said {
  /** Milliseconds since the first one; default: when the one before came. */
  readonly ms?: number;
  /** `>`: from the client, port 40000; `<`: from the server. */
  readonly way: '>' | '<';
  readonly seq: number;
  readonly ack?: number;
  /** Default ACK. */
  readonly flags?: number;
  readonly body?: string | Uint8Array;
  readonly window?: number;
}

const ETHER_AND_IP = 14 + 20;

/** What `see` says of each packet, in order. */
export function conversation<T>(
  port: number,
  all: readonly Said[],
  see: (p: Packet) => T,
  options: SessionOptions = {},
): T[] {
  const dissector = new Dissector(options);
  let ms = 0;
  return all.map((said, i) => {
    ms = said.ms ?? ms;
    const data = frameOf(port, said);
    return see(
      dissector.dissect({
        number: i + 1,
        data,
        start: 0,
        end: data.length,
        wireLength: data.length,
        seconds: 1_700_000_000 + Math.floor(ms / 1000),
        nanoseconds: Math.round((ms % 1000) * 1e6),
        hasTime: true,
        hasComment: false,
        linkType: ETHERNET,
        interfaceId: 0,
        enterprise: 0,
        fileOffset: 0,
      }),
    );
  });
}

function frameOf(
  port: number,
  { way, seq, ack = 0, flags = ACK, body = '', window = 8192 }: Said,
): Uint8Array {
  const isReply = way === '<';
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const frame = join(tcpFrame(isReply ? port : 40000, isReply ? 40000 : port, bytes, seq, isReply));
  const view = new DataView(frame.buffer);
  view.setUint32(ETHER_AND_IP + 8, ack);
  view.setUint8(ETHER_AND_IP + 13, flags);
  view.setUint16(ETHER_AND_IP + 14, window);
  return frame;
}
