// Colour rules of the packet list. The first matching rule sets the row's colour; a row without one shows its family's
// colour at the left edge only, so that matches stand out. Rules are editable and stored in this browser.
import type { PacketRow } from '../api/types.ts';
import { rowFilter } from './row-filter.ts';

/** CSS classes of rows: `rule-bad` and so on. */
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
    'Malformed or truncated',
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

/** Returns a function that finds the first matching rule for a row. Rules with invalid filters never match. */
export function ruleFinder(rules: readonly ColourRule[]): (row: PacketRow) => ColourRule | null {
  const tests = rules.flatMap((rule) => {
    const holds = rule.isOn ? rowFilter(rule.filter) : '';
    return typeof holds === 'string' ? [] : [{ rule, holds }];
  });
  return (row) => tests.find(({ holds }) => holds(row))?.rule ?? null;
}
