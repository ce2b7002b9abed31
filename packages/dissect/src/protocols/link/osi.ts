// OSI network layer packets after a link header: the first byte is the NLPID (ISO/IEC TR 9577).
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import {
  chdlcProtocols,
  etherTypes,
  greProtocols,
  llcSaps,
  osiNlpids,
  pppProtocols,
} from '../../core/table.ts';
import { nullFamilies } from './tables.ts';

const IPV4 = 0xcc;
const IPV6 = 0x8e;
const PPP = 0xcf;

/**
 * Protocol of the NLPID at p.at. IP and PPP begin after this byte, whereas OSI protocols include it. Undefined, with
 * p.at unchanged, if unknown.
 */
export function byNlpid(p: Packet): Protocol | undefined {
  const identifier = p.buf[p.at]!;
  if (identifier !== IPV4 && identifier !== IPV6 && identifier !== PPP) return osiNlpids.get(identifier);
  p.at++;
  if (identifier === PPP) return osiNlpids.get(PPP);
  return etherTypes.get(identifier === IPV4 ? 0x0800 : 0x86dd);
}

export const osi: Protocol = protocol({
  name: 'osi',
  title: 'OSI',
  on: [
    [llcSaps, 0x14, 0x20, 0x34, 0x54, 0xfe],
    [chdlcProtocols, 0xfefe],
    [pppProtocols, 0x0023],
    [greProtocols, 0x00fe],
    [nullFamilies, 7],
  ],
  step(p) {
    if (p.at >= p.end) return p.cut(1);
    return byNlpid(p) ?? data;
  },
});
