// The LAN broadcast: eyrie master, node.
import { join } from 'node:path';
import {
  eyrieHome,
  FolderStorage,
  type Log,
  Policy,
  PolicyError,
  peerFolder,
  peersIn,
  readPolicy,
  type Standing,
} from '@eyrie/mesh';
import { LAN_MESSAGE_BYTES_MAX } from '@eyrie/mesh/lan';
import { callNodes, sendPlain } from '@eyrie/services/master';
import { runNode, tasksOf } from '@eyrie/services/node';
import { commandName } from '../command-name.ts';
import { exitStatusOf, FAILED, UserError } from '../errors.ts';
import { printable } from '../terminal/printable.ts';
import { MeshLog } from './mesh-log.ts';
import { NO_PEER, readTime, readWhole, selectPeer } from './select.ts';
import { standingFrom } from './standing.ts';

const NODES_FILE = 'lan-nodes.json';
const KNOWN_MS = 30 * 24 * 3_600_000;
const REFRESH_MS = 5_000;

interface Common {
  port: string;
  multicast?: boolean;
  plain?: boolean;
  peer?: string;
  json?: boolean;
}

export async function master(
  words: string[],
  options: Common & { task?: string; wait: string },
): Promise<number> {
  const port = readWhole(options.port, '--port', 65_535, 1);
  const waitMs = readTime(options.wait, '--wait');
  const text = words.join(' ');
  if (options.plain === true && options.task !== undefined)
    throw new UserError('a plain message names no task: leave out --task or --plain');
  if (Buffer.byteLength(text) > LAN_MESSAGE_BYTES_MAX)
    throw new UserError('the message is longer than 48 KiB');
  const log = logTo('master');
  log('info', 'broadcast', { text: text.slice(0, 200), port });
  if (options.plain === true) {
    await sendPlain(port, options.multicast === true, text, log);
    console.log('Sent. Plain messages are not acknowledged.');
    return 0;
  }
  const { standing, storage } = standingOf(options.peer);
  const known = knownNodes(storage, standing);
  const results: { node: string; isDone: boolean; text: string }[] = [];
  const outcome = await callNodes({
    port,
    multicast: options.multicast === true,
    standing,
    task: options.task ?? '',
    text,
    expected: new Set(known.keys()),
    waitMs,
    log,
    onAck: (node) => {
      log('info', 'acknowledged', { node });
      if (options.json !== true) console.log(`${node} has it`);
    },
    onResult: (node, isDone, answer) => {
      results.push({ node, isDone, text: answer });
      log(isDone ? 'info' : 'warn', 'result', { node, isDone });
      if (options.json !== true) console.log(`${node}${isDone ? '' : ' failed'}: ${printable(answer)}`);
    },
  });
  if (outcome === null)
    throw new UserError('this peer has no key of the group yet: start it once (eyrie mesh start)', FAILED);
  const nowMs = Date.now();
  for (const node of outcome.acked) known.set(node, nowMs);
  storage.write(NODES_FILE, JSON.stringify(Object.fromEntries(known)));
  const missing = [...known.keys()].filter((node) => !outcome.acked.has(node));
  const failed = results.filter(({ isDone }) => !isDone).map(({ node }) => node);
  const silent =
    options.task === undefined ? [] : [...outcome.acked].filter((node) => !outcome.answered.has(node));
  if (options.json === true) console.log(JSON.stringify({ acked: [...outcome.acked], missing, results }));
  else if (known.size === 0)
    console.log(`No node answered. Each runs "${commandName()} node", and lets UDP port ${port} in.`);
  else {
    const listed = (what: string, nodes: readonly string[]) =>
      nodes.length === 0 ? '' : `; ${what} ${nodes.join(', ')}`;
    const problems = `${listed('missing:', missing)}${listed('the task failed at', failed)}${listed('no result from', silent)}`;
    console.log(`${outcome.acked.size} of ${known.size} nodes${problems}`);
  }
  return outcome.acked.size > 0 && [missing, failed, silent].every(({ length }) => length === 0) ? 0 : FAILED;
}

