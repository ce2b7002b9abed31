import { type Panel, plotSvg, type Span } from '../plot.ts';
import { compared } from '../readings.ts';
import { percent, seconds } from '../units.ts';
import type { SimulateReport } from './report.ts';
import type { Moment } from './truth.ts';

/** Charts of a simulation over time, as SVG. */
export function simulatePlot({ moments, settings }: SimulateReport): string {
  const { peers, branching, churnPerMin, lossRate, latencyMs } = settings;
  const of = (pick: (moment: Moment) => number | null) =>
    moments.map((moment) => (moment.informed === 0 ? null : pick(moment)));
  const shown = compared.flatMap(({ name }, i) =>
    name === 'cpu.cores' || name === 'cpu.used' ? [{ name, i }] : [],
  );
  const panels: Panel[] = [
    {
      title: 'Age of the view at all peers, each 10 s',
      series: [
        { name: 'p50', values: of(({ viewAgeMs }) => viewAgeMs.p50 / 1000) },
        { name: 'p99', values: of(({ viewAgeMs }) => viewAgeMs.p99 / 1000) },
      ],
      format: seconds,
    },
    {
      title: 'Part of the living peers that the view covers',
      series: [{ name: 'complete', values: of(({ complete }) => complete.mean) }],
      format: percent,
      scale: 'shares',
    },
    {
      title: 'Mean error of the view',
      series: [
        { name: 'peers', values: of(({ peersError }) => peersError.mean) },
        ...shown.map(({ name, i }) => ({
          name: `sum of ${name}`,
          values: of(({ sumErrors }) => sumErrors[i]!.mean),
        })),
      ],
      format: percent,
      scale: 'powers',
    },
  ];
  const { partition } = settings;
  const spans: Span[] =
    partition === null
      ? []
      : [
          {
            name: `${percent(partition.share)} cut off`,
            fromS: partition.fromMs / 1000,
            toS: (partition.fromMs + partition.forMs) / 1000,
          },
        ];
  const subtitle = `branching ${branching}, ${percent(churnPerMin)} of the peers a minute come and go, ${latencyMs[0]} to ${latencyMs[1]} ms one way, ${percent(lossRate)} lost`;
  return plotSvg(
    `${peers.toLocaleString('en-US')} simulated peers`,
    subtitle,
    moments.map(({ atS }) => atS),
    panels,
    spans,
  );
}
