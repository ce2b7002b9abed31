// Differentiated services codepoints (https://www.iana.org/assignments/dscp-registry) and ECN (RFC 3168 §5).
export const dscpNames: Readonly<Record<number, string>> = {
  0: 'Default',
  1: 'Lower Effort',
  8: 'Class Selector 1',
  10: 'Assured Forwarding 11',
  12: 'Assured Forwarding 12',
  14: 'Assured Forwarding 13',
  16: 'Class Selector 2',
  18: 'Assured Forwarding 21',
  20: 'Assured Forwarding 22',
  22: 'Assured Forwarding 23',
  24: 'Class Selector 3',
  26: 'Assured Forwarding 31',
  28: 'Assured Forwarding 32',
  30: 'Assured Forwarding 33',
  32: 'Class Selector 4',
  34: 'Assured Forwarding 41',
  36: 'Assured Forwarding 42',
  38: 'Assured Forwarding 43',
  40: 'Class Selector 5',
  44: 'Voice Admit',
  46: 'Expedited Forwarding',
  48: 'Class Selector 6',
  56: 'Class Selector 7',
};

export const ecnNames: Readonly<Record<number, string>> = {
  0: 'Not ECN-Capable Transport',
  1: "ECN-Capable Transport codepoint '01'",
  2: "ECN-Capable Transport codepoint '10'",
  3: 'Congestion Experienced',
};

const ECN_SHORT = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'] as const;
const DSCP_SHORT: Readonly<Record<number, string>> = { 1: 'LE', 44: 'VOICE-ADMIT', 46: 'EF PHB' };

/** Text of the differentiated services byte (RFC 2474, RFC 3168): ` (DSCP: AF21, ECN: Not-ECT)`. */
export function serviceNote(byte: number): string {
  return ` (DSCP: ${codepointText(byte >> 2)}, ECN: ${ECN_SHORT[byte & 3]})`;
}

/** Names of class selectors (RFC 2474 §4.2.2) and assured forwarding (RFC 2597 §6) are derived from the bits. */
function codepointText(codepoint: number): string {
  const level = codepoint >> 3;
  const drop = (codepoint & 7) / 2;
  if (drop === 0) return `CS${level}`;
  if (level >= 1 && level <= 4 && Number.isInteger(drop)) return `AF${level}${drop}`;
  return DSCP_SHORT[codepoint] ?? 'Unknown';
}
