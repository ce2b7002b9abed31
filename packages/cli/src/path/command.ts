// `eyrie path A B`: what lies between two capture files, or two peers.
import { existsSync } from 'node:fs';
import { comparePaths, fileSightings, type PathReport } from '@eyrie/services/path';
import { FAILED, UserError } from '../errors.ts';
import { pathFrom, userError } from '../pipeline/settings.ts';
import { textOf } from './text.ts';

export interface PathOptions {
  readonly peer?: string;
  readonly json?: boolean;
}

/** What is printed: the report, and what the clocks are worth. */
export interface PathAnswer extends PathReport {
  readonly from: string;
  readonly to: string;
  /** The clocks of the two agree within ± this; null: it is not known. */
  readonly uncertaintyMs: number | null;
}

export async function path(first: string, second: string, options: PathOptions): Promise<number> {
  const answer = await betweenFiles(first, second);
  console.log(options.json === true ? JSON.stringify(answer, null, 2) : textOf(answer));
  return answer.forth.matched + answer.back.matched > 0 ? 0 : FAILED;
}

async function betweenFiles(first: string, second: string): Promise<PathAnswer> {
  for (const name of [first, second])
    if (!existsSync(pathFrom(name))) throw new UserError(`${name}: no such file`);
  const [a, b] = await Promise.all([first, second].map((name) => fileSightings(pathFrom(name)))).catch(
    userError,
  );
  for (const [name, { problem }] of [[first, a!] as const, [second, b!] as const])
    if (problem !== null) console.error(`eyrie: ${name}: ${problem}`);
  return { from: first, to: second, uncertaintyMs: null, ...comparePaths(a!.sightings, b!.sightings) };
}
