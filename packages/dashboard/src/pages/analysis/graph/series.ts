// The series of an I/O graph: what each counts, how it is drawn, and how they stand in the address.
import type { IoGraph } from '../../../api/analysis-types.ts';
import type { Totals } from '../../../charts/stack.ts';

export const UNITS = ['packets', 'bytes', 'bits'] as const;
export type Unit = (typeof UNITS)[number];
export const FORMS = ['line', 'bars', 'steps', 'dots'] as const;
export type Form = (typeof FORMS)[number];
/** Names of colours in styles/tokens.css, which keep their distance in every form of colour blindness. */
export const COLOURS = {
  blue: 'family-web',
  red: 'bad',
  gold: 'family-names',
  green: 'family-secure',
  purple: 'family-media',
  cyan: 'family-transport',
  brown: 'family-files',
  indigo: 'family-network',
  grey: 'family-other',
} as const;
export type Colour = keyof typeof COLOURS;

export interface Series {
  /** Display filter; '' counts all packets. */
  filter: string;
  colour: Colour;
  unit: Unit;
  form: Form;
  isOn: boolean;
}

/** One of each colour. */
export const SERIES_MAX = Object.keys(COLOURS).length;

const make = (filter: string, colour: Colour, form: Form = 'line'): Series => ({
  filter,
  colour,
  unit: 'packets',
  form,
  isOn: true,
});

/** Wireshark's, and names: most things begin with one. */
export const FIRST_SERIES: readonly Series[] = [
  make('', 'grey', 'bars'),
  make('tcp.analysis.flags', 'red'),
  make('dns', 'gold'),
];

/** What people look for, offered beside an empty series. */
export const PRESETS: readonly (readonly [title: string, filter: string])[] = [
  ['Retransmissions', 'tcp.analysis.retransmission'],
  ['Zero windows', 'tcp.analysis.zero_window'],
  ['Connections refused or reset', 'tcp.flags.reset == 1'],
  ['New connections', 'tcp.flags.syn == 1 && tcp.flags.ack == 0'],
  ['Failed DNS answers', 'dns.flags.rcode > 0'],
  ['HTTP requests', 'http.request'],
  ['HTTP errors', 'http.response.code >= 400'],
  ['TLS handshakes', 'tls.handshake.type == 1'],
  ['ARP', 'arp'],
  ['ICMP', 'icmp || icmpv6'],
];

/** Another one in a colour that is not taken. */
export function added(series: readonly Series[], filter: string): Series[] {
  const colours = Object.keys(COLOURS) as Colour[];
  const free = colours.find((colour) => series.every((one) => one.colour !== colour)) ?? colours[0]!;
  return [...series, make(filter, free)];
}

/** As text for the address: lists in a list, as short as JSON can be. */
export function written(series: readonly Series[]): string {
  return JSON.stringify(
    series.map(({ filter, colour, unit, form, isOn }) => [filter, colour, unit, form, isOn ? 1 : 0]),
  );
}

/** Null for what was not written by `written`, as an address may be typed by hand. */
export function readSeries(text: string | undefined): Series[] | null {
  try {
    const found = (JSON.parse(text ?? '') as unknown[]).slice(0, SERIES_MAX).map(one);
    return found.every((series) => series !== null) ? (found as Series[]) : null;
  } catch {
    return null;
  }
}

function one(value: unknown): Series | null {
  const [filter, colour, unit, form, isOn] = value as [string, Colour, Unit, Form, number];
  const isRight =
    typeof filter === 'string' &&
    Object.hasOwn(COLOURS, colour) &&
    UNITS.includes(unit) &&
    FORMS.includes(form);
  return isRight ? { filter, colour, unit, form, isOn: isOn !== 0 } : null;
}

/** The values of a series in its unit, per bucket or per second. */
export function valuesOf({ packets, bytes, step }: IoGraph, unit: Unit, isRate: boolean): number[] {
  const factor = (unit === 'bits' ? 8 : 1) / (isRate ? step : 1);
  return (unit === 'packets' ? packets : bytes).map((value) => value * factor);
}

export interface Drawn {
  series: Series;
  graph: IoGraph;
  /** One per time of the figure. */
  values: (number | null)[];
}

export interface Figure {
  /** Starts of buckets, in seconds since 1970. */
  times: number[];
  step: number;
  drawn: Drawn[];
}

/**
 * Puts series together that were counted one by one: packets may have arrived in between, so one may begin earlier or be
 * longer. Those whose buckets are of another width wait for their next answer.
 */
export function figureOf(loaded: readonly (readonly [Series, IoGraph])[], isRate: boolean): Figure {
  const counted = loaded.filter(([, graph]) => graph.packets.length > 0);
  const step = Math.max(0, ...counted.map(([, graph]) => graph.step));
  const same = counted.filter(([, graph]) => graph.step === step);
  const start = Math.min(...same.map(([, graph]) => graph.start));
  const shiftOf = (graph: IoGraph) => Math.round((graph.start - start) / step);
  const length = Math.max(0, ...same.map(([, graph]) => shiftOf(graph) + graph.packets.length));
  return {
    times: Array.from({ length }, (_, i) => start + i * step),
    step,
    drawn: same.map(([series, graph]) => {
      const values = new Array<number | null>(length).fill(null);
      valuesOf(graph, series.unit, isRate).forEach((value, i) => {
        values[shiftOf(graph) + i] = value;
      });
      return { series, graph, values };
    }),
  };
}

/** Of each bucket what the series in it count together; those of one filter count their packets once. */
export function totalsOf({ times, step, drawn }: Figure): Totals {
  const totals = new Float64Array(times.length);
  const byFilter = new Map(drawn.map(({ series, values }) => [series.filter, values]));
  const counted = byFilter.has('') ? [byFilter.get('')!] : [...byFilter.values()];
  for (const values of counted) for (const [i, value] of values.entries()) totals[i]! += value ?? 0;
  return { times, step, totals };
}

/** All buckets as comma-separated values, a column for each series. */
export function csvOf({ times, drawn }: Figure): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const head = drawn.map(({ series: { filter, unit } }) =>
    quoted(`${filter === '' ? 'all' : filter} (${unit})`),
  );
  const lines = times.map((time, i) => [time, ...drawn.map(({ values }) => values[i] ?? '')].join(','));
  return `${['time', ...head].join(',')}\n${lines.join('\n')}\n`;
}
