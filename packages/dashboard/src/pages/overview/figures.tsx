// Key figures at the top of the overview; while packets arrive, their rates.
import type { ProtocolSummary } from '../../api/types.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import type { Unit } from '../../charts/stack.ts';
import { bitRate, bytes, count, percent, short } from '../../format/numbers.ts';
import { dayAndClock, duration, zoneOf } from '../../format/time.ts';
import { captures, rates, running } from '../../state/captures.ts';
import { capture, filter } from '../../state/navigation.ts';
import type { Earlier } from './earlier.ts';
import type { Span } from './span.ts';

const RATES_SHOWN = 240;

interface Props {
  summary: ProtocolSummary;
  /** As much time before the chosen range; null: none is chosen. */
  earlier: Earlier | null;
  span: Span | null;
  isStale: boolean;
}

export function Figures(props: Props) {
  const { summary, earlier, span } = props;
  const seconds = span === null ? 0 : span.to - span.from;
  const atMost = summary.is_exact ? '' : '≤ ';
  const stored = (captures.value ?? [])
    .filter(({ id }) => capture.value === null || capture.value === id)
    .reduce((sum, { packets }) => sum + packets, 0);
  const isPart = filter.value !== '' && stored > 0;
  return (
    <section class={`figures ${props.isStale ? 'stale' : ''}`} aria-label="Figures">
      <Figure
        name="Packets"
        value={`${atMost}${count(summary.packets)}`}
        note={
          isPart
            ? `${percent(summary.packets / stored)} of ${count(stored)}`
            : `${short(seconds > 0 ? summary.packets / seconds : 0)}/s on average`
        }
        change={earlier && changeOf(summary, earlier, 'packets')}
      />
      <Figure
        name="Data"
        value={`${atMost}${bytes(summary.bytes)}`}
        note={`${seconds > 0 ? bitRate((summary.bytes * 8) / seconds) : '–'} on average`}
        change={earlier && changeOf(summary, earlier, 'bytes')}
      />
      <Figure
        name="Time"
        value={duration(seconds)}
        note={span === null ? '–' : `from ${dayAndClock(span.from)}`}
        title={span === null ? undefined : `by the clock of this browser, ${zoneOf(span.from)}`}
      />
      <Figure
        name="Packet size"
        value={summary.packets === 0 ? '–' : `${count(Math.round(summary.bytes / summary.packets))} B`}
        note="on average"
      />
      <Figure
        name="Protocols"
        value={count(summary.items.length)}
        note={
          summary.items
            .slice(0, 3)
            .map(({ protocol }) => protocol)
            .join(', ') || '–'
        }
      />
      {running.value.length > 0 && <LiveRates />}
    </section>
  );
}

/** `3.2 × the time before`, which is as long. */
function changeOf(summary: ProtocolSummary, earlier: Earlier, unit: Unit): string {
  if (earlier === 'uncaptured') return 'time before not captured';
  const then = earlier[unit];
  return then === 0 ? 'none in the time before' : `${short(summary[unit] / then)} × the time before`;
}

interface FigureProps {
  name: string;
  value: string;
  note: string;
  /** Compared with the time before. */
  change?: string | null;
  title?: string | undefined;
}

function Figure({ name, value, note, change = null, title }: FigureProps) {
  return (
    <div class="figure" title={title}>
      <h2>{name}</h2>
      <p class="figure-value num">{value}</p>
      <p class="figure-note num">{note}</p>
      {change !== null && <p class="figure-note num">{change}</p>}
    </div>
  );
}

function LiveRates() {
  const shown = rates.value.slice(-RATES_SHOWN);
  const latest = shown.at(-1);
  if (latest === undefined) return null;
  return (
    <>
      <div class="figure figure-live">
        <h2>
          Packets now,{' '}
          {latest.drops_per_second > 0 ? `${short(latest.drops_per_second)}/s lost` : 'none lost'}
        </h2>
        <p class="figure-value num">{short(latest.packets_per_second)}/s</p>
        <Sparkline values={shown.map((rate) => rate.packets_per_second)} label="Recent packets per second" />
      </div>
      <div class="figure figure-live">
        <h2>Data now</h2>
        <p class="figure-value num">{bitRate(latest.bits_per_second)}</p>
        <Sparkline values={shown.map((rate) => rate.bits_per_second)} label="Recent bits per second" />
      </div>
    </>
  );
}