export async function node(options: Common & { task?: string[]; capture?: string }): Promise<number> {
  const port = readWhole(options.port, '--port', 65_535, 1);
  const known = options.plain === true && peersIn(eyrieHome()).length === 0 ? null : standingOf(options.peer);
  const log = logTo(known === null ? 'node' : `node_${known.standing.id}`);
  const stop = new AbortController();
  try {
    const capture =
      options.capture === undefined
        ? null
        : { interface: options.capture, folder: join(eyrieHome(), 'captures') };
    if (capture !== null) await tryCapture(capture.interface);
    const running = await runNode({
      port,
      multicast: options.multicast === true,
      standing: known?.standing ?? null,
      storage: known?.storage ?? null,
      policy: known === null ? new Policy() : readPolicy(known.storage),
      plain: options.plain === true,
      tasks: tasksOf({ commands: options.task ?? [], capture }),
      onText: (from, text, isSealed) => {
        if (options.json === true) console.log(JSON.stringify({ from, text, isSealed }));
        else console.log(`${from}${isSealed ? '' : ' (plain)'}: ${printable(text)}`);
      },
      onTask: ({ task, from, state, text }) => {
        if (options.json === true) console.log(JSON.stringify({ task, from, state, text }));
        else
          console.log(`task ${task} for ${from} ${state}${state === 'failed' ? `: ${printable(text)}` : ''}`);
      },
      log,
    });
    console.error(
      `Listening on UDP ${port}${known === null ? ', plain messages only' : ` as ${known.standing.id}`}. Ctrl-C ends it.`,
    );
    const refresh = setInterval(() => known !== null && refreshStanding(known, log), REFRESH_MS);
    await new Promise<void>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve());
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    });
    clearInterval(refresh);
    await running.stop();
    return 0;
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message);
    if (error instanceof PolicyError) throw new UserError(error.message, FAILED);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      throw new UserError(`UDP port ${port} is taken by another program: choose another with --port`, FAILED);
    if (code === 'EACCES')
      throw new UserError(`UDP port ${port} is not allowed: choose one above 1023 with --port`, FAILED);
    throw error;
  }
}

/** A task that requests a capture arrives later, when nobody reads the error. @throws UserError */
async function tryCapture(name: string): Promise<void> {
  const { CaptureError, openLive } = await import('@eyrie/capture');
  try {
    const source = await openLive(name, { tool: 'tcpdump' });
    await source.close();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new UserError(`--capture ${error.message}`, exitStatusOf(error));
  }
}

interface Known {
  standing: Standing;
  storage: FolderStorage;
}

function standingOf(named: string | undefined): Known {
  if (peersIn(eyrieHome()).length === 0) throw new UserError(`${NO_PEER}; or plain messages, with --plain`);
  const id = selectPeer(named);
  return { standing: standingFrom(id), storage: new FolderStorage(peerFolder(eyrieHome(), id)) };
}

/** The running peer keeps the folder up to date: members admitted or revoked since, and the group key after that. */
function refreshStanding({ standing }: Known, log: Log): void {
  try {
    const now = standingFrom(standing.id);
    if (now.roster.version > standing.roster.version) standing.setRoster(now.roster);
    if (now.groupKey !== null) standing.takeGroupKey(now.groupKey);
  } catch (error) {
    // If the folder was removed or locked meanwhile, the node goes on with the nodes it knows.
    log('warn', 'what the peer knows cannot be read again', { reason: (error as Error).message });
  }
}

/** Nodes that have answered in the last month, and are approved today. */
function knownNodes(storage: FolderStorage, standing: Standing): Map<string, number> {
  const all: Record<string, number> = JSON.parse(storage.read(NODES_FILE)?.toString() ?? '{}');
  const nowMs = Date.now();
  return new Map(
    Object.entries(all).filter(([id, ms]) => nowMs - ms < KNOWN_MS && standing.roster.approved(id) !== null),
  );
}

function logTo(name: string): Log {
  const file = new MeshLog(join(eyrieHome(), 'logs', `${name}.log`));
  return (level, message, values = {}) => {
    if (level !== 'debug') file.write(level, message, values);
  };
}
