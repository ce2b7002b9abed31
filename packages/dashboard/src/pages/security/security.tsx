// The Security page: findings by grade and time, and visits to the honeypot.
import { useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { FindingRow, Page, RuleSeverity, VisitRow } from '../../api/types.ts';
import { countsOf, GRADES, gradeOf, inOrder } from '../../findings.ts';
import { count } from '../../format/numbers.ts';
import { filter, go, linkTo, place, scope, setView } from '../../state/navigation.ts';
import { type Resource, useResource } from '../../state/resource.ts';
import { DataTable, type TableColumn } from '../../ui/data-table.tsx';
import { Grade } from '../../ui/grade.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Nothing } from '../../ui/nothing.tsx';
import { usePageKeys } from '../../ui/page-keys.ts';
import { Panel, Switch } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';
import { FindingCard } from './finding.tsx';
import { Lanes } from './lanes.tsx';
import { VisitsPanel } from './visits.tsx';

const FINDINGS_MAX = 1000;
const VISITS_MAX = 200;

const columns: readonly TableColumn<FindingRow>[] = [
  {
    id: 'grade',
    title: 'Severity',
    width: '84px',
    cell: (finding) => <Grade of={gradeOf(finding)} />,
    value: (finding) => -GRADES.indexOf(gradeOf(finding)),
    isNumber: false,
  },
  {
    id: 'kind',
    title: 'Finding',
    width: '186px',
    isExtra: true,
    cell: (finding) => finding.group,
    value: (finding) => finding.group,
  },
  {
    id: 'what',
    title: 'Summary',
    cell: (finding) => <span class="two-lines">{finding.detail?.summary ?? finding.message}</span>,
    value: (finding) => finding.detail?.summary ?? finding.message,
  },
  {
    id: 'count',
    title: 'Count',
    width: '72px',
    isNumber: true,
    isExtra: true,
    cell: (finding) => count(finding.count),
    value: (finding) => finding.count,
  },
  {
    id: 'time',
    title: 'Last seen',
    width: 'var(--moment)',
    isNumber: true,
    isExtra: true,
    cell: (finding) => <Moment time={finding.last} places={1} />,
    value: (finding) => Number(finding.last),
  },
];

export function Security() {
  const { view } = place.value;
  const finder = view.finder === 'expert' ? 'expert' : 'rule';
  const query = { ...scope.value, finder, limit: FINDINGS_MAX };
  const findings = useResource(JSON.stringify(query), (signal) =>
    get<Page<FindingRow>>('/findings', query, signal),
  );
  const visits = useResource('visits', (signal) =>
    get<{ items: VisitRow[] }>('/honeypot/visits', { limit: VISITS_MAX }, signal),
  );
  return (
    <div class="security">
      <Findings findings={findings} finder={finder} />
      <VisitsPanel visits={visits} />
    </div>
  );
}

function Findings({ findings, finder }: { findings: Resource<Page<FindingRow>>; finder: 'rule' | 'expert' }) {
  const all = findings.data?.items ?? [];
  return (
    <Panel
      title="Findings"
      class="security-findings"
      isStale={findings.isLoading && findings.data !== null}
      note={
        findings.data === null
          ? undefined
          : `${count(all.length)}${all.length === FINDINGS_MAX ? ' and more' : ''}`
      }
      tools={
        <Switch
          label="Found by"
          value={finder}
          options={[
            ['rule', 'Intrusion rules'],
            ['expert', 'Protocol expert'],
          ]}
          onChange={(next) => setView({ finder: next === 'rule' ? '' : next, grade: '' })}
        />
      }
    >
      {findings.data === null &&
        (findings.error === null ? (
          <Loading />
        ) : (
          <Trouble error={findings.error} onRetry={findings.reload} />
        ))}
      {findings.data !== null && all.length === 0 && <None finder={finder} />}
      {all.length > 0 && <Found all={all} />}
    </Panel>
  );
}

/** Findings by grade, over time, and as a table with one of them beside it. */
function Found({ all }: { all: readonly FindingRow[] }) {
  const { view, item } = place.value;
  const only = GRADES.find((grade) => grade === view.grade) ?? null;
  const rows = useMemo(
    () => inOrder(all.filter((finding) => only === null || gradeOf(finding) === only)),
    [all, only],
  );
  const shown = rows.find(({ id }) => id === Number(item)) ?? rows[0] ?? null;
  const choose = ({ id }: FindingRow) => go({ item: String(id) }, true);
  const step = (way: 1 | -1) => {
    const next = rows[rows.findIndex(({ id }) => id === shown?.id) + way];
    if (next !== undefined) choose(next);
  };
  usePageKeys({ n: () => step(1), N: () => step(-1) });
  return (
    <>
      <Grades findings={all} only={only} />
      <Lanes findings={rows} chosen={shown?.id ?? null} onChoose={choose} />
      <div class="security-split">
        <DataTable
          label="Findings"
          columns={columns}
          rows={rows}
          keyOf={(finding) => finding.id}
          isWhole
          sort={view.sort ?? '-grade'}
          onSort={(sort) => setView({ sort })}
          onOpen={choose}
          onSelect={choose}
          chosen={shown?.id ?? null}
        />
        {shown !== null && <FindingCard key={shown.id} finding={shown} />}
      </div>
    </>
  );
}

function None({ finder }: { finder: 'rule' | 'expert' }) {
  if (filter.value !== '') return <Nothing icon="security" what="findings" />;
  if (finder === 'expert')
    return (
      <Empty icon="security" title="The dissectors found nothing unusual">
        Retransmissions, resets, malformed packets and the like would be listed here.
      </Empty>
    );
  return (
    <Empty icon="security" title="The rules found nothing">
      They watch what is captured or opened here, and files of <code>eyrie import --rules</code>; without it,
      an imported file was not looked at. <a href={linkTo('captures')}>Open a capture</a>, or start one.
    </Empty>
  );
}

/** Number of findings per grade; a click filters by the grade. */
function Grades({ findings, only }: { findings: readonly FindingRow[]; only: RuleSeverity | null }) {
  const counts = countsOf(findings);
  return (
    <div class="grades" role="group" aria-label="Severity">
      {GRADES.map((grade) => (
        <button
          key={grade}
          type="button"
          class={`grade-count ${counts[grade] === 0 ? 'none' : `grade-${grade}`}`}
          aria-pressed={only === grade}
          disabled={counts[grade] === 0}
          onClick={() => setView({ grade: only === grade ? '' : grade })}
        >
          <span class="num">{count(counts[grade])}</span> {grade}
        </button>
      ))}
    </div>
  );
}
