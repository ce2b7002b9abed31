// `-2`: the file is read twice, so that a packet can tell what later ones say of it: which answers it, which is its end.
import { statSync } from 'node:fs';
import { Ahead } from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { type ReadPlan, type ReadResult, run } from './run.ts';

/** Reads as the plan says; first to find what lies ahead. @throws UserError */
export async function runTwice(plan: ReadPlan): Promise<ReadResult> {
  if (plan.path === '-' || statSync(plan.path, { throwIfNoEntry: false })?.isFIFO())
    throw new UserError('-2 reads the capture twice, which a pipe does not allow; save it to a file first');
  const ahead = new Ahead();
  const first = await run({
    ...plan,
    ahead,
    filter: null,
    printers: async () => [],
    statistics: [],
  });
  if (first.isInterrupted) return first;
  ahead.turn();
  return await run({ ...plan, ahead });
}
