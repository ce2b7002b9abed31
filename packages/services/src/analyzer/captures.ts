// Captures as the API shows them: stored ones, and the progress of running ones.

import { basename } from 'node:path';
import type { Store, CaptureRow as Stored } from '@eyrie/store';
import type { Intake, Running } from './intake.ts';
import type { CaptureRow } from './schemas/index.ts';

/** All captures, the newest first. */
export async function captureRows(store: Store, intake: Intake | null): Promise<CaptureRow[]> {
  const running = new Map((intake?.running() ?? []).map((each) => [each.capture, each]));
  return (await store.captures()).map((capture) => captureRow(capture, running.get(capture.id)));
}

export function captureRow(capture: Stored, running: Running | undefined): CaptureRow {
  return {
    id: capture.id,
    key: capture.key,
    kind: capture.kind,
    name: capture.kind === 'file' ? basename(capture.name) : capture.name,
    state: stateOf(capture, running),
    packets: Math.max(capture.packets, running?.packets ?? 0),
    bytes: capture.bytes,
    drops: capture.drops,
    first: capture.firstTime,
    last: capture.lastTime,
    clock: clockRow(capture.clock ?? null),
    has_bytes: capture.file !== null,
    progress: running === undefined ? null : progress(running),
    filter: running?.filter ?? null,
    problem: capture.problem,
  };
}

function clockRow(clock: Stored['clock'] | null): CaptureRow['clock'] {
  if (clock == null) return null;
  const { mesh, time: read, aheadSeconds: ahead, uncertaintySeconds: uncertainty } = clock;
  return { mesh, read, ahead, uncertainty };
}

/** A capture that neither ended nor runs here may be running in another process. */
function stateOf({ ended, problem }: Stored, running: Running | undefined): CaptureRow['state'] {
  if (running !== undefined || ended === null) return 'running';
  return problem === null ? 'done' : 'failed';
}

function progress({ packetsPerSecond, bytesRead, bytesTotal, packets }: Running): CaptureRow['progress'] {
  const bytesPerSecond = packets > 0 ? (bytesRead / packets) * packetsPerSecond : 0;
  const isKnown = bytesTotal !== null && bytesPerSecond > 0;
  return {
    bytes_read: bytesRead,
    bytes_total: bytesTotal,
    packets_per_second: packetsPerSecond,
    seconds_left: isKnown ? Math.max(0, bytesTotal - bytesRead) / bytesPerSecond : null,
  };
}
