// A list that comes page by page as its reader comes to the end.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, type Query } from '../api/client.ts';
import type { Page } from '../api/types.ts';
import { revision } from './captures.ts';

/** More rows than anyone reads; a filter can be made narrower. */
const ROWS_MAX = 20_000;
const ROWS_AT_ONCE = 1000;

export interface Paged<T> {
  rows: readonly T[];
  isWhole: boolean;
  /** With those that are not here yet; null until it is known. */
  total: number | null;
  /** True until the first page has come. */
  isLoading: boolean;
  error: ApiError | null;
  more: () => void;
  reload: () => void;
}

interface Held<T> {
  /** Of the query that the rows are of. */
  key: string;
  rows: T[];
  next: string | null;
  total: number | null;
  error: ApiError | null;
}

type Counted<T> = Page<T> & { total: number | null };

const NOTHING = { key: '', rows: [], next: null, total: null, error: null };

/** Rows that are here stay when the server is away, if they are of this query. */
function failed<T>(held: Held<T>, key: string, error: ApiError): Held<T> {
  const { rows, total } = held.key === key ? held : NOTHING;
  return { key, rows, next: null, total, error };
}

export function usePages<T>(path: string, query: Query, limit = 200): Paged<T> {
  const key = JSON.stringify(query);
  const [state, setState] = useState<Held<T>>(NOTHING);
  const busy = useRef(false);
  /** Packets came in while an answer was on its way, so it may lack them. */
  const isMissing = useRef(false);
  const [attempt, setAttempt] = useState(0);
  const changed = revision.value;

  const done = () => {
    busy.current = false;
    if (isMissing.current) setAttempt((n) => n + 1);
  };

  const ask = (after: string | null, before: readonly T[], signal: AbortSignal, size: number) => {
    busy.current = true;
    // Counted once: with the first page.
    const count = after === null ? true : null;
    get<Counted<T>>(path, { ...query, after, limit: size, count }, signal).then(
      ({ items, next, total }) => {
        done();
        const rows = [...before, ...items];
        setState((old) => ({
          key,
          rows,
          next: rows.length >= ROWS_MAX ? null : next,
          total: total ?? old.total,
          error: null,
        }));
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
    // The same again, because packets came in, waits for the answer that is on its way: else a busy server's never came.
    if (busy.current && asked.current === question) {
      isMissing.current = true;
      return;
    }
    isMissing.current = false;
    asked.current = question;
    control.current.abort();
    control.current = new AbortController();
    // While packets come in, as many rows as are shown are asked for again.
    const shown = state.key === key ? state.rows.length : 0;
    ask(null, [], control.current.signal, Math.min(ROWS_AT_ONCE, Math.max(limit, shown)));
  }, [question, changed]);
  useEffect(() => () => control.current.abort(), []);

  const isCurrent = state.key === key;
  return {
    rows: state.rows,
    isWhole: isCurrent && state.next === null,
    total: isCurrent ? state.total : null,
    isLoading: !isCurrent,
    error: isCurrent ? state.error : null,
    more: () => {
      if (!busy.current && isCurrent && state.next !== null)
        ask(state.next, state.rows, control.current.signal, limit);
    },
    reload: () => setAttempt((n) => n + 1),
  };
}
