// `-z help`: what there is.
import { Output } from '../terminal/output.ts';
import { STATISTICS } from './index.ts';

export function listStatistics(): void {
  const out = new Output();
  const width = Math.max(...STATISTICS.map(({ usage }) => usage.length));
  for (const { usage, about } of STATISTICS.toSorted((a, b) => (a.usage < b.usage ? -1 : 1)))
    out.text(`${usage.padEnd(width)}  ${about}\n`);
  out.flush();
}
