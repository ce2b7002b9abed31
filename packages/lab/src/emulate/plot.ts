import { type Panel, plotSvg } from '../plot.ts';
import { bytesRate, ms, percent } from '../units.ts';
import type { EmulateReport, Sample } from './report.ts';

/** Charts of an emulation over time, as SVG. */
export function emulatePlot({ samples, settings }: EmulateReport): string {
  const { peers, hosts, delayMs, lossRate, churnPerMin } = settings;
  const of = (pick: (sample: Sample) => number | null) => samples.map(pick);
  const panels: Panel[] = [
    {
      title: 'Peers that run',
      series: [{ name: 'running', values: of(({ running }) => running) }],
      format: (value) => String(Math.round(value)),
    },
    {
      title: 'Peers that know all others, and whose view is of all',
      series: [
        { name: 'know all', values: of(({ knowAll }) => knowAll) },
        { name: 'see all', values: of(({ seeAll }) => seeAll) },
      ],
      format: percent,
      atLeast: 1,
    },
    {
      title: 'How old the view is',
      series: [
        { name: 'p50', values: of(({ viewAgeMs }) => (viewAgeMs.count === 0 ? null : viewAgeMs.p50)) },
        { name: 'p99', values: of(({ viewAgeMs }) => (viewAgeMs.count === 0 ? null : viewAgeMs.p99)) },
      ],
      format: ms,
    },
    {
      title: 'Capacity queries',
      series: [
        { name: 'p50', values: of(({ queryMs }) => (queryMs.count === 0 ? null : queryMs.p50)) },
        { name: 'p99', values: of(({ queryMs }) => (queryMs.count === 0 ? null : queryMs.p99)) },
      ],
      format: ms,
    },
    {
      title: 'Messages from anyone to anyone and back, sealed',
      series: [
        { name: 'p50', values: of(({ messageMs }) => (messageMs.count === 0 ? null : messageMs.p50)) },
        { name: 'p99', values: of(({ messageMs }) => (messageMs.count === 0 ? null : messageMs.p99)) },
      ],
      format: ms,
    },
    {
      title: 'What a peer sends',
      series: [{ name: 'TLS records', values: of(({ linkBytesPerPeerS }) => linkBytesPerPeerS) }],
      format: bytesRate,
    },
  ];
  const where = hosts === 0 ? 'on loopback' : `on ${hosts} hosts`;
  const subtitle = `${ms(delayMs)} one way, ${percent(lossRate)} lost, ${percent(churnPerMin)} of the peers a minute come and go`;
  return plotSvg(`${peers} peers ${where}`, subtitle, of(({ atS }) => atS) as number[], panels);
}
