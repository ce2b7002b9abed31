// Teredo: IPv6 over UDP through NATs (RFC 4380 §5.1).
import { u16 } from '../../core/bytes.ts';
import { bytes, ipv4, none, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { ipv6 } from '../ipv6.ts';

const AUTHENTICATION = 1;
const ORIGIN = 0;
const ORIGIN_LENGTH = 8;

const f = {
  auth: none('teredo.auth', 'Teredo Authentication header'),
  idLength: uint('teredo.auth.idlen', 'Client identifier length'),
  valueLength: uint('teredo.auth.aulen', 'Authentication value length'),
  id: bytes('teredo.auth.id', 'Client identifier'),
  value: bytes('teredo.auth.value', 'Authentication value'),
  nonce: bytes('teredo.auth.nonce', 'Nonce value'),
  confirmation: bytes('teredo.auth.conf', 'Confirmation byte'),
  origin: none('teredo.orig', 'Teredo Origin Indication header'),
  originPort: uint('teredo.orig.port', 'Origin UDP port'),
  originAddress: ipv4('teredo.orig.addr', 'Origin IPv4 address'),
};

/** Length of the authentication header at `at` (§5.1.1); 0 if there is none. */
function authenticationLength(b: Uint8Array, at: number, end: number): number {
  if (at + 4 > end || u16(b, at) !== AUTHENTICATION) return 0;
  return 13 + b[at + 2]! + b[at + 3]!;
}

const hasOrigin = (b: Uint8Array, at: number, end: number): boolean => at + 2 <= end && u16(b, at) === ORIGIN;

export const teredo = protocol({
  name: 'teredo',
  title: 'Teredo IPv6 over UDP tunneling',
  column: 'Teredo',
  fields: f,
  on: [[udpPorts, 3544]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    const auth = authenticationLength(b, start, p.end);
    if (start + auth > p.end) return p.cut(auth);
    p.at = start + auth;
    if (hasOrigin(b, p.at, p.end)) {
      if (p.at + ORIGIN_LENGTH > p.end) return p.cut(ORIGIN_LENGTH);
      p.at += ORIGIN_LENGTH;
    }
    return p.at < p.wireEnd ? ipv6 : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    let at = p.start[layer]!;
    const end = p.stop[layer]!;
    const auth = authenticationLength(b, at, end);
    if (at + auth > end) return;
    if (auth > 0) {
      const idLength = b[at + 2]!;
      const valueLength = b[at + 3]!;
      out.open(f.auth, at, auth);
      out.add(f.idLength, at + 2, 1);
      out.add(f.valueLength, at + 3, 1);
      if (idLength > 0) out.add(f.id, at + 4, idLength);
      if (valueLength > 0) out.add(f.value, at + 4 + idLength, valueLength);
      out.add(f.nonce, at + auth - 9, 8);
      out.add(f.confirmation, at + auth - 1, 1);
      out.close();
      at += auth;
    }
    if (!hasOrigin(b, at, end) || at + ORIGIN_LENGTH > end) return;
    // §5.1.1: address and port are inverted so that NATs do not translate them.
    out.open(f.origin, at, ORIGIN_LENGTH);
    out.add(f.originPort, at + 2, 2, u16(b, at + 2) ^ 0xffff);
    const address = b.slice(at + 4, at + 8).map((byte) => byte ^ 0xff);
    out.add(f.originAddress, at + 4, 4, address);
    out.close();
  },
  info: (_p: Packet) => 'IPv6 over UDP tunneling',
});
