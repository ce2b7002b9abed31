// Peers as processes: in the foreground, in the background, as a systemd unit.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CaptureError } from '@eyrie/capture';
import {
  ControlError,
  callPeer,
  eyrieHome,
  FolderError,
  FolderStorage,
  isComplete,
  type Log,
  type Peer,
  PolicyError,
  peerFolder,
  peersIn,
  runPeer,
  systemRuntime,
} from '@eyrie/mesh';
import { isPassphraseSealed, PassphraseError } from '@eyrie/mesh/sealed';
import { type Config, ConfigError, loadConfig } from '@eyrie/services/config';
import { ResponsePolicyError, startDefence } from '@eyrie/services/response';
import { FAILED, UserError } from '../errors.ts';
import { systemdNotifier } from '../systemd/notify.ts';
import { unitText } from '../systemd/unit.ts';
import { printableLine } from '../terminal/printable.ts';
import { LogFile } from './log-file.ts';
import { knownPassphrase } from './passphrase.ts';
import { isRunning } from './running.ts';
import { readWhole, selectPeer, table } from './select.ts';

const START_MS = 30_000;
const LOOK_MS = 50;

export async function runForeground(
  named: string | undefined,
  options: { host?: string; port?: string; config?: string; watch?: string; json?: boolean; quiet?: boolean },
): Promise<number> {
  const config = configOf(options.config);
  const id = selectPeer(named);
  const folder = peerFolder(eyrieHome(), id);
  const port = options.port === undefined ? undefined : readWhole(options.port, '--port', 65_535);
  const logFile = new LogFile(logPath(id));
  const log: Log = (level, message, values = {}) => {
    if (level === 'debug' && process.env.EYRIE_LOG !== 'debug') return;
    const line = logFile.write(level, message, values);
    if (options.quiet === true) return;
    process.stderr.write(options.json === true ? line : `${plain(level, message, values)}\n`);
  };
  const runtime = systemRuntime(log);
  try {
    const passphrase = needsPassphrase(folder) ? await knownPassphrase() : null;
    const timeServers = await timeServersOf(config.clock);
    const { pathCompanion } = await import('@eyrie/services/path');
    let paths: ReturnType<typeof pathCompanion> | undefined;
    const companions = [
      (peer: Peer) => startDefence(peer, folder, log),
      (peer: Peer) => (paths = pathCompanion(peer)),
    ];
    const place = { host: options.host, port };
    const running = await runPeer({ runtime, folder, passphrase, ...place, timeServers, companions });
    const { peer } = running;
    const watched = options.watch ?? config.path.interface;
    if (watched !== '') {
      const ended = (problem: string) => log('warn', 'the interface is no longer watched', { problem });
      await paths!.watch.start(watched, ended).catch(async (error) => {
        await running.stop();
        throw error;
      });
      log('info', 'watches an interface', { interface: watched });
    }
    log('info', 'peer started', {
      peer: id,
      mesh: peer.standing.roster.mesh,
      address: peer.addresses.join(' '),
    });
    peer.directory.onChange.push((other, status, before) => {
      if (other !== id && status !== before) log('info', 'peer changed', { peer: other, status });
    });
    peer.inbox.onMessage.push(({ from, topic, isBroadcast }) =>
      log('info', isBroadcast ? 'broadcast' : 'message', { from, topic }),
    );
    const notifier = systemdNotifier();
    notifier.ready(`${id} of ${peer.standing.roster.mesh}, ${peer.addresses.join(' ')}`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop());
    await running.stopped;
    notifier.stopping();
    log('info', 'peer stopped', { peer: id });
    return 0;
  } catch (error) {
    throw asUserError(error, id, port);
  }
}

