// Marks of findings above a timeline; a click opens the finding.
import type { FindingRow, RuleSeverity } from '../api/types.ts';
import { gradeOf } from '../findings.ts';
import { linkTo } from '../state/navigation.ts';
import { AXIS_END, AXIS_START } from './axes.ts';

/** There are not enough pixels for more marks. */
const MARKS_MAX = 300;
/** Lower grades would hide these. */
const SHOWN = new Set<RuleSeverity>(['critical', 'high', 'medium']);

interface Props {
  findings: readonly FindingRow[];
  /** Range of the timeline in seconds since 1970. */
  from: number;
  to: number;
}

export function Ribbon({ findings, from, to }: Props) {
  const shown = findings.filter(
    (finding) =>
      SHOWN.has(gradeOf(finding)) &&
      finding.time !== null &&
      Number(finding.last) >= from &&
      Number(finding.time) < to,
  );
  if (shown.length === 0 || to <= from) return null;
  const share = (at: number) => (Math.min(to, Math.max(from, at)) - from) / (to - from);
  return (
    <div class="ribbon" style={{ left: `${AXIS_START}px`, right: `${AXIS_END}px` }}>
      {/* Sorted by severity; drawn in reverse, so that the most severe are on top. */}
      {shown
        .slice(0, MARKS_MAX)
        .reverse()
        .map((finding) => {
          const begin = share(Number(finding.time));
          return (
            <a
              key={finding.id}
              class={`ribbon-mark grade-${gradeOf(finding)}`}
              style={{ left: `${begin * 100}%`, width: `${(share(Number(finding.last)) - begin) * 100}%` }}
              href={linkTo('security', String(finding.id))}
              title={finding.detail?.summary ?? finding.message}
              tabIndex={-1}
            >
              <span class="sr">
                {gradeOf(finding)}: {finding.message}
              </span>
            </a>
          );
        })}
    </div>
  );
}
