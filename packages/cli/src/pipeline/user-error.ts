// Errors of the packages as errors for the user. It loads none of them: a command that fails for a missing file
// must not load a store and a dissector first.
import { CaptureError } from '@eyrie/capture';
import { BusError, ListenError } from '@eyrie/services/bus';
import { StoreError } from '@eyrie/store';
import { exitStatusOf, FAILED, UserError } from '../errors.ts';

/** Throws; errors that the user can fix as a UserError of one line. */
export function userError(error: unknown): never {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof UserError) throw error;
  if (error instanceof StoreError) throw new UserError(message, exitStatusOf(error));
  if (error instanceof CaptureError || code.startsWith('ERR_CAPTURE_'))
    throw new UserError(message, exitStatusOf(error));
  // The analyzer has a ListenError of its own; it is not loaded here only to be compared with.
  if (
    error instanceof BusError ||
    error instanceof ListenError ||
    (error as Error).constructor.name === 'ListenError'
  )
    throw new UserError(message, FAILED);
  throw error;
}
