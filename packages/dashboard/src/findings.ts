// How grave findings are, on the rules' own scale, and what is shown of them.
import type { FindingRow, RuleSeverity } from './api/types.ts';
import { ofAddress } from './state/expression.ts';

/** The gravest first. */
export const GRADES: readonly RuleSeverity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** What else finds has no scale of its own: the expert's is put on it. */
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

/** The gravest first; of equals, what a rule found before what the expert says of single packets, then the latest. */
export function inOrder(findings: readonly FindingRow[]): FindingRow[] {
  return [...findings].sort(
    (a, b) =>
      GRADES.indexOf(gradeOf(a)) - GRADES.indexOf(gradeOf(b)) ||
      Number(a.finder === 'expert') - Number(b.finder === 'expert') ||
      Number(b.last) - Number(a.last) ||
      a.id - b.id,
  );
}

/** The display filter that shows what a finding was seen in; empty where nothing is named. */
export function evidenceFilter({ detail, frame, address }: FindingRow): string {
  const frames = detail?.frames ?? (frame === null ? [] : [frame]);
  if (frames.length === 1) return `frame.number == ${frames[0]}`;
  if (frames.length > 1) return `frame.number in {${frames.join(', ')}}`;
  return address === null ? '' : ofAddress(address);
}
