// A list that loads page by page as the user scrolls to its end.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, type Query } from '../api/client.ts';
import type { Page } from '../api/types.ts';
import { revision } from './captures.ts';

/** Upper bound of rows; a narrower filter is the way to reach others. */
const ROWS_MAX = 20_000;
const ROWS_AT_ONCE = 1000;

export interface Paged<T> {
  rows: readonly T[];
  isWhole: boolean;
  /** Count of all rows, also those not loaded; null while unknown. */
  total: number | null;
  /** False: packet bytes would have to decide the filter, so there may be rows that do not pass it. */
  isExact: boolean;
  /** True until the first page has arrived. */
  isLoading: boolean;
  error: ApiError | null;
  more: () => void;
  /** After an error: goes on where it failed. */
  retry: () => void;
}

interface Held<T> {
  /** Key of the query that the rows belong to. */
  key: string;
  rows: T[];
  next: string | null;
  total: number | null;
  isExact: boolean;
  error: ApiError | null;
}

type Counted<T> = Page<T> & { total: number | null; is_exact: boolean };

const NOTHING = { key: '', rows: [], next: null, total: null, isExact: true, error: null };

/** Keeps what was loaded of this query, and where it goes on. */
function failed<T>(held: Held<T>, key: string, error: ApiError): Held<T> {
  return { ...(held.key === key ? held : NOTHING), key, error };
}

export function usePages<T>(path: string, query: Query, limit = 200): Paged<T> {
  const key = JSON.stringify(query);
  const [state, setState] = useState<Held<T>>(NOTHING);
  const busy = useRef(false);
  /** Packets arrived during a request, so its answer may lack them. */
  const isMissing = useRef(false);
  const [attempt, setAttempt] = useState(0);
  const changed = revision.value;

  const done = () => {
    busy.current = false;
    if (isMissing.current) setAttempt((n) => n + 1);
  };

  const ask = (after: string | null, before: readonly T[], signal: AbortSignal, size: number) => {
    busy.current = true;
    // The count is requested with the first page only.
    const count = after === null ? true : null;
    get<Counted<T>>(path, { ...query, after, limit: size, count }, signal).then(
      ({ items, next, total, is_exact: isExact }) => {
        done();
        const rows = [...before, ...items];
        setState((old) => ({ key, rows, next, total: total ?? old.total, isExact, error: null }));
      },
      (problem) => {
        if (signal.aborted) return;
        done();
        if (problem instanceof ApiError) setState((old) => failed(old, key, problem));
      },
    );
  };

  const control = useRef(new AbortController());
  const question = `${path} ${key} ${attempt}`;
  const asked = useRef('');
  useEffect(() => {
    // A repeated request waits for the pending one; otherwise a busy server's answers would always be aborted.
    if (busy.current && asked.current === question) {
      isMissing.current = true;
      return;
    }
    isMissing.current = false;
    asked.current = question;
    control.current.abort();
    control.current = new AbortController();
    // While packets arrive, requests as many rows as are shown.
    const shown = state.key === key ? state.rows.length : 0;
    ask(null, [], control.current.signal, Math.min(ROWS_AT_ONCE, Math.max(limit, shown)));
  }, [question, changed]);
  useEffect(() => () => control.current.abort(), []);

  const isCurrent = state.key === key;
  const more = () => {
    if (!busy.current && isCurrent && state.next !== null && state.rows.length < ROWS_MAX)
      ask(state.next, state.rows, control.current.signal, limit);
  };
  return {
    rows: state.rows,
    isWhole: isCurrent && state.next === null,
    total: isCurrent ? state.total : null,
    isExact: state.isExact,
    isLoading: !isCurrent,
    error: isCurrent ? state.error : null,
    more,
    retry: () => (isCurrent && state.next !== null ? more() : setAttempt((n) => n + 1)),
  };
}
