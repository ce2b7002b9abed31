// A path for people.
import type { Delay, Direction, PeerPath } from '@eyrie/services/path';
import { table } from '../terminal/table.ts';
import { grouped } from '../terminal/units.ts';

export function textOf(answer: PeerPath): string {
  const { from, to, forth, back } = answer;
  if (forth.matched + back.matched === 0) return 'No packet was seen at both places.';
  const head = ['', 'PACKETS', 'MIN', 'MEDIAN', 'P95', 'MAX', 'LOST', 'ROUTERS'];
  const rows = [
    [`${from} → ${to}`, ...cells(forth)],
    [`${to} → ${from}`, ...cells(back)],
  ];
  return [table([head, ...rows]), '', ...remarks(answer)].join('\n').trimEnd();
}

function cells({ matched, delay, sent, lost, lossPercent, hops, hopsVary }: Direction): string[] {
  const loss =
    lossPercent === null ? '-' : `${grouped(lost)} of ${grouped(sent)} (${lossPercent.toFixed(2)} %)`;
  const routers = hops === null ? '-' : `${hops}${hopsVary ? ', varies' : ''}`;
  return [grouped(matched), ...delays(delay), loss, routers];
}

function delays(delay: Delay | null): string[] {
  if (delay === null) return ['-', '-', '-', '-'];
  return [delay.minMs, delay.medianMs, delay.p95Ms, delay.maxMs].map((ms) => `${ms.toFixed(3)} ms`);
}

function remarks(answer: PeerPath): string[] {
  const { roundTripMs, clockAheadMs, uncertaintyMs, oneIn, overlapSeconds, isTcpLeftOut, forth, back } =
    answer;
  const all: string[] = [];
  if (roundTripMs !== null) all.push(`Quickest there and back: ${roundTripMs.toFixed(3)} ms.`);
  if (uncertaintyMs !== null) all.push(`The two clocks agree within ± ${uncertaintyMs.toFixed(3)} ms.`);
  else if (clockAheadMs !== null)
    all.push(
      `One-way times are as good as the two clocks; if both ways take the same, the second was ${clockAheadMs.toFixed(3)} ms ahead.`,
    );
  else all.push('One-way times are as good as the two clocks were.');
  if (overlapSeconds > 0) all.push(`Both watched for ${overlapSeconds.toFixed(1)} s.`);
  if (oneIn > 1) all.push(`One packet in ${grouped(oneIn)} was compared.`);
  if (isTcpLeftOut)
    all.push(
      'TCP data is left out of the loss: a network card joined or cut segments (ethtool -K … gro off gso off tso off).',
    );
  const unseen = forth.unseen + back.unseen;
  if (unseen > 0)
    all.push(`${grouped(unseen)} packets were seen on arrival alone: the other capture missed them.`);
  return all;
}
