// A series of the graph as a line of a form: on or off, colour, filter, unit, form, and what it counted.
import { useEffect, useState } from 'preact/hooks';
import type { IoGraph } from '../../../api/analysis-types.ts';
import { get } from '../../../api/client.ts';
import { bytes, count } from '../../../format/numbers.ts';
import { allOf } from '../../../state/expression.ts';
import { linkTo, filter as pageFilter } from '../../../state/navigation.ts';
import { useResource } from '../../../state/resource.ts';
import { FilterInput } from '../../../ui/filter/filter-input.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { sentence } from '../../../ui/states.tsx';
import { COLOURS, FORMS, type Series, UNITS } from './series.ts';

/** What all series of the graph have in common. */
export interface Terms {
  q: string;
  capture: number | null;
  /** Seconds since 1970. */
  from: string | null;
  to: string | null;
  buckets: number;
}

interface Props {
  series: Series;
  /** Unique on the page. */
  id: string;
  terms: Terms;
  onChange: (change: Partial<Series>) => void;
  onRemove: () => void;
  /** Null: nothing to draw. */
  onLoad: (graph: IoGraph | null) => void;
}

export function SeriesLine({ series, id, terms, onChange, onRemove, onLoad }: Props) {
  const { filter, isOn } = series;
  const query = { ...terms, filter };
  const answer = useResource(isOn ? JSON.stringify(query) : null, (signal) =>
    get<IoGraph>('/io_graph', query, signal),
  );
  const data = answer.error === null ? answer.data : null;
  useEffect(() => onLoad(data), [data]);
  const name = filter === '' ? 'all packets' : filter;
  return (
    <li class={`io-series ${isOn ? '' : 'io-off'}`}>
      <input
        type="checkbox"
        checked={isOn}
        aria-label={`Draw ${name}`}
        onChange={(event) => onChange({ isOn: event.currentTarget.checked })}
      />
      <Colour of={series} name={name} onChange={onChange} />
      <OwnFilter id={`io-${id}`} filter={filter} name={name} onChange={(own) => onChange({ filter: own })} />
      <Chooser
        label={`Unit of ${name}`}
        value={series.unit}
        of={UNITS}
        onChange={(unit) => onChange({ unit })}
      />
      <Chooser
        label={`Form of ${name}`}
        value={series.form}
        of={FORMS}
        onChange={(form) => onChange({ form })}
      />
      <Sum graph={data} isOn={isOn} error={answer.error?.message ?? null} isLoading={answer.isLoading} />
      <a
        class="icon-button"
        aria-label={`List ${name}`}
        title="List these packets"
        href={linkTo('packets', '', { q: allOf(pageFilter.value, filter) })}
      >
        <Icon name="packets" />
      </a>
      <button
        type="button"
        class="icon-button"
        aria-label={`Remove ${name}`}
        title="Remove"
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

function Colour({ of: { colour }, name, onChange }: Pick<Props, 'onChange'> & { of: Series; name: string }) {
  return (
    <span class="io-colour">
      <span class="dot" style={{ background: `var(--${COLOURS[colour]})` }} />
      <Chooser
        label={`Colour of ${name}`}
        value={colour}
        of={Object.keys(COLOURS) as Series['colour'][]}
        onChange={(next) => onChange({ colour: next })}
      />
    </span>
  );
}

interface OwnFilterProps {
  id: string;
  filter: string;
  name: string;
  onChange: (filter: string) => void;
}

/** The display filter of a series, which counts once it is applied. */
function OwnFilter({ id, filter, name, onChange }: OwnFilterProps) {
  const [draft, setDraft] = useState<string | null>(null);
  useEffect(() => setDraft(null), [filter]);
  return (
    <div class="io-filter">
      <FilterInput
        id={id}
        label={`Display filter of ${name}`}
        placeholder="All packets"
        text={draft ?? filter}
        onText={setDraft}
        onApply={(next) => {
          setDraft(null);
          onChange(next.trim());
        }}
        onEscape={() => setDraft(null)}
        tools={(apply, isWrong) =>
          draft !== null &&
          draft.trim() !== filter && (
            <button
              type="button"
              class="icon-button"
              aria-label="Apply the filter"
              title="Apply (Enter)"
              disabled={isWrong}
              onClick={() => apply(draft)}
            >
              <Icon name="enter" />
            </button>
          )
        }
      />
    </div>
  );
}

function Chooser<T extends string>(props: {
  label: string;
  value: T;
  of: readonly T[];
  onChange: (value: T) => void;
}) {
  return (
    <select
      class="chooser"
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value as T)}
    >
      {props.of.map((value) => (
        <option key={value} value={value}>
          {sentence(value)}
        </option>
      ))}
    </select>
  );
}

/** How many packets it counted, or why it could not. */
function Sum({
  graph,
  isOn,
  error,
  isLoading,
}: {
  graph: IoGraph | null;
  isOn: boolean;
  error: string | null;
  isLoading: boolean;
}) {
  if (error !== null)
    return (
      <p class="io-sum io-wrong" role="alert" title={error}>
        {sentence(error)}
      </p>
    );
  if (!isOn) return <p class="io-sum">not drawn</p>;
  if (graph === null) return <p class="io-sum">{isLoading ? 'Counting …' : ''}</p>;
  const [packets, size] = [graph.packets, graph.bytes].map((values) =>
    values.reduce((sum, value) => sum + value, 0),
  );
  return (
    <p class={`io-sum num ${isLoading ? 'stale' : ''}`}>
      {!graph.is_exact && (
        <abbr title="Not all packets could be read again to decide: it may be fewer">at most </abbr>
      )}
      {count(packets!)} <span>· {bytes(size!)}</span>
    </p>
  );
}
