// DNS, HTTP or TLS at a glance: figures, and lists that lead to the packets.
import { useMemo, useState } from 'preact/hooks';
import type { OverviewItem, OverviewTable, ProtocolOverview } from '../../../api/analysis-types.ts';
import { get } from '../../../api/client.ts';
import { bytes, count } from '../../../format/numbers.ts';
import { clock, day, duration, timing } from '../../../format/time.ts';
import { captures, running } from '../../../state/captures.ts';
import { allOf } from '../../../state/expression.ts';
import { linkTo, scope } from '../../../state/navigation.ts';
import type { PageName } from '../../../state/place.ts';
import { useResource } from '../../../state/resource.ts';
import { Welcome } from '../../../ui/nothing.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../../ui/states.tsx';
import { type OverviewName, TITLES, type Words } from './titles.ts';

/** Lines of a list, until all are asked for. */
const LINES = 10;
const MONTH_S = 30 * 86_400;

export function OverviewPage({ name }: { name: OverviewName }) {
  const terms = scope.value;
  const answer = useResource(
    JSON.stringify(terms),
    (signal) => get<ProtocolOverview>(`/overviews/${name}`, terms, signal),
    // While packets arrive, all would be read again every other second.
    false,
  );
  const titles = TITLES[name];
  const { data } = answer;
  if (captures.value?.length === 0) return <Welcome />;
  if (answer.error !== null) return <Trouble error={answer.error} onRetry={answer.reload} />;
  if (data === null) return <Loading what="Reading the packets" />;
  const limits = <Limits data={data} onReload={answer.reload} isLoading={answer.isLoading} />;
  if (data.figures[0]?.value === 0)
    return (
      <div class="digest">
        {limits}
        <Empty
          icon="filter"
          title={terms.q === '' ? `${titles.nothing} here` : `${titles.nothing} in what passes the filter`}
        >
          {titles.why}
        </Empty>
      </div>
    );
  return (
    <div class={`digest ${answer.isLoading ? 'stale' : ''}`}>
      {limits}
      <section class="figures" aria-label="Figures">
        {data.figures.map(({ name: which, value, unit }) => (
          <div key={which} class="figure">
            <h2>{titles.figures[which] ?? which}</h2>
            <p class="figure-value num">{figureText(value, unit)}</p>
          </div>
        ))}
      </section>
      <div class="digest-tables">
        {Object.entries(titles.tables).map(([which, words]) => {
          const table = data.tables.find((each) => each.name === which);
          return (
            table !== undefined &&
            table.items.length > 0 && <Table key={which} of={name} {...words} table={table} />
          );
        })}
      </div>
    </div>
  );
}

function figureText(value: number | null, unit: 'count' | 'bytes' | 'seconds'): string {
  if (value === null) return '–';
  if (unit === 'seconds') return timing(value);
  return unit === 'bytes' ? bytes(value) : count(value);
}

/** What is not in the overview, and while packets arrive, the way to a newer one. */
function Limits(props: { data: ProtocolOverview; isLoading: boolean; onReload: () => void }) {
  const { packets, is_whole, gone } = props.data;
  const isLive = running.value.length > 0;
  const counted = useMemo(() => clock(Date.now() / 1000), [props.data]);
  if (is_whole && gone.length === 0 && !isLive) return null;
  return (
    <p class="digest-note">
      {!is_whole && (
        <span class="note-odd">
          Of the first {count(packets)} packets only: filter to fewer to see others
        </span>
      )}
      {gone.length > 0 && <span class="note-odd">Without {gone.join(', ')}, whose bytes are gone</span>}
      {isLive && (
        <>
          <span class="num" role="status">
            Counted at {counted}; packets that arrived since are not in it
          </span>
          <button
            type="button"
            class="button button-small"
            disabled={props.isLoading}
            onClick={props.onReload}
          >
            Count again
          </button>
        </>
      )}
    </p>
  );
}

function Table({ of, table, ...words }: Words & { of: OverviewName; table: OverviewTable }) {
  const { title, note, isOfTimes = false, isOfFiles = false, narrows = false } = words;
  const [isOpen, setOpen] = useState(false);
  const { items, distinct, is_whole } = table;
  const most = Math.max(...items.map((item) => (isOfTimes ? (item.seconds ?? 0) : item.count)));
  const shown = isOpen ? items : items.slice(0, LINES);
  return (
    <Panel
      title={title}
      note={
        isOfTimes
          ? undefined
          : `${is_whole ? '' : '> '}${count(distinct)}${note === undefined ? '' : ` · ${note}`}`
      }
      tools={
        items.length > LINES && (
          <button
            type="button"
            class="link panel-link"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Fewer' : items.length < distinct ? `First ${items.length}` : 'All'}
          </button>
        )
      }
    >
      <ol class="lines">
        {shown.map((item) => (
          <Line
            key={`${item.text} ${item.detail}`}
            item={item}
            most={most}
            isOfTimes={isOfTimes}
            href={
              isOfFiles ? filesOf(item) : narrows ? linkOf(item, 'analysis', of) : linkOf(item, 'packets')
            }
          />
        ))}
      </ol>
    </Panel>
  );
}

function linkOf({ filter }: OverviewItem, page: PageName, item = ''): string | null {
  return filter === null ? null : linkTo(page, item, { q: allOf(scope.value.q, filter) });
}

function filesOf({ text }: OverviewItem): string {
  return linkTo('analysis', 'files', { view: { kind: 'http', find: text } });
}

interface LineProps {
  item: OverviewItem;
  most: number;
  isOfTimes: boolean;
  /** Null: it leads nowhere. */
  href: string | null;
}

function Line({ item, most, isOfTimes, href }: LineProps) {
  const { text, detail, seconds, until } = item;
  const whole = detail === null ? text : `${text}\n${detail}`;
  const share = (isOfTimes ? (seconds ?? 0) : item.count) / most;
  return (
    <li class="talker" title={whole}>
      <span class="who">
        {href === null ? (
          <span class="digest-text">{text}</span>
        ) : (
          <a class="digest-text" href={href}>
            {text}
          </a>
        )}
        {detail !== null && <span class="who-address">{detail}</span>}
      </span>
      <span class="num lines-count">
        {until !== null && <Ends until={until} left={seconds ?? 0} />}
        {until === null && seconds !== null && <span class="digest-time">{timing(seconds)}</span>}
        {until === null && !isOfTimes && <span class="digest-count">{count(item.count)}</span>}
      </span>
      {until === null && (
        <span class="meter" aria-hidden="true">
          <span class="meter-sent" style={{ width: `${share * 100}%` }} />
        </span>
      )}
    </li>
  );
}

/** When a certificate ends, by the clock of the capture. */
function Ends({ until, left }: { until: number; left: number }) {
  if (left < 0) return <span class="digest-over">ended {day(until)}</span>;
  return (
    <span class={left < MONTH_S ? 'digest-soon' : ''}>
      {left < MONTH_S ? `in ${duration(left)}` : day(until)}
    </span>
  );
}
