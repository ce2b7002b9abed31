// Measures against peers that misbehave: eyrie mesh quarantine, release, measures.
import type { Response } from '@eyrie/services/response';
import { UserError } from '../errors.ts';
import { printable } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import { askAuthority, askMesh, readTime } from './select.ts';

interface Common {
  peer?: string;
  json?: boolean;
}

export async function quarantine(
  id: string,
  options: Common & { for: string; reason: string; throttle?: boolean; redirect?: string },
): Promise<void> {
  const { reason, throttle, redirect: to } = options;
  if (throttle === true && to !== undefined) throw new UserError('choose one of --throttle and --redirect');
  if (to !== undefined && !/^\S+:\d+$/.test(to))
    throw new UserError(`--redirect takes the HOST:PORT of a decoy, not '${to}'`);
  const step = throttle === true ? 'throttle' : to === undefined ? 'quarantine' : 'redirect';
  const forMs = readTime(options.for, '--for');
  await askAuthority(options.peer, 'measure', { id, step, reason, forMs, to });
  const what = {
    throttle: 'gets fewer answers',
    quarantine: 'has no links, and nothing of it is taken',
    redirect: `talks to the decoy at ${to} instead`,
  };
  console.log(`${id} ${what[step]} for ${options.for}. To end it earlier: eyrie mesh release ${id}`);
}

export async function release(id: string, options: Common & { reason: string }): Promise<void> {
  await askAuthority(options.peer, 'release', { id, reason: options.reason });
  console.log(`${id} is released.`);
}

interface MeasureView {
  id: string;
  step: string;
  reason: string;
  atMs: number;
  untilMs: number;
  to: string;
}

export async function measures(options: Common): Promise<void> {
  const all = await askMesh<MeasureView[]>(options.peer, 'measures');
  if (options.json === true) return console.log(JSON.stringify(all, null, 2));
  if (all.length === 0) return console.log('Nothing is done about any peer.');
  const rows = all.map(({ id, step, reason, atMs, untilMs }) => [
    id,
    step,
    shortTime(atMs),
    shortTime(untilMs),
    printable(reason),
  ]);
  console.log(table([['PEER', 'STEP', 'SINCE', 'UNTIL', 'REASON'], ...rows]));
}

export async function responses(options: Common): Promise<void> {
  const all = await askAuthority<Response[]>(options.peer, 'responses');
  if (options.json === true) return console.log(JSON.stringify(all, null, 2));
  if (all.length === 0) return console.log('Nothing was done, nor advised.');
  for (const { atMs, peer, address, answer, isTrial, isDone, why, summary, witnesses, untilMs } of all) {
    const done = isDone
      ? `${answer}${isTrial ? ', on trial,' : ''}${untilMs === null ? '' : ` until ${shortTime(untilMs)}`}`
      : `${answer} advised`;
    console.log(`${shortTime(atMs)}  ${peer || printable(address)}: ${done}`);
    console.log(`${' '.repeat(21)}${printable(summary)}; seen by ${witnesses.join(', ')}`);
    if (why !== '') console.log(`${' '.repeat(21)}not done: ${why}`);
  }
}

function shortTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
