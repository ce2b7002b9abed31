// Packets without a link header (LINKTYPE_RAW): IPv4 or IPv6 by the first nibble; some drivers write PPP.
import { data } from '../../core/data.ts';
import { protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { ppp } from '../ppp/ppp.ts';

/** Length of the zeros that old ISDN drivers put before packets while the connection was down. */
const ZEROS = 10;
const LEAST = 8;

function isPpp(b: Uint8Array, at: number): boolean {
  return b[at] === 0xff && b[at + 1] === 0x03;
}

export const raw = protocol({
  name: 'raw',
  title: 'Raw packet data',
  column: 'N/A',
  // 12 and 14 are BSD values, still used in nested headers.
  on: [[linkTypes, 12, 14, 101]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < LEAST) return p.cut(LEAST);
    for (const skip of [0, 6, 1]) {
      if (!isPpp(b, p.at + skip)) continue;
      p.at += skip;
      return ppp;
    }
    const version = b[p.at]! >> 4;
    if (version === 4) return etherTypes.get(0x0800) ?? data;
    if (version === 6) return etherTypes.get(0x86dd) ?? data;
    if (p.end - p.at < ZEROS || b.subarray(p.at, p.at + ZEROS).some((byte) => byte !== 0)) return data;
    p.at += ZEROS;
    return etherTypes.get(0x0800) ?? data;
  },
  info: () => 'Raw packet data',
});
