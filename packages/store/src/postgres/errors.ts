// Classifies PostgreSQL's errors by SQLSTATE (PostgreSQL manual, appendix A) or system error code.
import { StoreError, type StoreErrorCode } from '../errors.ts';

interface Coded {
  readonly code?: unknown;
}

export function storeError(error: unknown, place: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = String((error as Coded).code ?? '');
  const found = MEANINGS.find(([pattern]) => pattern.test(code));
  if (found !== undefined) return new StoreError(found[1], `${place}: ${found[2]}`, error);
  // The connection ended without a code.
  if (/terminated|Connection (ended|closed)|not queryable|timeout/i.test(error.message))
    return new StoreError('ERR_STORE_AWAY', `${place}: ${AWAY}`, error);
  return new StoreError('ERR_STORE_FAILED', `${place}: ${error.message.split('\n')[0]}`, error);
}

const AWAY = 'does not answer; is PostgreSQL running there?';

const MEANINGS: readonly (readonly [RegExp, StoreErrorCode, string])[] = [
  [/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|57P|08)/, 'ERR_STORE_AWAY', AWAY],
  [/^(ENOTFOUND|EAI_AGAIN|ENOENT)$/, 'ERR_STORE_AWAY', 'there is no such host; check the address'],
  [/^53300$/, 'ERR_STORE_AWAY', 'has no connection left; raise max_connections or try again'],
  [/^(40001|40P01|23505)$/, 'ERR_STORE_AWAY', 'another session changed the same rows; try again'],
  [/^55P03$/, 'ERR_STORE_AWAY', 'another session holds a lock that is needed; try again when it has ended'],
  [/^28/, 'ERR_STORE_DENIED', 'refuses this user or password; check them'],
  [/^42501$/, 'ERR_STORE_DENIED', 'this user may not do that; grant it CREATE on the schema'],
  [/^3D000$/, 'ERR_STORE_NOT_FOUND', 'there is no such database; make it with createdb'],
  [
    /^(53100|53200|54000)$/,
    'ERR_STORE_DISK_FULL',
    'its disk or memory is full; free some, what was stored is kept',
  ],
  [/^25006$/, 'ERR_STORE_AWAY', 'is a standby that only answers; writing goes on when it leads'],
  [
    /^(53|58)/,
    'ERR_STORE_AWAY',
    'takes nothing just now, and its log says why; writing goes on when it does',
  ],
];
