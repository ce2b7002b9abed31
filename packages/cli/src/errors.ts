// Errors for the user: one line on standard error that says what to do, and an exit status.

/** The command worked, but could not do what was asked. */
export const FAILED = 1;
/** The command was called wrongly. */
export const BAD_USAGE = 2;

/** A system error about a file, in words. */
export function fileProblem(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${path}: no such file; check the name`;
  if (code === 'EACCES') return `${path}: you may not read this file; ask its owner, or run with more rights`;
  if (code === 'EISDIR') return `${path}: is a directory; name a file in it`;
  return `${path}: cannot be read: ${message}`;
}

export class UserError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = BAD_USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}
