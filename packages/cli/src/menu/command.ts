// `eyrie menu`: an interactive menu, which shows each action as a command.
import { execFile } from 'node:child_process';
import { intro, log, outro, select } from '@clack/prompts';
import { commandPath } from '../command-name.ts';
import { UserError } from '../errors.ts';
import { shellWord } from '../terminal/shell.ts';
import { runHere } from './child.ts';
import { type Entry, entries, type LocalPeer } from './entries.ts';
import { answered, Cancelled, terminalQuestions } from './questions.ts';

const LEAVE = 'leave';

export async function runMenu(): Promise<number> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
    throw new UserError(
      'the menu needs a terminal; without one use the commands: eyrie mesh, send, inbox, broadcast, share, get',
    );
  intro('Eyrie');
  for (;;) {
    const peers = await localPeers();
    const entry = await choose(peers);
    if (entry === null) break;
    try {
      const words = await entry.ask(terminalQuestions, peers);
      if (words !== null) await run(words);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
  }
  outro('Good-bye.');
  return 0;
}

/** More than these are only counted. */
const LISTED_MAX = 4;

function statesOf(peers: readonly LocalPeer[]): string {
  if (peers.length === 0) return 'no peer here yet';
  if (peers.length <= LISTED_MAX) return peers.map(({ id, state }) => `${id} ${state}`).join(', ');
  const running = peers.filter(({ state }) => state === 'runs').length;
  return `${running} of ${peers.length} peers here run`;
}

/** Null to leave. */
async function choose(peers: readonly LocalPeer[]): Promise<Entry | null> {
  const offered = entries.filter((entry) => entry.isFor(peers));
  const options = offered.map(({ label, hint }, i) => ({ value: String(i), label, hint }));
  try {
    const message = `What to do? (${statesOf(peers)})`;
    const all = [...options, { value: LEAVE, label: 'Leave', hint: 'peers go on running' }];
    const answer = answered(await select({ message, options: all, maxItems: 12 }));
    return answer === LEAVE ? null : offered[Number(answer)]!;
  } catch (error) {
    if (error instanceof Cancelled) return null;
    throw error;
  }
}

async function run(words: readonly string[]): Promise<void> {
  log.step(`$ eyrie ${words.map(shellWord).join(' ')}`);
  const problem = await runHere(process.execPath, [...process.execArgv, commandPath(), ...words]);
  if (problem !== null) log.error(problem);
}

function localPeers(): Promise<LocalPeer[]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [commandPath(), 'mesh', 'list', '--json'], (error, output) =>
      resolve(error === null ? JSON.parse(output) : []),
    );
  });
}
