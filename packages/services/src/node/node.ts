import { type Log, Policy, type Standing, type Storage, systemRuntime } from '@eyrie/mesh';
import { LanCourier, type LanMessage } from '@eyrie/mesh/lan';
import { LanSocket } from '../lan/socket.ts';
import { Copies } from './copies.ts';
import type { Task } from './tasks.ts';

/** Concurrent tasks; a further one is refused with a message. */
const TASKS_MAX = 4;
/** Of a message in the log. */
const LOGGED_CHARS_MAX = 200;

export interface NodeOptions {
  port: number;
  multicast: boolean;
  /** Null: only plain messages of programs without a mesh. */
  standing: Standing | null;
  /** Persists which messages were taken, across restarts. */
  storage: Storage | null;
  policy?: Policy;
  /** Also shows datagrams that are not sealed. */
  plain: boolean;
  tasks: ReadonlyMap<string, Task>;
  onText: (from: string, text: string, isSealed: boolean) => void;
  onTask: (event: TaskEvent) => void;
  log: Log;
}

export interface TaskEvent {
  task: string;
  /** The peer that asked for it. */
  from: string;
  state: 'started' | 'done' | 'failed';
  /** The result, or why it failed; empty at the start. */
  text: string;
}

export interface RunningNode {
  stop(): Promise<void>;
}

/** @throws the system's error if the port cannot be bound */
export async function runNode(options: NodeOptions): Promise<RunningNode> {
  const { standing, log, port, multicast } = options;
  let courier: LanCourier | null = null;
  const copies = new Copies();
  const socket = await LanSocket.open({
    port,
    multicast,
    isListening: true,
    onDatagram: (data, from) => {
      const isSealed = data.subarray(0, 4).toString('latin1') === 'EyB1';
      if (isSealed) courier?.receive(data, from);
      else if (options.plain) {
        const [host, port] = from.split(':');
        if (copies.has(data, host!, Number(port))) return;
        const text = data.toString('utf8');
        log('info', 'plain LAN message', { from, text: text.slice(0, LOGGED_CHARS_MAX) });
        options.onText(from, text, false);
      }
    },
    onProblem: (message) => log('warn', 'LAN', { message }),
  });
  if (standing !== null) {
    courier = new LanCourier(
      systemRuntime(log),
      standing,
      (datagram, to) => socket.transmit(datagram, to),
      options.storage,
    );
    courier.onMessage = (message, address) => void take(options, courier!, message, address);
  }
  return {
    stop() {
      courier?.stop();
      return socket.close();
    },
  };
}

let running = 0;

async function take(
  options: NodeOptions,
  courier: LanCourier,
  message: LanMessage,
  address: string,
): Promise<void> {
  const { standing, log, tasks, policy = new Policy() } = options;
  const { from, task, id } = message;
  const text = Buffer.from(message.body).toString('utf8');
  const member = standing?.roster.approved(from) ?? null;
  const topic = task === '' ? 'broadcast' : `task:${task}`;
  if (member === null || !policy.isAllowed(member, topic)) {
    log('warn', 'LAN message refused', { from, topic, reason: 'not allowed by policy' });
    if (task !== '')
      reply(courier, address, from, id, 'failed', `${standing?.id}: not allowed by its policy`);
    return;
  }
  log('info', 'LAN message', { from, topic, text: text.slice(0, LOGGED_CHARS_MAX) });
  options.onText(from, text, true);
  if (task === '') return;
  const report = (state: TaskEvent['state'], result: string) => {
    log(state === 'failed' ? 'warn' : 'info', `task ${state}`, {
      ...{ task, from },
      ...(state === 'failed' ? { reason: result } : {}),
    });
    options.onTask({ task, from, state, text: result });
    if (state !== 'started') reply(courier, address, from, id, state, result);
  };
  const work = tasks.get(task);
  if (work === undefined) return report('failed', `no such task; there are ${[...tasks.keys()].join(', ')}`);
  if (running >= TASKS_MAX) return report('failed', 'busy');
  running++;
  report('started', '');
  try {
    report('done', await work(text));
  } catch (error) {
    report('failed', (error as Error).message);
  } finally {
    running--;
  }
}

function reply(
  courier: LanCourier,
  to: string,
  master: string,
  answers: Uint8Array,
  task: string,
  text: string,
): void {
  courier.send({
    task,
    body: Buffer.from(text).subarray(0, 40_000),
    answers,
    to,
    expected: new Set([master]),
    done: () => {},
  });
}
