// Waits for what a test is about, not for a time in which it mostly comes.
import { setTimeout as sleep } from 'node:timers/promises';

/** For what never comes: a machine that is slow, or busy with other things, must not meet it. */
const LIMIT_MS = 180_000;

/**
 * Looks until there is something to see, and gives that. What cannot be looked at yet is not there.
 *
 * @param what for the error, with whatever says why; a function is asked in the end
 * @throws Error when it did not come
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | Promise<T>,
  everyMs = 25,
): Promise<Exclude<T, null | undefined | false | 0 | ''>> {
  let problem = '';
  // The clock of the day may be set meanwhile.
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; ) {
    const begun = performance.now();
    try {
      const found = await look();
      if (found) return found as Exclude<T, null | undefined | false | 0 | ''>;
      problem = '';
    } catch (error) {
      problem = `\n${error}`;
    }
    // A look that starts a process takes from what it waits for.
    await sleep(Math.max(everyMs, 2 * (performance.now() - begun)));
  }
  throw new Error(`it did not come: ${typeof what === 'string' ? what : what()}${problem}`);
}
