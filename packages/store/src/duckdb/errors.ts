// Classifies DuckDB's errors by message, for the binding gives no codes.
import { StoreError } from '../errors.ts';

/** DuckDB refuses to work until it is reopened. */
export function isFatal(error: unknown): boolean {
  return /FATAL Error|database has been invalidated|INTERNAL Error/i.test(messageOf(error));
}

export function storeError(error: unknown, path: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const message = messageOf(error);
  const made = (code: ConstructorParameters<typeof StoreError>[0], text: string): StoreError =>
    new StoreError(code, `${path}: ${text}`, error);
  if (/^INTERRUPT Error/.test(message)) return made('ERR_STORE_CLOSED', 'was closed before it had answered');
  if (/Could not set lock|Conflicting lock|being used by another process/i.test(message)) {
    const holder = /PID (\d+)/.exec(message)?.[1];
    const owner = holder === undefined ? 'another process' : `process ${holder}`;
    return made('ERR_STORE_LOCKED', `${owner} has this store open; stop it, or ask it over its HTTP API`);
  }
  if (/No space left|disk quota|Could not write all|out of disk/i.test(message))
    return made('ERR_STORE_DISK_FULL', 'the disk is full; free some space, what was stored is kept');
  if (/^Out of Memory Error|failed to (allocate|pin block)|could not allocate/i.test(message))
    return made('ERR_STORE_AWAY', 'has no memory left; free some, what was stored is kept');
  // A disk failure: nothing is wrong with the batch.
  if (/Input\/output error|fsync failed|Could not (write|sync)/i.test(message))
    return made('ERR_STORE_AWAY', `its disk does not answer as it should: ${message.split('\n')[0]}`);
  if (/Permission denied|Read-only file system|Cannot open file .*read-only/i.test(message))
    return made('ERR_STORE_DENIED', 'may not be opened; check its rights and those of its folder');
  if (/newer (version|DuckDB)|different version|storage version|created with a newer/i.test(message))
    return made('ERR_STORE_NEWER', 'was written by a newer DuckDB; update Eyrie to read it');
  if (/not a valid DuckDB database|is not a DuckDB|Corrupt database file/i.test(message))
    return made('ERR_STORE_FOREIGN', 'is not a store; name another file');
  if (
    /No such file|does not exist.*read-only|Cannot launch in-memory|Is a directory|Cannot open file/i.test(
      message,
    )
  )
    return made('ERR_STORE_NOT_FOUND', 'no such store; check the name and that its folder exists');
  return made('ERR_STORE_FAILED', message.split('\n')[0]!);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
