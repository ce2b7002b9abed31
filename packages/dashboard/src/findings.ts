// Severity grades of findings, their order, and the filter for their evidence.
import type { FindingRow, RuleSeverity } from './api/types.ts';
import { ofAddress, quoted } from './state/expression.ts';

/** The most severe first. */
export const GRADES: readonly RuleSeverity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** Maps the severities of expert information to the grades of rules. */
const fromExpert: Record<FindingRow['severity'], RuleSeverity> = {
  error: 'high',
  warn: 'medium',
  note: 'low',
  chat: 'info',
  comment: 'info',
};

export function gradeOf(finding: FindingRow): RuleSeverity {
  return finding.detail?.severity ?? fromExpert[finding.severity];
}

export function countsOf(findings: readonly FindingRow[]): Record<RuleSeverity, number> {
  const counts: Record<RuleSeverity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const finding of findings) counts[gradeOf(finding)]++;
  return counts;
}

/** Sorts by grade; then findings of rules before expert information, then the latest first. */
export function inOrder(findings: readonly FindingRow[]): FindingRow[] {
  return [...findings].sort(
    (a, b) =>
      GRADES.indexOf(gradeOf(a)) - GRADES.indexOf(gradeOf(b)) ||
      Number(a.finder === 'expert') - Number(b.finder === 'expert') ||
      Number(b.last) - Number(a.last) ||
      a.id - b.id,
  );
}

/** The display filter for a finding's evidence: all packets with that expert information, or those the rule names; '' if it names none. */
export function evidenceFilter({ detail, frame, address, finder, message, count }: FindingRow): string {
  if (finder === 'expert' && count > 1) return `_ws.expert.message == ${quoted(message)}`;
  const frames = detail?.frames ?? (frame === null ? [] : [frame]);
  if (frames.length === 1) return `frame.number == ${frames[0]}`;
  if (frames.length > 1) return `frame.number in {${frames.join(', ')}}`;
  return address === null ? '' : ofAddress(address);
}

const TARGET = /^\[?((?:\d{1,3}\.){3}\d{1,3}|[\da-f]*:[\da-f]*:[\da-f:.]*)\]?(?::\d+)?$/i;

/** The address of a rule's target, as in `192.168.10.10:21` or `[fd10::10]:22`; null: it is not a single host. */
export function addressOfTarget(target: string): string | null {
  return TARGET.exec(target)?.[1] ?? null;
}
