// Protocol configuration options (3GPP TS 24.008 §10.5.6.3): mobile and gateway negotiate with packets of PPP's control
// protocols, without running PPP.
import { u16 } from '../../core/bytes.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { pppProtocols } from '../../core/table.ts';

/** LCP, PAP, IPCP, CHAP, IPV6CP; other containers hold values of the mobile network. */
const CARRIED = new Set([0xc021, 0xc023, 0x8021, 0xc223, 0x8057]);
const CONTAINERS_MAX = 64;
const CONTAINER_HEADER = 3;

/** Dissects the packets of PPP's protocols in the options [at, end), below the layer of the tunnelling protocol. */
export function callConfiguration(p: Packet, at: number, end: number): void {
  const b = p.buf;
  const stop = Math.min(end, p.end);
  const layers = p.count;
  // The first octet has the configuration protocol.
  for (let i = at + 1, count = 0; i + CONTAINER_HEADER <= stop && count < CONTAINERS_MAX; count++) {
    const id = u16(b, i);
    const body = i + CONTAINER_HEADER;
    const bodyEnd = body + b[i + 2]!;
    if (bodyEnd > stop) break;
    const carried = CARRIED.has(id) ? pppProtocols.get(id) : undefined;
    if (carried !== undefined && bodyEnd > body) p.call(carried, body, bodyEnd);
    i = bodyEnd;
  }
  // They are listed, but the packet is still one of the tunnelling protocol.
  for (let layer = layers; layer < p.count; layer++) p.flags[layer]! &= ~(COLUMN | SHOWN);
}
