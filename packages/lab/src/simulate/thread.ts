// A thread that runs a shard. This file is both ends, so that it is found wherever the sources were bundled.

import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import { LabError } from '../errors.ts';
import { type Seat, wordsOf } from './exchange.ts';
import type { SharedState } from './partition.ts';
import type { SimulateSettings } from './settings.ts';
import type { Sample, ShardTally } from './shard.ts';

const KIND = 'eyrie simulation';
/** Messages and readings live for some seconds of virtual time: with less room, most are copied before they end. */
const YOUNG_MB = 96;
/** What a peer takes at most, and a thread besides. */
const PEER_MB = 0.03;
const THREAD_MB = 2_048;

interface Start {
  kind: typeof KIND;
  settings: SimulateSettings;
  shared: SharedState;
  seat: Seat;
}

type ThreadMessage = { sample: Sample } | { tally: ShardTally };

/**
 * @param onSample called for each thread and each moment
 * @returns the tallies, by thread
 */
export async function runThreads(
  settings: SimulateSettings,
  shared: SharedState,
  threads: number,
  onSample: (thread: number, sample: Sample) => void,
): Promise<ShardTally[]> {
  const seats = seatsFor(threads);
  const workers: Worker[] = [];
  try {
    return await Promise.all(
      seats.map(
        (seat) =>
          new Promise<ShardTally>((resolve, reject) => {
            const ports = seat.ports.filter((port) => port !== null);
            const worker = new Worker(new URL(import.meta.url), {
              workerData: { kind: KIND, settings, shared, seat } satisfies Start,
              transferList: ports,
              resourceLimits: {
                maxYoungGenerationSizeMb: YOUNG_MB,
                maxOldGenerationSizeMb: THREAD_MB + (settings.peers * PEER_MB) / threads,
              },
            });
            workers.push(worker);
            worker.on('message', (message: ThreadMessage) => {
              if ('sample' in message) onSample(seat.thread, message.sample);
              else resolve(message.tally);
            });
            worker.once('error', reject);
            worker.once('exit', () => reject(new LabError('a thread of the simulation ended too early')));
          }),
      ),
    );
  } finally {
    // After an error the others would wait at a barrier for ever.
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function seatsFor(threads: number): Seat[] {
  const words = wordsOf(threads);
  const ports = Array.from({ length: threads }, () => new Array<MessagePort | null>(threads).fill(null));
  for (let a = 0; a < threads; a++)
    for (let b = a + 1; b < threads; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  return ports.map((row, thread) => ({ thread, ports: row, words }));
}

async function serve({ settings, shared, seat }: Start): Promise<void> {
  const { Shard } = await import('./shard.ts');
  const post = (message: ThreadMessage) => parentPort!.postMessage(message);
  post({ tally: await new Shard(settings, shared, seat).run((sample) => post({ sample })) });
}

if (!isMainThread && (workerData as Start | null)?.kind === KIND) await serve(workerData as Start);
