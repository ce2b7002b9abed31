// Errors of opening, reading and writing captures, with stable codes and messages of one line.

/** Stable code of a CaptureError. */
export type CaptureErrorCode =
  | 'ERR_CAPTURE_NOT_FOUND'
  | 'ERR_CAPTURE_IS_DIRECTORY'
  | 'ERR_CAPTURE_NOT_READABLE'
  | 'ERR_CAPTURE_LOCKED'
  | 'ERR_CAPTURE_TERMINAL'
  | 'ERR_CAPTURE_EMPTY'
  | 'ERR_CAPTURE_UNKNOWN_FORMAT'
  | 'ERR_CAPTURE_READ'
  | 'ERR_CAPTURE_EXISTS'
  | 'ERR_CAPTURE_NOT_WRITABLE'
  | 'ERR_CAPTURE_WRITE'
  | 'ERR_CAPTURE_LINK_TYPE'
  | 'ERR_CAPTURE_NO_FILES'
  | 'ERR_CAPTURE_NO_TOOL'
  | 'ERR_CAPTURE_NO_INTERFACE'
  | 'ERR_CAPTURE_NO_PERMISSION'
  | 'ERR_CAPTURE_BAD_FILTER'
  | 'ERR_CAPTURE_LIVE'
  | 'ERR_CAPTURE_BUSY'
  | 'ERR_CAPTURE_RING_GONE';

export class CaptureError extends Error {
  readonly code: CaptureErrorCode;

  constructor(code: CaptureErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CaptureError';
    this.code = code;
  }
}

/** The system's code of an error (`ENOENT`), or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The error for a file that cannot be opened or read. */
export function readError(path: string, error: unknown): CaptureError {
  if (error instanceof CaptureError) return error;
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CaptureError('ERR_CAPTURE_NOT_FOUND', `${path}: no such file; check the name`, error);
    case 'EISDIR':
      return directoryError(path, error);
    case 'EACCES':
    case 'EPERM':
      return new CaptureError(
        'ERR_CAPTURE_NOT_READABLE',
        `${path}: you may not read this file; ask its owner, or run with more rights`,
        error,
      );
    default:
      return new CaptureError('ERR_CAPTURE_READ', `${path}: cannot be read: ${reasonOf(error)}`, error);
  }
}

export function directoryError(path: string, cause?: unknown): CaptureError {
  return new CaptureError(
    'ERR_CAPTURE_IS_DIRECTORY',
    `${path}: is a directory; name a capture file in it`,
    cause,
  );
}

/** The error for a file that cannot be created or written. */
export function writeError(path: string, error: unknown): CaptureError {
  switch (systemCode(error)) {
    case 'EEXIST':
      return new CaptureError(
        'ERR_CAPTURE_EXISTS',
        `${path}: exists already; choose another name, or overwrite it with --force`,
        error,
      );
    case 'EISDIR':
      return new CaptureError(
        'ERR_CAPTURE_IS_DIRECTORY',
        `${path}: is a directory; name a file in it`,
        error,
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return new CaptureError(
        'ERR_CAPTURE_NOT_WRITABLE',
        `${path}: its folder does not exist; create it first`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CaptureError(
        'ERR_CAPTURE_NOT_WRITABLE',
        `${path}: you may not write there; choose another folder`,
        error,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new CaptureError('ERR_CAPTURE_WRITE', `${path}: the disk is full; free some space`, error);
    default:
      return new CaptureError('ERR_CAPTURE_WRITE', `${path}: cannot be written: ${reasonOf(error)}`, error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
