// Errors a user can do something about: one line on standard error, and the exit status that goes with it.

/** The command worked, but could not do what was asked. */
export const FAILED = 1;
/** The command was called wrongly. */
export const BAD_USAGE = 2;

export class UserError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = BAD_USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}
