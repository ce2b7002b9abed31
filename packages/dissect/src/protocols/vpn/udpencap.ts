// IPsec NAT traversal: ESP and IKE on one UDP port (RFC 3948).
import { u32 } from '../../core/bytes.ts';
import { none } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { esp } from '../esp.ts';
import { isakmp } from './isakmp.ts';

const f = {
  keepalive: none('udpencap.nat_keepalive', 'NAT-keepalive packet'),
  marker: none('udpencap.non_esp_marker', 'Non-ESP Marker'),
};

const MARKER_BYTES = 4;
const KEEPALIVE = 0xff;

export const udpencap = protocol({
  name: 'udpencap',
  title: 'UDP Encapsulation of IPsec Packets',
  column: 'UDPENCAP',
  fields: f,
  on: [[udpPorts, 4500]],
  step(p) {
    const { buf: b, at, end } = p;
    // §2.3: a single byte 0xff is a NAT keepalive.
    if (p.wireLeft === 1 && b[at] === KEEPALIVE) {
      p.at = end;
      return null;
    }
    if (end - at < MARKER_BYTES) return p.cut(MARKER_BYTES);
    // §2.2: an SPI is never zero; four zero bytes (the non-ESP marker) indicate IKE.
    if (u32(b, at) !== 0) return esp;
    p.at = at + MARKER_BYTES;
    return isakmp;
  },
  emit(p, layer, out) {
    const at = p.start[layer]!;
    const b = p.bufferOf(layer);
    if (p.stop[layer]! - at === 1) out.add(f.keepalive, at, 1);
    else if (p.stop[layer]! - at >= MARKER_BYTES && u32(b, at) === 0) out.add(f.marker, at, MARKER_BYTES);
  },
  info: (p, layer) => (p.stop[layer]! - p.start[layer]! === 1 ? 'NAT-keepalive' : ''),
});
