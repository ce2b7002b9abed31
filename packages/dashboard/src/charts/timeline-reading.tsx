// The content of one timeline bucket, as a tooltip beside the cursor and as text for screen readers.
import type uPlot from 'uplot';
import { familyTitles } from '../families.ts';
import { bytes, count } from '../format/numbers.ts';
import { clock, duration } from '../format/time.ts';
import { placesOf, type Stack, type Unit } from './stack.ts';

export function spoken(stack: Stack, unit: Unit, at: number): string {
  return `${clock(stack.times[at]!, placesOf(stack.step))}: ${inUnit(stack.totals[at]!, unit)}`;
}

function inUnit(value: number, unit: Unit): string {
  return unit === 'bytes' ? bytes(value) : `${count(value)} packets`;
}

/** Tooltip beside the cursor. */
export function Reading(props: { stack: Stack; unit: Unit; at: number; chart: uPlot | null }) {
  const { stack, unit, at, chart } = props;
  if (chart === null) return null;
  const x = chart.valToPos(stack.times[at]! + stack.step / 2, 'x') + chart.over.offsetLeft;
  const isRight = x > chart.over.offsetLeft + chart.over.clientWidth / 2;
  const lines = stack.series.filter(({ values }) => values[at]! > 0).reverse();
  return (
    <div
      class="reading"
      style={isRight ? { right: `calc(100% - ${x - 12}px)` } : { left: `${x + 12}px` }}
      aria-hidden="true"
    >
      <p class="reading-head num">
        {clock(stack.times[at]!, Math.min(6, placesOf(stack.step)))} <span>+{duration(stack.step)}</span>
      </p>
      {lines.map(({ family, values }) => (
        <p key={family}>
          <span class={`dot family-${family}`} />
          {familyTitles[family]}
          <span class="num">{unit === 'bytes' ? bytes(values[at]!) : count(values[at]!)}</span>
        </p>
      ))}
      <p class="reading-sum">
        All<span class="num">{unit === 'bytes' ? bytes(stack.totals[at]!) : count(stack.totals[at]!)}</span>
      </p>
    </div>
  );
}
