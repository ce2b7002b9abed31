// Colour rules: what a packet's row looks like. The first rule that holds decides; where none does, the row has the
// colour of its protocol's family at the edge only, so that what is odd stands out of what is not. They are kept in
// this browser, and can be changed.
import type { PacketRow } from '../api/types.ts';
import { rowFilter } from './row-filter.ts';

/** Class of the row: `rule-bad` and so on. */
export const LOOKS = ['bad', 'warn', 'good', 'mark', 'begin', 'quiet'] as const;
export type Look = (typeof LOOKS)[number];

export interface ColourRule {
  name: string;
  /** A display filter over the columns of a row (row-filter.ts). */
  filter: string;
  look: Look;
  isOn: boolean;
}

export const RULES_MAX = 50;

const rule = (name: string, look: Look, filter: string): ColourRule => ({ name, filter, look, isOn: true });

export const DEFAULT_RULES: readonly ColourRule[] = [
  rule(
    'Malformed or cut',
    'bad',
    String.raw`_ws.col.Info matches "\[(Malformed Packet|Packet size limited)|\bbad checksum\b"`,
  ),
  rule(
    'TCP trouble',
    'warn',
    String.raw`_ws.col.Protocol == "TCP" && _ws.col.Info matches "\[TCP ((Fast |Spurious )?Retransmission|Previous segment|Out-Of-Order|Dup ACK|ZeroWindow|Window Full|ACKed unseen)"`,
  ),
  rule(
    'TCP reset',
    'bad',
    String.raw`_ws.col.Protocol == "TCP" && _ws.col.Info matches "\[([A-Z, ]*\b)?RST\b"`,
  ),
  rule(
    'ICMP error',
    'warn',
    '_ws.col.Protocol contains "ICMP" && _ws.col.Info matches "^(Destination unreachable|Time-to-live exceeded|Redirect)"',
  ),
  rule('HTTP error', 'warn', String.raw`_ws.col.Info matches "^HTTP/[\d.]+ [45]\d\d"`),
  rule(
    'TCP opens or closes',
    'begin',
    String.raw`_ws.col.Protocol == "TCP" && _ws.col.Info matches "\[(SYN|SYN, ACK|FIN, ACK|FIN)[,\]\s]"`,
  ),
  rule('TCP keep-alive', 'quiet', '_ws.col.Info contains "[TCP Keep-Alive"'),
];

/** The first rule that holds for a row; rules that cannot be read hold for none. */
export function ruleFinder(rules: readonly ColourRule[]): (row: PacketRow) => ColourRule | null {
  const tests = rules.flatMap((rule) => {
    const holds = rule.isOn ? rowFilter(rule.filter) : '';
    return typeof holds === 'string' ? [] : [{ rule, holds }];
  });
  return (row) => tests.find(({ holds }) => holds(row))?.rule ?? null;
}
