// A peer in the foreground: what `eyrie peer` and `eyrie coordinator` run.
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { CaptureError } from '@eyrie/capture';
import {
  ControlError,
  eyrieHome,
  FolderError,
  type Log,
  type Peer,
  PolicyError,
  peerFolder,
  type RunningPeer,
  runPeer,
  systemRuntime,
} from '@eyrie/mesh';
import { PassphraseError } from '@eyrie/mesh/sealed';
import { type Config, ConfigError, loadConfig, tokenMistake } from '@eyrie/services/config';
import { type Coordinator, startCoordinator } from '@eyrie/services/coordinator';
import { meshNowOf } from '@eyrie/services/mesh-time';
import type { MqttSettings } from '@eyrie/services/mqtt';
import type { pathCompanion } from '@eyrie/services/path';
import { meterHost } from '@eyrie/services/peer';
import { ResponsePolicyError, startDefence } from '@eyrie/services/response';
import { FAILED, type ListenOptions, listenProblem, UserError } from '../errors.ts';
import { systemdNotifier } from '../systemd/notify.ts';
import { hasTerminal, isTerminalGone } from '../terminal/hangup.ts';
import { MeshLog } from './mesh-log.ts';
import { knownPassphrase } from './passphrase.ts';
import { logPath, needsPassphrase, plain } from './process.ts';
import { creation, readTime, readWhole, selectPeer } from './select.ts';

const INTERVAL_MS_MIN = 250;

export interface ForegroundOptions {
  host?: string;
  port?: string;
  interval?: string;
  watch?: string;
  config?: string;
  json?: boolean;
  quiet?: boolean;
}

export interface CoordinatorFlags extends ForegroundOptions {
  token?: string;
}

/** Resolves to the exit status. @throws UserError */
export async function runForeground(named: string | undefined, options: ForegroundOptions): Promise<number> {
  const id = selectPeer(named, 'as in eyrie peer ID', creation(named));
  const { log, dateBy } = logTo(logPath(id), options);
  return runUntilStopped(id, options, log, { dateBy });
}

/** A peer that also logs every reading, and serves the HTTP API on the port of its links. */
export async function runCoordinator(named: string | undefined, options: CoordinatorFlags): Promise<number> {
  const id = selectPeer(named, 'as in eyrie coordinator ID', creation(named));
  const token = options.token ?? process.env.EYRIE_TOKEN ?? null;
  const mistake = token === null ? null : tokenMistake(token);
  if (mistake !== null) throw new UserError(`--token or EYRIE_TOKEN: ${mistake}`);
  const { log, dateBy } = logTo(logPath(id).replace(/[^/\\]*$/, 'coordinator.log'), options);
  let coordinator: Coordinator | null = null;
  const companion = (peer: Peer) => {
    coordinator = startCoordinator(peer, { log, token });
    return coordinator;
  };
  const onPlain = (socket: Socket) => coordinator?.takeSocket(socket);
  const onStart = ({ peer }: RunningPeer) =>
    log('info', `Coordinator started on ${peer.addresses.join(' ')}`);
  return runUntilStopped(id, options, log, { dateBy, companion, onPlain, onStart });
}

interface Extras {
  /** The log's lines have this peer's mesh time from now on. */
  dateBy: (peer: Peer) => void;
  companion?: (peer: Peer) => Coordinator;
  onPlain?: (socket: Socket) => void;
  onStart?: (running: RunningPeer) => void;
}

async function runUntilStopped(
  id: string,
  options: ForegroundOptions,
  log: Log,
  { dateBy, companion, onPlain, onStart = () => {} }: Extras,
): Promise<number> {
  const config = configOf(options.config);
  const folder = peerFolder(eyrieHome(), id);
  const port = options.port === undefined ? undefined : readWhole(options.port, '--port', 65_535);
  const intervalMs = options.interval === undefined ? config.peer.interval_ms : intervalOf(options.interval);
  const beside = await companionsOf(folder, log, intervalMs, config);
  try {
    const running = await runPeer({
      runtime: systemRuntime(log),
      folder,
      passphrase: needsPassphrase(folder) ? await knownPassphrase() : null,
      timeServers: await timeServersOf(config.clock),
      host: options.host,
      port,
      companions: companion === undefined ? beside.companions : [...beside.companions, companion],
      ...(onPlain === undefined ? {} : { onPlain }),
    });
    const { peer } = running;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop());
    const isOfTerminal = hasTerminal();
    const hungUp = () => void (isOfTerminal && isTerminalGone() ? running.stop() : running.reload());
    process.on('SIGHUP', hungUp);
    void running.stopped.then(() => process.off('SIGHUP', hungUp));
    dateBy(peer);
    await beside.start(running, options.watch ?? config.path.interface);
    const mesh = peer.standing.roster.mesh;
    const address = peer.addresses.join(' ');
    log('info', 'peer started', { peer: id, mesh, address });
    onStart(running);
    if (companion === undefined) logStatusChanges(peer, log);
    peer.inbox.onMessage.push(({ from, topic, isBroadcast }) =>
      log('info', isBroadcast ? 'broadcast' : 'message', { from, topic }),
    );
    const notifier = systemdNotifier();
    notifier.ready(`${id} of ${mesh}, ${address}`);
    await running.stopped;
    notifier.stopping();
    log('info', 'peer stopped', { peer: id });
    return 0;
  } catch (error) {
    const settings = `in ${join(folder, 'settings.json')}`;
    throw asUserError(error, id, {
      host: options.host === undefined ? settings : 'with --host',
      port: port === undefined ? settings : 'with --port',
    });
  }
}

