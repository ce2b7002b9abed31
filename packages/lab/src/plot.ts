// Charts over time, stacked in one self-contained SVG.

export interface Series {
  name: string;
  /** A value for each x; null: none. */
  values: (number | null)[];
}

export interface Panel {
  title: string;
  /** At most three series, so that lines can be told apart. */
  series: Series[];
  format(value: number): string;
  /** Lower bound for the top of the scale. */
  atLeast?: number;
  /** `even` (default): linear from 0; `shares`: linear up to 100 %, from the lowest value; `powers`: logarithmic. */
  scale?: 'even' | 'shares' | 'powers';
}

/** A marked span of time. */
export interface Span {
  name: string;
  fromS: number;
  toS: number;
}

interface Axis {
  ticks: number[];
  /** 0 at the bottom, 1 at the top. */
  partOf(value: number): number;
}

const WIDTH = 860;
const LEFT = 78;
const RIGHT = 24;
const PANEL = 132;
const GAP = 58;
const TOP = 88;
const BOTTOM = 44;
const STEPS = 4;
/** Smallest range below 100 % of a scale of shares. */
const MISSING_LEAST = 0.01;
/** Lowest power of ten on a logarithmic scale. */
const POWER_LEAST = -4;
const colours = ['#1f6fb2', '#d1610a', '#5a7d2a'];

/** @param xs seconds, ascending */
export function plotSvg(
  title: string,
  subtitle: string,
  xs: number[],
  panels: Panel[],
  spans: Span[] = [],
): string {
  const height = TOP + panels.length * (PANEL + GAP) - GAP + BOTTOM;
  const xMax = Math.max(1, xs.at(-1) ?? 1);
  const xOf = (x: number) => LEFT + (x / xMax) * (WIDTH - LEFT - RIGHT);
  const body = panels.map((panel, i) => panelSvg(panel, xs, xOf, TOP + i * (PANEL + GAP)));
  const bottom = height - BOTTOM;
  const shades = spans.map(({ name, fromS, toS }) => {
    const [from, to] = [xOf(fromS), xOf(Math.min(toS, xMax))];
    return (
      `<rect x="${px(from)}" y="${TOP}" width="${px(Math.max(1, to - from))}" height="${bottom - TOP}" class="span"/>` +
      `<text x="${px(from + 4)}" y="${TOP + 14}" class="tick">${escaped(name)}</text>`
    );
  });
  const ticks = timeTicks(xMax).map(
    (x) =>
      `<text x="${px(xOf(x))}" y="${bottom + 18}" text-anchor="middle" class="tick">${timeText(x, xMax)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 18px; font-weight: 600 }
.panel { font-weight: 600 }
.tick, .sub { fill: #57606a; font-size: 12px }
.grid { stroke: #d8dee4; stroke-width: 1 }
.span { fill: #f0f2f5 }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round }
</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${LEFT}" y="28" class="title">${escaped(title)}</text>
<text x="${LEFT}" y="48" class="sub">${escaped(subtitle)}</text>
${shades.join('\n')}
${body.join('\n')}
${ticks.join('\n')}
</svg>
`;
}

function panelSvg(panel: Panel, xs: number[], xOf: (x: number) => number, top: number): string {
  const values = panel.series.flatMap((each) => each.values.filter((value) => value !== null));
  const axis = axisOf(panel, values);
  const yOf = (y: number) => top + PANEL - axis.partOf(y) * PANEL;
  const grid = axis.ticks.map(
    (y, i) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(yOf(y))}" y2="${px(yOf(y))}" class="grid"/>` +
      `<text x="${LEFT - 8}" y="${px(yOf(y) + 4)}" text-anchor="end" class="tick">${tickText(panel, y, i)}</text>`,
  );
  const lines = panel.series.map(
    ({ values }, i) => `<path d="${pathOf(xs, values, xOf, yOf)}" class="line" stroke="${colours[i]}"/>`,
  );
  let at = WIDTH - RIGHT;
  const legend =
    panel.series.length < 2
      ? []
      : panel.series.toReversed().map(({ name }, i) => {
          const colour = colours[panel.series.length - 1 - i];
          at -= 6.4 * name.length;
          const text = `<text x="${px(at)}" y="${top - 10}" class="tick">${escaped(name)}</text>`;
          at -= 22;
          const line = `<line x1="${px(at)}" x2="${px(at + 16)}" y1="${top - 14}" y2="${top - 14}" class="line" stroke="${colour}"/>`;
          at -= 14;
          return text + line;
        });
  return [
    `<text x="${LEFT}" y="${top - 10}" class="panel">${escaped(panel.title)}</text>`,
    ...legend,
    ...grid,
    ...lines,
  ].join('\n');
}

/** Without trailing zeros. The lowest mark of a logarithmic scale stands for all smaller values. */
function tickText({ scale, format }: Panel, value: number, step: number): string {
  const text = format(value)
    .replace(/(\.\d*?)0+(?!\d)/, '$1')
    .replace(/\.(?!\d)/, '');
  return escaped(scale === 'powers' && step === 0 ? `≤ ${text}` : text);
}

function axisOf({ scale, atLeast }: Panel, values: number[]): Axis {
  const most = Math.max(atLeast ?? 0, ...values);
  if (scale === 'powers') return powersAxis(most);
  if (scale === 'shares') {
    const missing = niceTop(Math.max(MISSING_LEAST, 1 - Math.min(1, ...values)));
    return evenAxis(Math.max(0, 1 - missing), 1);
  }
  return evenAxis(0, niceTop(most));
}

function evenAxis(low: number, high: number): Axis {
  const ticks = Array.from({ length: STEPS + 1 }, (_, i) => low + (i / STEPS) * (high - low));
  return { ticks, partOf: (value) => (value - low) / (high - low) };
}

/** A mark for each power of ten; smaller values and zero are at the bottom. */
function powersAxis(most: number): Axis {
  const top = Math.ceil(Math.log10(Math.max(most, 10 ** (POWER_LEAST + 1))) - 1e-9);
  const ticks = Array.from({ length: top - POWER_LEAST + 1 }, (_, i) => 10 ** (POWER_LEAST + i));
  const partOf = (value: number) =>
    Math.max(0, Math.log10(Math.max(value, Number.MIN_VALUE)) - POWER_LEAST) / (top - POWER_LEAST);
  return { ticks, partOf };
}

/** With gaps where there is no value. */
function pathOf(
  xs: number[],
  values: (number | null)[],
  xOf: (x: number) => number,
  yOf: (y: number) => number,
): string {
  let isDown = false;
  return values
    .map((value, i) => {
      if (value === null || !Number.isFinite(value)) {
        isDown = false;
        return '';
      }
      const command = isDown ? 'L' : 'M';
      isDown = true;
      return `${command}${px(xOf(xs[i]!))} ${px(yOf(value))}`;
    })
    .join('');
}

/** 1, 2, 4 or 8 times a power of ten, so that a quarter of it is a round number too. */
function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8, 10].find((step) => step * power >= value * 0.999) ?? 10) * power;
}

function timeTicks(xMax: number): number[] {
  const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
  const step = steps.find((each) => xMax / each <= 8) ?? xMax / 8;
  return Array.from({ length: Math.floor(xMax / step) + 1 }, (_, i) => i * step);
}

function timeText(seconds: number, xMax: number): string {
  if (xMax <= 180) return `${seconds} s`;
  return xMax <= 3 * 3600
    ? `${Number((seconds / 60).toFixed(1))} min`
    : `${Number((seconds / 3600).toFixed(1))} h`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
