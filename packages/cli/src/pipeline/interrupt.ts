// Ctrl-C and SIGTERM: the first requests a graceful end, the second ends at once.

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Removes the signal handlers. */
  end(): void;
}

/** After Ctrl-C, as shells expect (128 + SIGINT). */
export const INTERRUPTED = 130;

export function listenForInterrupt(): Interrupt {
  const asked = new AbortController();
  const onSignal = (): void => {
    if (asked.signal.aborted) process.exit(INTERRUPTED);
    asked.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: asked.signal,
    end: () => {
      process.removeListener('SIGINT', onSignal);
      process.removeListener('SIGTERM', onSignal);
    },
  };
}

/** Resolves at the first signal. */
export function interrupted({ signal }: Interrupt): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
