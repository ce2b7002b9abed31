// Ctrl-C, SIGTERM and a closed terminal: the first requests a graceful end, the second ends at once. SIGHUP from elsewhere
// has files read again.
import { hasTerminal, isTerminalGone } from '../terminal/hangup.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** What SIGHUP does; returns one line about it. */
  reload: () => string;
  /** Removes the signal handlers. */
  end(): void;
}

/** After Ctrl-C, as shells expect (128 + SIGINT). */
export const INTERRUPTED = 130;

export function listenForInterrupt(): Interrupt {
  const ending = new AbortController();
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(INTERRUPTED);
    ending.abort();
  };
  const isOfTerminal = hasTerminal();
  const onHangup = (): void => {
    if (isOfTerminal && isTerminalGone()) {
      // Output on the way to the end fails with EIO, which is no error.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
      onSignal();
    } else console.error(`eyrie: SIGHUP: ${interrupt.reload()}`);
  };
  const interrupt: Interrupt = {
    signal: ending.signal,
    reload: () => 'eyrie.toml is only read at the start; restart to apply changes',
    end: () => {
      process.removeListener('SIGINT', onSignal);
      process.removeListener('SIGTERM', onSignal);
      process.removeListener('SIGHUP', onHangup);
    },
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onHangup);
  return interrupt;
}

/** Resolves at the first signal. */
export function interrupted({ signal }: Interrupt): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
