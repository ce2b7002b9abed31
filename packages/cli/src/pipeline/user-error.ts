// Errors of the packages as errors for the user. It loads none of them: a command that fails for a missing file
// must not load a store and a dissector first.
import { CaptureError } from '@eyrie/capture';
import { BusError, ListenError } from '@eyrie/services/bus';
import { StoreError } from '@eyrie/store';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';

/** Throws; errors that the user can fix as a UserError of one line. */
export function userError(error: unknown): never {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof UserError) throw error;
  if (error instanceof StoreError)
    throw new UserError(message, code === 'ERR_STORE_URL' ? BAD_USAGE : FAILED);
  if (error instanceof CaptureError || code.startsWith('ERR_CAPTURE_'))
    throw new UserError(message, BAD_INPUT.has(code) ? BAD_USAGE : FAILED);
  // The analyzer has a ListenError of its own; it is not loaded here only to be compared with.
  if (
    error instanceof BusError ||
    error instanceof ListenError ||
    (error as Error).constructor.name === 'ListenError'
  )
    throw new UserError(message, FAILED);
  throw error;
}

const BAD_INPUT = new Set([
  'ERR_CAPTURE_NOT_FOUND',
  'ERR_CAPTURE_UNKNOWN_FORMAT',
  'ERR_CAPTURE_NO_INTERFACE',
  'ERR_CAPTURE_BAD_FILTER',
]);
