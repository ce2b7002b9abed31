// The result of a check of this host, and the remedy.

/** `warn`: works partly, or not for long. `wrong`: something that Eyrie needs does not work. */
export type State = 'ok' | 'warn' | 'wrong';

export interface Finding {
  /** The subject: `Node.js`, `port 5000 (ui)`. */
  readonly check: string;
  readonly state: State;
  /** What was found. */
  readonly found: string;
  /** The remedy; '' if none is needed. */
  readonly advice: string;
}

export function ok(check: string, found: string): Finding {
  return { check, state: 'ok', found, advice: '' };
}

export function warn(check: string, found: string, advice: string): Finding {
  return { check, state: 'warn', found, advice };
}

export function wrong(check: string, found: string, advice: string): Finding {
  return { check, state: 'wrong', found, advice };
}
