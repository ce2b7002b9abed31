// Peers as processes: in the background, as a systemd unit. In the foreground: foreground.ts.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import {
  eyrieHome,
  FolderStorage,
  isComplete,
  isLocked,
  meshNameOf,
  peerFolder,
  peersIn,
  type Reloaded,
} from '@eyrie/mesh';
import { commandName, commandPath } from '../command-name.ts';
import { FAILED, UserError } from '../errors.ts';
import { RELOADS, unitText } from '../systemd/unit.ts';
import { printableLine } from '../terminal/printable.ts';
import { shellWord } from '../terminal/shell.ts';
import { table } from '../terminal/table.ts';
import { knownPassphrase } from './passphrase.ts';
import { isRunning, stateOf } from './running.ts';
import { askPeer, holdsAuthority, NO_PEER, selectPeer } from './select.ts';

const START_MS = 30_000;
const LOOK_MS = 50;
/** Peers that are started at a time. */
const STARTS_MAX = 4;
const NOT_ADMITTED = 'not admitted yet';

/** Some at a time. After a failure those that were begun still start, and no others; all failures are reported. */
export async function start(ids: string[]): Promise<void> {
  const waiting = chosen(ids);
  const passphrases = new Map<string, string>();
  for (const id of waiting)
    if (needsPassphrase(peerFolder(eyrieHome(), id)) && !(await isRunning(id)))
      passphrases.set(id, await knownPassphrase());
  const startNext = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
      await startAndReport(id, passphrases.get(id)).catch((error) => {
        waiting.length = 0;
        throw error;
      });
  };
  const outcomes = await Promise.allSettled(Array.from({ length: STARTS_MAX }, startNext));
  const failures = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length === 0) return;
  const unexpected = failures.find((each) => !(each instanceof UserError));
  throw unexpected ?? new UserError(failures.map(({ message }) => message).join('; '), FAILED);
}

async function startAndReport(id: string, passphrase: string | undefined): Promise<void> {
  if (await isRunning(id)) return console.log(`${id} runs already`);
  await startOne(id, passphrase);
  console.log(`${id} is started; its log is ${logPath(id)}`);
  const { problem } = await askPeer<{ problem: string | null }>(id, 'status');
  if (problem !== null) console.error(`eyrie: ${id}: ${printableLine(problem)}`);
}

async function startOne(id: string, passphrase: string | undefined): Promise<void> {
  const environment = { ...process.env };
  if (passphrase !== undefined) environment.EYRIE_PASSPHRASE = passphrase;
  makeFolder(join(eyrieHome(), 'logs'), 0o700);
  const errors = `${logPath(id)}.start`;
  const output = openSync(errors, 'w', 0o600);
  const child = spawn(process.execPath, [commandPath(), 'peer', id, '--quiet'], {
    detached: true,
    stdio: ['ignore', 'ignore', output],
    env: environment,
  });
  closeSync(output);
  let isOver = false;
  child.once('exit', () => {
    isOver = true;
  });
  for (let waited = 0; waited < START_MS && !isOver; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!(await isRunning(id))) continue;
    child.unref();
    return;
  }
  // All or none.
  child.kill();
  const lines = readFileSync(errors, 'utf8').trim().split('\n');
  // Behind the line that says why there may be one with advice.
  const why = lines.findLast((line) => line.startsWith('eyrie: ')) ?? (lines.at(-1) || whySilent());
  const reason = why.replace(/^eyrie: /, '').replace(`${id}: `, '');
  throw new UserError(`${id} does not start: ${reason}`, FAILED);
}

/** Its error output is in a file, too. */
function whySilent(): string {
  const isFull = statfsSync(eyrieHome()).bavail === 0;
  return isFull ? `the disk of ${eyrieHome()} is full` : 'it did not say why';
}

export async function stop(ids: string[]): Promise<void> {
  for (const id of chosen(ids)) {
    if (!(await isRunning(id))) {
      console.log(`${id} does not run`);
      continue;
    }
    await askPeer(id, 'stop');
    const untilMs = Date.now() + START_MS;
    while (await isRunning(id)) {
      if (Date.now() > untilMs) throw new UserError(`${id} does not stop: end its process`, FAILED);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    console.log(`${id} is stopped`);
  }
}

/** Reads the policies of peers again. */
export async function reload(ids: string[]): Promise<void> {
  const running = await Promise.all(chosen(ids).map(async (id) => ((await isRunning(id)) ? [id] : [])));
  const wanted = ids.length > 0 ? ids : running.flat();
  if (wanted.length === 0) throw new UserError('no peer of this user runs: eyrie mesh start', FAILED);
  const problems: string[] = [];
  for (const id of wanted) {
    const files = await askPeer<Reloaded[]>(id, 'reload');
    const fine = files.filter(({ problem }) => problem === null).map(({ file }) => file);
    if (fine.length > 0) console.log(`${id} has read ${fine.join(' and ')} again`);
    for (const { problem } of files) if (problem !== null) problems.push(`${id}: ${problem}`);
  }
  if (problems.length > 0)
    throw new UserError(`${problems.join('; ')}: what was read before stays in force`, FAILED);
}

export async function list(options: { json?: boolean }): Promise<void> {
  const rows = await Promise.all(
    peersIn(eyrieHome()).map(async (id) => {
      const folder = peerFolder(eyrieHome(), id);
      const isMember = isComplete(new FolderStorage(folder));
      return {
        id,
        state: !isMember ? NOT_ADMITTED : await stateOf(id),
        mesh: meshNameOf(folder),
        isAuthority: holdsAuthority(id),
        folder,
      };
    }),
  );
  if (options.json === true) return console.log(JSON.stringify(rows, null, 2));
  if (rows.length === 0)
    return console.log('There is no peer here yet: eyrie mesh init, or eyrie mesh join.');
  console.log(
    table([['PEER', 'STATE', 'FOLDER'], ...rows.map(({ id, state, folder }) => [id, state, folder])]),
  );
  for (const { id, state, folder } of rows)
    if (state === NOT_ADMITTED)
      console.log(`${id}: repeat its ${commandName()} mesh join, or give it up: rm -r ${shellWord(folder)}`);
}

export function unit(named: string | undefined): void {
  const id = selectPeer(named);
  process.stdout.write(
    unitText({
      description: `Eyrie peer ${id}`,
      documentation: 'man:eyrie-peer(1)',
      command: `${process.execPath} ${commandPath()} peer ${id}`,
      environment: [`EYRIE_HOME=${eyrieHome()}`],
      service: [RELOADS],
      wantedBy: 'default.target',
    }),
  );
}

function chosen(ids: string[]): string[] {
  if (ids.length > 0) return [...new Set(ids)].map((id) => selectPeer(id));
  const all = peersIn(eyrieHome()).filter((id) => isComplete(new FolderStorage(peerFolder(eyrieHome(), id))));
  if (all.length === 0) throw new UserError(NO_PEER);
  return all;
}

export function needsPassphrase(folder: string): boolean {
  return isLocked(new FolderStorage(folder));
}

export function logPath(id: string): string {
  return join(eyrieHome(), 'logs', `peer_${id}.log`);
}

/** For people. Some values are from other peers, such as the reason of a refusal. */
export function plain(level: string, message: string, values: Record<string, unknown>): string {
  const time = new Date().toISOString().replace('T', ' ').slice(0, 23);
  const rest = Object.entries(values).map(([name, value]) => ` ${name}=${printableLine(String(value))}`);
  return `${time} ${level === 'warn' ? 'warning: ' : ''}${message}${rest.join('')}`;
}
