// Errors for the user: one line on standard error that says what to do, and an exit status.

/** The command worked, but could not do what was asked. */
export const FAILED = 1;
/** The command was called wrongly: by its options, or with the name of what is not there or not what it should be. */
export const BAD_USAGE = 2;
/** The same in one line, for help, man pages and reference. */
export const EXIT_STATUS =
  '0 done, 1 failed, 2 called wrongly (or no such file, store or peer), 130 interrupted.';

/** Codes of errors about what was named on the command line; all others tell of a failure. */
const WRONGLY_NAMED: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'EISDIR'],
  ...[
    'ERR_CAPTURE_NOT_FOUND',
    'ERR_CAPTURE_IS_DIRECTORY',
    'ERR_CAPTURE_NO_FILES',
    'ERR_CAPTURE_UNKNOWN_FORMAT',
  ],
  ...['ERR_CAPTURE_NO_INTERFACE', 'ERR_CAPTURE_BAD_FILTER'],
  ...['ERR_STORE_URL', 'ERR_STORE_NOT_FOUND', 'ERR_STORE_QUERY'],
]);

/** The exit status for an error of opening or reading what was named on the command line. */
export function exitStatusOf(error: unknown): number {
  return WRONGLY_NAMED.has((error as NodeJS.ErrnoException).code ?? '') ? BAD_USAGE : FAILED;
}

/** A system error of reading a file, for the user. */
export function fileError(path: string, error: unknown): UserError {
  return new UserError(fileProblem(path, error), exitStatusOf(error));
}

/** A system error about a file, in words. */
export function fileProblem(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${path}: no such file; check the name`;
  if (code === 'EACCES') return `${path}: you may not read this file; ask its owner, or run with more rights`;
  if (code === 'EISDIR') return `${path}: is a directory; name a file in it`;
  return `${path}: cannot be read: ${message}`;
}

/** A system error of writing to a file, in words. */
export function writeProblem(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `${path}: the disk is full; free some space`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `${path}: you may not write there; choose another folder`;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${path}: its folder does not exist; create it first`;
  if (code === 'EISDIR') return `${path}: is a directory; name a file in it`;
  return `${path}: cannot be written: ${message}`;
}

/** Where an address and port to listen on came from: named in what is advised. */
export interface ListenOptions {
  readonly host: string;
  readonly port: string;
}

/** A system error of listening on a port, in words; null for any other. */
export function listenProblem(error: unknown, { host, port }: ListenOptions): string | null {
  const failed = error as NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };
  const { code, syscall, address = failed.hostname ?? 'this' } = failed;
  if (code === 'EADDRINUSE') return `port ${failed.port} is taken: choose another ${port}`;
  if (code === 'EACCES' && (syscall === 'listen' || syscall === 'bind'))
    return `port ${failed.port} needs privileges: choose one above 1023 ${port}`;
  if (code === 'EADDRNOTAVAIL' || syscall === 'getaddrinfo')
    return `${address} is not an address of this machine: choose another ${host}`;
  return null;
}

export class UserError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = BAD_USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}
