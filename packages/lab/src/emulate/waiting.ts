// Waiting that can be cut short.

import { setTimeout as pause } from 'node:timers/promises';

/** Waits; false if that was cut short. */
export async function quiet(ms: number, over: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal: over });
    return true;
  } catch {
    return false;
  }
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