/** @throws UserError */
function configOf(path: string | undefined): Config {
  try {
    return loadConfig(path === undefined ? {} : { path });
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
}

async function timeServersOf({ servers, nts }: Config['clock']) {
  const names = servers.split(/[\s,]+/).filter((name) => name !== '');
  if (names.length === 0) return [];
  const { sourceOptions } = await import('../time/sources.ts');
  return names.map((name) => sourceOptions(name, { nts }));
}

function asUserError(error: unknown, id: string, port: number | undefined): unknown {
  const known = [FolderError, ControlError, PolicyError, ResponsePolicyError, PassphraseError, CaptureError];
  if (known.some((kind) => error instanceof kind))
    return new UserError(`${id}: ${(error as Error).message}`, FAILED);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE')
    return new UserError(`${id}: port ${port ?? ''} is taken: choose another with --port`, FAILED);
  if (code === 'EADDRNOTAVAIL')
    return new UserError(`${id}: this host has no such address: see --host`, FAILED);
  if (code === 'EACCES') return new UserError(`${id}: not allowed: ${(error as Error).message}`, FAILED);
  return error;
}

export async function start(ids: string[]): Promise<void> {
  for (const id of chosen(ids)) {
    if (await isRunning(id)) {
      console.log(`${id} runs already`);
      continue;
    }
    await startOne(id);
    console.log(`${id} is started; its log is ${logPath(id)}`);
  }
}

async function startOne(id: string): Promise<void> {
  const folder = peerFolder(eyrieHome(), id);
  const environment = { ...process.env };
  if (needsPassphrase(folder)) environment.EYRIE_PASSPHRASE = await knownPassphrase();
  mkdirSync(join(eyrieHome(), 'logs'), { recursive: true, mode: 0o700 });
  const errors = `${logPath(id)}.start`;
  const output = openSync(errors, 'w', 0o600);
  const command = process.argv[1] ?? fileURLToPath(new URL('../../bin/eyrie.js', import.meta.url));
  const child = spawn(process.execPath, [command, 'peer', id, '--quiet'], {
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
  // Half a start is none.
  child.kill();
  const last = readFileSync(errors, 'utf8').trim().split('\n').at(-1) || 'it did not say why';
  throw new UserError(`${id} does not start: ${last.replace(/^eyrie: /, '')}`, FAILED);
}

export async function stop(ids: string[]): Promise<void> {
  for (const id of chosen(ids)) {
    if (!(await isRunning(id))) {
      console.log(`${id} does not run`);
      continue;
    }
    await callPeer(peerFolder(eyrieHome(), id), 'stop');
    for (let waited = 0; waited < START_MS && (await isRunning(id)); waited += LOOK_MS)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    console.log(`${id} is stopped`);
  }
}

export async function list(options: { json?: boolean }): Promise<void> {
  const rows = await Promise.all(
    peersIn(eyrieHome()).map(async (id) => {
      const folder = peerFolder(eyrieHome(), id);
      const isMember = isComplete(new FolderStorage(folder));
      return {
        id,
        state: !isMember ? 'waits for approval' : (await isRunning(id)) ? 'runs' : 'stopped',
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
}

export function unit(named: string | undefined): void {
  const id = selectPeer(named);
  const command = fileURLToPath(new URL('../../bin/eyrie.js', import.meta.url));
  process.stdout.write(
    unitText({
      description: `Eyrie peer ${id}`,
      documentation: 'man:eyrie-peer(1)',
      command: `${process.execPath} ${command} peer ${id}`,
      environment: [`EYRIE_HOME=${eyrieHome()}`],
      service: [],
      wantedBy: 'default.target',
    }),
  );
}

function chosen(ids: string[]): string[] {
  if (ids.length > 0) return ids.map(selectPeer);
  const all = peersIn(eyrieHome()).filter((id) => isComplete(new FolderStorage(peerFolder(eyrieHome(), id))));
  if (all.length === 0)
    throw new UserError('there is no peer here yet: eyrie mesh init, or eyrie mesh join', FAILED);
  return all;
}

function needsPassphrase(folder: string): boolean {
  const key = new FolderStorage(folder).read('authority/root.key');
  return key !== null && isPassphraseSealed(key);
}

function logPath(id: string): string {
  return join(eyrieHome(), 'logs', `peer_${id}.log`);
}

/** For people. Some of the values came from others, as the reason of a refusal. */
export function plain(level: string, message: string, values: Record<string, unknown>): string {
  const time = new Date().toISOString().replace('T', ' ').slice(0, 23);
  const rest = Object.entries(values).map(([name, value]) => ` ${name}=${printableLine(String(value))}`);
  return `${time} ${level === 'warn' ? 'warning: ' : ''}${message}${rest.join('')}`;
}
