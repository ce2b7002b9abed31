// Queries are cancelled when their client disconnects. The signal comes with the asynchronous context: a request makes several queries,
// through layers that need not know of it.
import { AsyncLocalStorage } from 'node:async_hooks';

const requestSignal = new AsyncLocalStorage<AbortSignal>();

/** A query that was only about to begin is cancelled again. */
const AGAIN_MS = 200;

/**
 * Runs `work`. Once `signal` aborts, its queries that read are cancelled, and no others begin: they reject with the signal's
 * reason. Transactions go on.
 */
export function cancelledBy<T>(signal: AbortSignal, work: () => T): T {
  return requestSignal.run(signal, work);
}

/** Runs what others may wait for as well. */
export function uncancelled<T>(work: () => T): T {
  return requestSignal.exit(work);
}

/**
 * Runs one query.
 *
 * @param cancel makes it reject; may be called more than once
 * @throws the reason of the signal
 */
export async function cancellable<T>(query: () => Promise<T>, cancel: () => void): Promise<T> {
  const signal = requestSignal.getStore();
  if (signal === undefined) return query();
  signal.throwIfAborted();
  let again: NodeJS.Timeout | undefined;
  const stop = (): void => {
    cancel();
    again = setInterval(cancel, AGAIN_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await query();
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
    clearInterval(again);
  }
}