/**
 * What runs beside a peer: defence, `eyrie path`, MQTT, metering of the host. `start` is called once the peer runs, and begins
 * what the configuration asks for; `watched` is the interface for `eyrie path`, or ''.
 */
async function companionsOf(folder: string, log: Log, intervalMs: number, config: Config) {
  const { pathCompanion } = await import('@eyrie/services/path');
  const { MqttCompanion } = await import('@eyrie/services/mqtt');
  const settings = mqttSettings(config.mqtt);
  let paths: ReturnType<typeof pathCompanion>;
  let mqtt: InstanceType<typeof MqttCompanion>;
  const companions = [
    (peer: Peer) => startDefence(peer, folder, log),
    (peer: Peer) => (paths = pathCompanion(peer)),
    (peer: Peer) => (mqtt = new MqttCompanion(peer, settings)),
    (peer: Peer) => meterHost(peer, { intervalMs, onReport: reporting(log) }),
  ];
  const start = async (running: RunningPeer, watched: string): Promise<void> => {
    if (watched !== '') await watchInterface(watched, paths.watch, running, log);
    if (!config.mqtt.on) return;
    await mqtt.start(settings).catch(async (error) => {
      await running.stop();
      const isForUser = error instanceof Error && error.name === 'MqttError';
      throw isForUser ? new UserError(error.message, FAILED) : error;
    });
  };
  return { companions, start };
}

/** For `eyrie path`. */
async function watchInterface(
  name: string,
  watch: ReturnType<typeof pathCompanion>['watch'],
  running: RunningPeer,
  log: Log,
): Promise<void> {
  const ended = (problem: string) => log('warn', 'the interface is no longer watched', { problem });
  await watch.start(name, ended).catch(async (error) => {
    await running.stop();
    throw error;
  });
  log('info', 'watches an interface', { interface: name });
}

/** Logs each report: the values, and the parent that they were sent to. */
function reporting(log: Log) {
  return (measured: Readonly<Record<string, number>>, parent: string | null) => {
    const rounded = Object.entries(measured).map(([name, value]) => [name, Math.round(value * 100) / 100]);
    const message =
      parent === null ? 'Attributes kept: this peer leads the tree' : `Attributes sent to ${parent}`;
    log('info', message, Object.fromEntries(rounded) as Record<string, number>);
  };
}

function logStatusChanges(peer: Peer, log: Log): void {
  peer.directory.onChange.push((other, status, before) => {
    if (other !== peer.id && status !== before) log('info', 'peer changed', { peer: other, status });
  });
}

function logTo(path: string, options: ForegroundOptions): { log: Log; dateBy: Extras['dateBy'] } {
  const logFile = new MeshLog(path);
  const dateBy = (peer: Peer) => {
    logFile.meshNow = meshNowOf(peer);
  };
  const log: Log = (level, message, values = {}) => {
    if (level === 'debug' && process.env.EYRIE_LOG !== 'debug') return;
    const line = logFile.write(level, message, values);
    if (options.quiet === true) return;
    process.stderr.write(options.json === true ? line : `${plain(level, message, values)}\n`);
  };
  return { log, dateBy };
}

/** Seconds, or with a unit. */
function intervalOf(text: string): number {
  const ms = readTime(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text, '--interval');
  if (ms < INTERVAL_MS_MIN || ms > 3_600_000) throw new UserError(`--interval ${text}: from 250ms to 1h`);
  return ms;
}

/** @throws UserError */
function configOf(path: string | undefined): Config {
  try {
    return loadConfig(path === undefined ? {} : { path });
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
}

function mqttSettings(mqtt: Config['mqtt']): MqttSettings {
  const { url, ca, host, port, orders, discovery, seal_for } = mqtt;
  return { url, ca, host, port, takesOrders: orders, discoveryPrefix: discovery, sealFor: seal_for };
}

async function timeServersOf({ servers, keys, nts }: Config['clock']) {
  if (servers.trim() === '') return [];
  const { configuredSources } = await import('../time/configured.ts');
  return configuredSources(servers, { keys, nts });
}

/** Errors at start that the user can fix become one line. `options`: where address and port were chosen. */
export function asUserError(error: unknown, id: string, options: ListenOptions): unknown {
  const known = [FolderError, ControlError, PolicyError, ResponsePolicyError, PassphraseError, CaptureError];
  const isKnown = known.some((kind) => error instanceof kind);
  const problem = isKnown ? (error as Error).message : listenProblem(error, options);
  if (problem !== null) return new UserError(`${id}: ${problem}`, FAILED);
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EACCES' ? new UserError(`${id}: not allowed: ${message}`, FAILED) : error;
}
