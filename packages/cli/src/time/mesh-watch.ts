// Mesh time for a process without a peer: asked periodically from a peer on this machine, if one runs.
import type { MeshNow } from '@eyrie/services/mesh-time';
import { meshReading } from './clock-reading.ts';

const ASK_MS = 20_000;
/** What a quartz may wander against another in a second (100 ppm), until the next answer. */
const WANDER = 1e-4;
/** The date is reported in whole milliseconds, so it is off by up to half of one. */
const DATE_MS = 0.5;

interface Read {
  readonly mesh: string;
  readonly aheadMs: number;
  readonly uncertaintyMs: number;
  readonly atMs: number;
}

/** Begins when it is first asked; it does not keep the process from ending. */
export function watchMesh(): MeshNow {
  let isWatching = false;
  let read: Read | null = null;
  const ask = async (): Promise<void> => {
    const reading = await meshReading();
    const atMs = performance.now();
    if (reading === null) read = null;
    else {
      const { mesh, aheadSeconds, uncertaintySeconds } = reading;
      read = { mesh, aheadMs: aheadSeconds * 1000, uncertaintyMs: uncertaintySeconds * 1000, atMs };
    }
  };
  return () => {
    if (!isWatching) {
      isWatching = true;
      void ask();
      setInterval(() => void ask(), ASK_MS).unref();
    }
    if (read === null) return null;
    const { mesh, aheadMs, atMs } = read;
    const uncertaintyMs = read.uncertaintyMs + DATE_MS + WANDER * (performance.now() - atMs);
    return { mesh, ms: Date.now() + DATE_MS - aheadMs, uncertaintyMs };
  };
}
