// The folder for reports of the lab.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import { FAILED, UserError } from '../errors.ts';

/** Checked in advance, so that a run is not lost. */
export function prepareFolder(folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UserError(`--out ${folder}: ${(error as Error).message.split(',')[0]}`, FAILED);
  }
}

export function writeReport(folder: string, report: unknown, text: string, plot: string): void {
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'report.txt'), `${text}\n`);
  writeFileSync(join(folder, 'plot.svg'), plot);
}
