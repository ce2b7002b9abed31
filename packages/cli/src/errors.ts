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
