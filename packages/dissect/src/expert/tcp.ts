// Expert information on TCP segments: connection set-up and tear-down, and findings of the sequence analysis.
import { u32 } from '../core/bytes.ts';
import type { AddExpertInfo, Severity } from '../core/expert.ts';
import { COLUMN, type Packet } from '../core/packet.ts';
import * as a from '../flows/tcp-analysis.ts';
import { tcpPlaces } from '../protocols/tcp.ts';
import { findOption } from '../protocols/tcp-options.ts';
import { findingPlaces } from '../protocols/tcp-text.ts';
import { addBadChecksum, badTcpChecksum } from './checksums.ts';

const HEADER = 20;
const SACK = 5;

const ANALYSIS: readonly (readonly [number, Severity, string])[] = [
  [a.ZERO_WINDOW_PROBE, 'note', 'TCP Zero Window Probe'],
  [a.ZERO_WINDOW, 'warn', 'TCP Zero Window segment'],
  [a.ZERO_WINDOW_PROBE_ACK, 'note', 'ACK to a TCP zero window probe'],
  [
    a.REUSED_PORTS,
    'note',
    'A new tcp session is started with the same ports as an earlier session in this trace',
  ],
  [a.FAST_RETRANSMISSION, 'note', 'This frame is a (suspected) fast retransmission'],
  [a.SPURIOUS_RETRANSMISSION, 'note', 'This frame is a (suspected) spurious retransmission'],
  [a.RETRANSMISSION, 'note', 'This frame is a (suspected) retransmission'],
  [a.OUT_OF_ORDER, 'warn', 'This frame is a (suspected) out-of-order segment'],
  [a.LOST_SEGMENT, 'warn', 'Previous segment(s) not captured (common at capture start)'],
  [a.ACK_LOST_SEGMENT, 'warn', "ACKed segment that wasn't captured (common at capture start)"],
  [a.WINDOW_UPDATE, 'chat', 'TCP window update'],
  [a.WINDOW_FULL, 'warn', 'TCP window specified by the receiver is now completely full'],
  [a.KEEP_ALIVE, 'note', 'TCP keep-alive segment'],
  [a.KEEP_ALIVE_ACK, 'note', 'ACK to a TCP keep-alive segment'],
];

/** The special kinds count as retransmissions too. */
const SPECIAL = a.FAST_RETRANSMISSION | a.SPURIOUS_RETRANSMISSION;

export function tcpExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const start = p.start[layer]!;
  if (layer !== p.tcpLayer || start + HEADER > p.stop[layer]! || (p.flags[layer]! & COLUMN) === 0) return;
  const b = p.bufferOf(layer);
  const flags = b[start + 13]!;
  connection(p, flags, add);
  if ((flags & a.ACK) === 0 && u32(b, start + 8) !== 0)
    add(
      'note',
      'protocol',
      'The acknowledgment number field is nonzero while the ACK flag is not set',
      tcpPlaces.ack,
    );
  const expected = badTcpChecksum(p, layer);
  if (expected >= 0) addBadChecksum(expected, add, tcpPlaces.checksum);
  if (isDuplicateSack(b, start, Math.min(p.payload[layer]!, p.stop[layer]!)))
    add('warn', 'sequence', 'D-SACK Sequence');
  const found = p.analysis & SPECIAL ? p.analysis | a.RETRANSMISSION : p.analysis;
  if (found === 0) return;
  if (found & a.DUPLICATE_ACK)
    add(
      'note',
      'sequence',
      `Duplicate ACK (#${p.session.tcp.duplicateAcks})`,
      findingPlaces.get(a.DUPLICATE_ACK),
    );
  for (const [bit, severity, words] of ANALYSIS)
    if (found & bit) add(severity, 'sequence', words, findingPlaces.get(bit));
}

function connection(p: Packet, flags: number, add: AddExpertInfo): void {
  if ((flags & (a.SYN | a.FIN | a.RST)) === 0) return;
  if (flags & a.SYN) {
    const what = flags & a.ACK ? 'acknowledge (SYN+ACK)' : 'request (SYN)';
    const server = flags & a.ACK ? p.srcPort : p.dstPort;
    add(
      'chat',
      'sequence',
      `Connection establish ${what}: server port ${server}`,
      flags & a.ACK ? tcpPlaces.synAck : tcpPlaces.syn,
    );
  }
  if (flags & a.FIN) {
    add('chat', 'sequence', 'Connection finish (FIN)', tcpPlaces.fin);
    const isFirst = p.session.tcp.closer(p.flow) === p.direction;
    add(
      'note',
      'sequence',
      `This frame ${isFirst ? 'initiates' : 'undergoes'} the connection closing`,
      isFirst ? tcpPlaces.finActive : tcpPlaces.finPassive,
    );
  }
  if (flags & a.RST) add('warn', 'sequence', 'Connection reset (RST)', tcpPlaces.rst);
}

/** RFC 2883 §4: the first block reports duplicate bytes, below the acknowledgment number. */
function isDuplicateSack(b: Uint8Array, start: number, end: number): boolean {
  if (end - start <= HEADER) return false;
  const option = findOption(b, start + HEADER, end, SACK);
  if (option < 0 || b[option + 1]! < 10) return false;
  return ((u32(b, option + 2) - u32(b, start + 8)) | 0) < 0;
}
