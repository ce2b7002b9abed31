// Findings over time: a lane per grade, a bar from the first to the last observation.
import type { FindingRow } from '../../api/types.ts';
import { GRADES, gradeOf } from '../../findings.ts';
import { clock, day, dayAndClock } from '../../format/time.ts';

const LANE = 22;
const BAR = 10;
/** Minimum width of a bar, so that it can be clicked. */
const WIDTH_MIN = 6;
const WIDTH = 1000;
const TICKS = 5;

interface Props {
  findings: readonly FindingRow[];
  chosen: number | null;
  onChoose: (finding: FindingRow) => void;
}

export function Lanes({ findings, chosen, onChoose }: Props) {
  const timed = findings.filter(({ time }) => time !== null);
  if (timed.length === 0) return null;
  const from = Math.min(...timed.map(({ time }) => Number(time)));
  const to = Math.max(from + 1, ...timed.map(({ last }) => Number(last)));
  const x = (at: number) => ((at - from) / (to - from)) * (WIDTH - WIDTH_MIN);
  const lanes = GRADES.filter((grade) => timed.some((finding) => gradeOf(finding) === grade));
  const days = (to - from) / 86_400;
  const text = (at: number) => (days > 300 ? day(at) : days > 1 ? dayAndClock(at).slice(5, 16) : clock(at));
  return (
    <div class="lanes">
      <ol class="lane-names" aria-hidden="true">
        {lanes.map((grade) => (
          <li key={grade}>{grade}</li>
        ))}
      </ol>
      <div class="lane-space">
        <svg
          viewBox={`0 0 ${WIDTH} ${lanes.length * LANE}`}
          preserveAspectRatio="none"
          style={{ height: `${lanes.length * LANE}px` }}
          role="img"
          aria-label={`${timed.length} findings from ${dayAndClock(from)} to ${dayAndClock(to)}`}
        >
          {timed.map((finding) => {
            const lane = lanes.indexOf(gradeOf(finding));
            const begin = x(Number(finding.time));
            return (
              // Keyboard users have the table beside the chart.
              <rect
                key={finding.id}
                class={`lane-bar grade-${gradeOf(finding)} ${finding.id === chosen ? 'on' : ''}`}
                x={begin}
                y={lane * LANE + (LANE - BAR) / 2}
                width={Math.max(WIDTH_MIN, x(Number(finding.last)) - begin)}
                height={BAR}
                onClick={() => onChoose(finding)}
              >
                <title>{finding.message}</title>
              </rect>
            );
          })}
        </svg>
        <ol class="lane-times num" aria-hidden="true">
          {Array.from({ length: TICKS }, (_, i) => {
            const at = from + ((to - from) * i) / (TICKS - 1);
            return <li key={i}>{text(at)}</li>;
          })}
        </ol>
      </div>
    </div>
  );
}
