// Colour rules: what a packet's row looks like. The first rule that holds decides; where none does, the row has the
// colour of its protocol's family at the edge only, so that what is odd stands out of what is not.
import type { PacketRow } from '../api/types.ts';

export interface ColourRule {
  name: string;
  /** Class of the row: `rule-bad`, `rule-warn`, `rule-quiet`, `rule-begin`. */
  look: 'bad' | 'warn' | 'quiet' | 'begin';
  holds: (row: PacketRow) => boolean;
}

const BAD = /\[(?:Malformed Packet|Packet size limited)|\bbad checksum\b/i;
const TROUBLE =
  /\[TCP (?:Retransmission|Fast Retransmission|Spurious Retransmission|Previous segment|Out-Of-Order|Dup ACK|ZeroWindow|Window Full|ACKed unseen)/;
const RESET = /\[(?:[A-Z, ]*\b)?RST\b/;
const BEGIN = /\[(?:SYN|SYN, ACK|FIN, ACK|FIN)[,\]\s]/;
const REFUSED = /^(?:Destination unreachable|Time-to-live exceeded|Redirect)/i;
const HTTP_ERROR = /^HTTP\/[\d.]+ [45]\d\d/;

export const RULES: readonly ColourRule[] = [
  { name: 'Malformed or cut', look: 'bad', holds: ({ summary }) => BAD.test(summary) },
  {
    name: 'TCP trouble',
    look: 'warn',
    holds: ({ summary, protocol }) => protocol === 'TCP' && TROUBLE.test(summary),
  },
  {
    name: 'TCP reset',
    look: 'bad',
    holds: ({ summary, protocol }) => protocol === 'TCP' && RESET.test(summary),
  },
  {
    name: 'ICMP error',
    look: 'warn',
    holds: ({ summary, protocol }) => protocol.startsWith('ICMP') && REFUSED.test(summary),
  },
  { name: 'HTTP error', look: 'warn', holds: ({ summary }) => HTTP_ERROR.test(summary) },
  {
    name: 'TCP opens or closes',
    look: 'begin',
    holds: ({ summary, protocol }) => protocol === 'TCP' && BEGIN.test(summary),
  },
  { name: 'TCP keep-alive', look: 'quiet', holds: ({ summary }) => summary.includes('[TCP Keep-Alive') },
];

export function ruleFor(row: PacketRow): ColourRule | null {
  return RULES.find((rule) => rule.holds(row)) ?? null;
}
