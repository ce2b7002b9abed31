// `eyrie demo attack`: reports events as they happen, and at the end whether all went as expected.
import { type AttackReport, runAttack } from '@eyrie/services/demo';
import { FAILED, UserError } from '../errors.ts';
import { INTERRUPTED } from '../pipeline/interrupt.ts';
import { printable } from '../terminal/printable.ts';

export interface DemoAttackOptions {
  readonly peers: string;
  readonly rate: string;
  readonly for: string;
  readonly json?: boolean;
}

export async function demoAttack(options: DemoAttackOptions): Promise<number> {
  const peers = wholeFrom('--peers', options.peers, 5, 100);
  const queriesPerSecond = wholeFrom('--rate', options.rate, 1, 1000);
  const forSeconds = wholeFrom('--for', options.for, 5, 3600);
  const printLine = (at: number, line: string) =>
    console.log(`${at.toFixed(1).padStart(6)} s  ${printable(line)}`);
  // Its peers live in this process, and its folder goes when that exits.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
  const report = await runAttack({
    ...{ peers, queriesPerSecond, forSeconds },
    ...(options.json === true ? {} : { print: printLine }),
  });
  if (options.json === true) console.log(JSON.stringify(report, null, 2));
  else console.log(`\n${summaryOf(report)}`);
  return isGood(report) ? 0 : FAILED;
}

function isGood({ attackers, isWhole, during }: AttackReport): boolean {
  const isDone = attackers.every(
    ({ foundMs, decoyedMs, releasedMs, events }) =>
      foundMs !== null && decoyedMs !== null && releasedMs !== null && events > 0,
  );
  return isDone && isWhole && during.failed === 0;
}

function summaryOf({ attackers, before, during, flood }: AttackReport): string {
  const seconds = (ms: number | null) => (ms === null ? 'never' : `after ${(ms / 1000).toFixed(1)} s`);
  return [
    ...attackers.map(
      ({ peer, rule, foundMs, decoyedMs, events }) =>
        `${peer} (${rule || 'not found'}): found ${seconds(foundMs)}, with the decoy ${seconds(decoyedMs)}, ${events} events on record`,
    ),
    `queries of all others: p99 ${before.p99.toFixed(1)} ms before, ${during.p99.toFixed(1)} ms during, ${during.failed} of ${during.count} failed`,
    `the flood: ${flood.sent} queries sent, ${flood.answered} answered, most of them by the decoy`,
  ].join('\n');
}

function wholeFrom(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UserError(`${option} ${text}: a whole number from ${least} to ${most}`);
}
