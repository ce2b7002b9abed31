// `eyrie findings`: lists findings, or prints each new one.
import { setTimeout as sleep } from 'node:timers/promises';
import { SEVERITIES } from '@eyrie/detect';
import type { FindingRow } from '@eyrie/services/analyzer';
import { UserError } from '../errors.ts';
import { INTERRUPTED, listenForInterrupt } from '../pipeline/interrupt.ts';
import { printable } from '../terminal/printable.ts';
import type { FindingsOptions } from './options.ts';
import { openSource } from './source.ts';

const LIMIT_MAX = 1000;
const FOLLOW_MS = 1000;
/** Severities of expert information, on the scale of the rules. */
const EXPERT: Readonly<Record<FindingRow['severity'], string>> = {
  error: 'high',
  warn: 'medium',
  note: 'low',
  chat: 'info',
  comment: 'info',
};

/** Resolves to the exit status. @throws UserError */
export async function showFindings(options: FindingsOptions): Promise<number> {
  const least = SEVERITIES.indexOf(options.severity as (typeof SEVERITIES)[number]);
  if (least < 0) throw new UserError(`--severity ${options.severity}: one of ${SEVERITIES.join(', ')}`);
  const limit = Number(options.limit);
  if (!/^\d+$/.test(options.limit) || limit < 1 || limit > LIMIT_MAX)
    throw new UserError(`--limit ${options.limit}: a number from 1 to ${LIMIT_MAX}`);
  const source = await openSource(options);
  const isMeant = (finding: FindingRow) => SEVERITIES.indexOf(gradeOf(finding) as 'low') >= least;
  const ask = (order: 'gravest' | 'newest') =>
    source.page({ order, isExpertMeant: options.all === true, limit: LIMIT_MAX });
  try {
    if (options.follow === true) return await follow(ask, isMeant, options);
    const found = (await ask('gravest')).filter(isMeant).slice(0, limit);
    if (options.json === true) console.log(JSON.stringify(found, null, 2));
    else if (found.length === 0)
      console.log(
        'Nothing was found. (Rules look at files with eyrie import --rules, and at what eyrie up takes in.)',
      );
    else for (const finding of found) console.log(textOf(finding));
    return 0;
  } finally {
    await source.close();
  }
}

/** Prints each finding once, when it is new, until interrupted. */
async function follow(
  ask: (order: 'newest') => Promise<FindingRow[]>,
  isMeant: (finding: FindingRow) => boolean,
  { limit, json }: FindingsOptions,
): Promise<number> {
  const interrupt = listenForInterrupt();
  let last = -1;
  let before: FindingRow[] = [];
  try {
    while (!interrupt.signal.aborted) {
      const newest = await patiently(ask, interrupt.signal, last >= 0);
      if (interrupt.signal.aborted) break;
      const highest = newest[0]?.id ?? 0;
      // A new store restarts ids; after a deletion, the remaining findings are known.
      if (highest < last) last = before.some((each) => isSame(each, newest[0])) ? highest : 0;
      before = newest;
      const fresh = newest.filter((each) => each.id > last && isMeant(each)).reverse();
      for (const finding of last < 0 ? fresh.slice(-Number(limit)) : fresh)
        console.log(json === true ? JSON.stringify(finding) : textOf(finding));
      last = Math.max(last, highest);
      await sleep(FOLLOW_MS, undefined, { signal: interrupt.signal }).catch(() => {}); // It is over.
    }
  } finally {
    interrupt.end();
  }
  return INTERRUPTED;
}

function isSame(a: FindingRow, b: FindingRow | undefined): boolean {
  return b !== undefined && a.id === b.id && a.time === b.time && a.group === b.group && a.frame === b.frame;
}

/** After the first answer, a service that becomes unreachable is retried: it may be restarting. */
async function patiently(
  ask: (order: 'newest') => Promise<FindingRow[]>,
  signal: AbortSignal,
  isPatient: boolean,
): Promise<FindingRow[]> {
  for (let isReported = false; ; isReported = true) {
    try {
      const found = await ask('newest');
      if (isReported) console.error('It answers again.');
      return found;
    } catch (error) {
      if (!isPatient || !(error instanceof UserError)) throw error;
      if (!isReported) console.error(`${error.message} Waiting for it; Ctrl-C ends.`);
    }
    await sleep(FOLLOW_MS, undefined, { signal }).catch(() => {}); // It is over.
    if (signal.aborted) return [];
  }
}

function gradeOf({ detail, severity }: FindingRow): string {
  return detail?.severity ?? EXPERT[severity];
}

function textOf(finding: FindingRow): string {
  const { detail, time, last, group, message, count, frame, mesh_time: shared } = finding;
  const when = new Date(1000 * Number(time ?? last)).toISOString().slice(0, 19);
  const head = `${gradeOf(finding).toUpperCase().padEnd(8)} ${when}  ${group}: ${detail?.summary ?? message}`;
  const parts = [
    ...(detail === null ? [] : [`confidence ${detail.confidence.toFixed(2)}`]),
    ...(detail?.technique == null ? [] : [`${detail.technique.id} ${detail.technique.name}`]),
    ...(count > 1 ? [`${count} times`] : []),
    ...(shared === null ? [] : [meshText(shared)]),
    ...(frame === null ? [] : [`packet ${(detail?.frames ?? [frame]).slice(0, 8).join(' ')}`]),
  ];
  const lines = [
    head,
    `         ${parts.join(', ')}`,
    ...(detail === null ? [] : [`         ${detail.advice}`]),
  ];
  return lines.map(printable).join('\n');
}

/** In mesh time. */
function meshText({ mesh, time, uncertainty }: NonNullable<FindingRow['mesh_time']>): string {
  const clock = new Date(1000 * Number(time)).toISOString().slice(11, 23);
  return `${clock} by the time of ${mesh} ± ${(1000 * uncertainty).toFixed(3)} ms`;
}
