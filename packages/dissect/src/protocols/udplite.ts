// Lightweight User Datagram Protocol (RFC 3828): UDP with partial checksum coverage in place of the length.
import { u16 } from '../core/bytes.ts';
import { none, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import {
  emitFromChecksum,
  emitPorts,
  expertChecksumZero,
  expertTraceroute,
  ILLEGAL_TEXT,
  isChecksumIllegal,
  portsHeadline,
  seeDatagram,
  udpFields,
  udpPayload,
} from './udp.ts';

const HEADER = 8;
/** Where the header's third field ends. */
const COVERAGE_END = 6;
export const UDPLITE = 136;

const f = {
  ...udpFields,
  coverage: uint('udp.checksum_coverage', 'Checksum coverage').at(4, 2),
  coverageBad: none('udplite.checksum_coverage.bad', 'Bad checksum coverage length value'),
};

/** In bytes, with what was not captured. */
const lengthOf = (p: Packet, layer: number): number => p.notes[layer] as number;

/** RFC 3828 §3.1: 0 covers all, and less than the header or more than there is must not be; null: within. */
function badCoverage(p: Packet, layer: number): { coverage: number; length: number } | null {
  const coverage = u16(p.bufferOf(layer), p.start[layer]! + 4);
  const length = lengthOf(p, layer);
  const isSnapped = p.capturedLength < p.wireLength;
  const isBad = coverage !== 0 && (coverage < HEADER || (coverage > length && !isSnapped));
  return isBad ? { coverage, length } : null;
}

export const udplite = protocol({
  name: 'udplite',
  title: 'Lightweight User Datagram Protocol',
  column: 'UDP-Lite',
  fields: f,
  on: [[ipProtocols, UDPLITE]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    p.notes[p.count - 1] = p.wireEnd - start;
    if (p.end - start < HEADER) return p.end - start < 4 ? p.cutUnseen(HEADER) : p.cut(HEADER);
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = UDPLITE;
    seeDatagram(p);
    p.payload[p.layer] = p.at = start + HEADER;
    if (p.at < p.wireEnd) udpPayload(p);
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const captured = p.stop[layer]! - start;
    emitPorts(p, layer, out);
    out.fixed(f.coverage);
    if (captured < COVERAGE_END) return;
    const bad = badCoverage(p, layer);
    if (bad !== null) {
      out.note(` (bogus, must be >= ${HEADER} and <= ${bad.length})`);
      out.add(f.coverageBad, start + 4, 0);
    }
    out.fixed(f.length);
    if (captured >= HEADER) emitFromChecksum(p, layer, out);
  },
  headline: portsHeadline,
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const ports = `${u16(b, start)} → ${u16(b, start + 2)}`;
    if (p.stop[layer]! - start < COVERAGE_END) return ports;
    const bad = badCoverage(p, layer);
    const coverage =
      bad === null
        ? ''
        : ` [BAD LIGHTWEIGHT UDP CHECKSUM COVERAGE LENGTH ${bad.coverage} < ${HEADER} or > ${bad.length}]`;
    return `${ports}${coverage} Len=${lengthOf(p, layer) - HEADER}${isChecksumIllegal(p, layer) ? ILLEGAL_TEXT : ''}`;
  },
  expert(p, layer, add) {
    expertTraceroute(p, layer, add);
    if (p.stop[layer]! - p.start[layer]! < COVERAGE_END) return;
    const bad = badCoverage(p, layer);
    if (bad !== null)
      add(
        'error',
        'malformed',
        `Bad checksum coverage length value ${bad.coverage} < ${HEADER} or > ${bad.length}`,
        { under: f.coverage, name: f.coverageBad },
      );
    expertChecksumZero(p, layer, add);
  },
});
