// Protocol Independent Multicast: version 2 (RFC 7761 §4.9, bootstrap RFC 5059, dense RFC 3973); version 1 in IGMP.
import { COLUMN, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { ipProtocols } from '../../core/table.ts';
import { addBadChecksum } from '../../expert/checksums.ts';
import {
  BAD,
  checksumStatus,
  expectedChecksum,
  GOOD,
  isChecksumGood,
  statusNote,
  sumWords,
  UNVERIFIED,
} from '../checksum.ts';
import { igmpTypes } from '../igmp.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';
import { DF_ELECTION, emitPim, pim1Types, pimFields, pimTypes, REGISTER } from './pim-messages.ts';

const PIM = 103;
const HEADER = 4;
/** §4.9.3: the checksum of a Register covers its 8-byte header only; some senders cover the whole message. */
const REGISTER_HEADER = 8;

const f = pimFields;

export const pim: Protocol = protocol({
  name: 'pim',
  title: 'Protocol Independent Multicast',
  column: (p, layer) => (isVersion1(p, layer) ? 'PIMv1' : 'PIMv2'),
  fields: f,
  on: [
    [ipProtocols, PIM],
    [igmpTypes, 0x14],
  ],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    const layer = p.layer;
    if (isVersion1(p, layer) || (p.buf[start]! & 15) !== REGISTER) return null;
    if (p.end - start < REGISTER_HEADER) return p.cut(REGISTER_HEADER);
    p.payload[layer] = start + REGISTER_HEADER;
    if (start + REGISTER_HEADER < p.end) registered(p, start + REGISTER_HEADER);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isVersion1(p, layer)) {
      out.add(f.code, start + 1, 1);
      out.fixed(f.checksum);
      out.add(f.checksumStatus, start + 2, 0, checksumStatus(p, layer));
      return;
    }
    out.add(f.version, start, 1);
    out.add(f.type, start, 1);
    if ((b[start]! & 15) === DF_ELECTION) {
      out.add(f.subtype, start + 1, 1);
      out.add(f.subtypeReserved, start + 1, 1);
    } else out.add(f.reserved, start + 1, 1);
    out.fixed(f.checksum);
    const status = statusOf(p, layer, b, start, end);
    out.note(statusNote(status, status === BAD ? expectedOf(p, layer) : 0));
    if (status === BAD) out.add(f.badChecksum, start + 2, 0);
    out.add(f.checksumStatus, start + 2, 0, status);
    if (end <= start + HEADER) return;
    out.open(f.options, start + HEADER, end - start - HEADER);
    emitPim(b, b[start]! & 15, start + HEADER, end, out);
    out.close();
  },
  expert(p, layer, add) {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    if (stop - start < HEADER || isVersion1(p, layer) || statusOf(p, layer, b, start, stop) !== BAD) return;
    addBadChecksum(expectedOf(p, layer), add, { under: f.checksum, name: f.badChecksum });
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    if (isVersion1(p, layer)) return pim1Types[b[start + 1]!] ?? `Unknown (${b[start + 1]})`;
    const type = b[start]! & 15;
    return pimTypes[type] ?? `Unknown (${type})`;
  },
});

/** Version 1 is carried in IGMP, with the IGMP type instead of version and type. */
const isVersion1 = (p: Packet, layer: number): boolean => p.bufferOf(layer)[p.start[layer]!] === 0x14;

/** Dissects the multicast packet in a Register (§4.9.3); it sets only the address columns. */
function registered(p: Packet, at: number): void {
  const version = p.buf[at]! >> 4;
  const { visibility } = p;
  p.visibility &= ~COLUMN;
  if (version === 4) p.call(ip, at, p.end, p.wireEnd);
  else if (version === 6) p.call(ipv6, at, p.end, p.wireEnd);
  p.visibility = visibility;
}

/** IPv6 pseudo-header (§4.9) of the packet that carries PIM, not of the one in a Register. */
function pseudoHeader6(p: Packet, layer: number, length: number): number {
  if (layer === 0 || p.protocols[layer - 1] !== ipv6) return 0;
  const at = p.start[layer - 1]! + 8;
  return sumWords(p.bufferOf(layer - 1), at, at + 32) + PIM + length;
}

function statusOf(p: Packet, layer: number, b: Uint8Array, start: number, end: number): number {
  if (p.capturedLength < p.wireLength || (p.flags[layer]! & COLUMN) === 0) return UNVERIFIED;
  const isRegister = (b[start]! & 15) === REGISTER;
  // §4.9: the pseudo-header has the length of what is covered. All of a Register may be, too.
  const registerSum = pseudoHeader6(p, layer, REGISTER_HEADER);
  if (isRegister && isChecksumGood(b, start, start + REGISTER_HEADER, registerSum)) return GOOD;
  return isChecksumGood(b, start, end, pseudoHeader6(p, layer, end - start)) ? GOOD : BAD;
}

function expectedOf(p: Packet, layer: number): number {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const length = p.stop[layer]! - start;
  const covered = (b[start]! & 15) === REGISTER ? Math.min(REGISTER_HEADER, length) : length;
  return expectedChecksum(b, start, start + covered, start + 2, pseudoHeader6(p, layer, covered));
}
