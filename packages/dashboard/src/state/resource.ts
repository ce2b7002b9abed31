// A request's state for a component: answer, pending, or error. While a new answer is pending the old one stays, so
// that nothing flickers.
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { onReturn } from '../api/live.ts';
import { revision } from './captures.ts';

export interface Resource<T> {
  data: T | null;
  error: ApiError | null;
  /** True until the answer for the current key arrives. */
  isLoading: boolean;
  reload: () => void;
  /** Repeats the request unless one is pending. */
  again: () => void;
}

interface Kept<T> {
  key: string;
  data: T | null;
  error: ApiError | null;
  isDone: boolean;
}

/**
 * Requests data and repeats the request when the key changes, packets arrive, or the server is reachable again.
 * @param key identifies the request; null: no request
 * @param isLive false: the answer does not change while packets arrive
 */
export function useResource<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  isLive = true,
): Resource<T> {
  const [kept, setKept] = useState<Kept<T>>({ key: '', data: null, error: null, isDone: false });
  const busy = useRef<{ key: string; control: AbortController } | null>(null);
  const loader = useRef(load);
  loader.current = load;
  const keyNow = useRef(key);
  keyNow.current = key;
  /** Packets arrived during a request, so its answer may lack them. */
  const isMissing = useRef(false);

  const ask = useRef((isAgain: boolean): boolean => {
    const asked = keyNow.current;
    // A repeated request waits for the pending one.
    if (isAgain && busy.current?.key === asked) return false;
    busy.current?.control.abort();
    busy.current = null;
    isMissing.current = false;
    if (asked === null) return true;
    const control = new AbortController();
    busy.current = { key: asked, control };
    const done = (data: T | null, error: ApiError | null) => {
      if (control.signal.aborted) return;
      busy.current = null;
      setKept((old) => ({
        key: asked,
        data: error === null || old.key === asked ? (data ?? old.data) : null,
        error,
        isDone: true,
      }));
      if (isMissing.current) ask.current(true);
    };
    loader.current(control.signal).then(
      (data) => done(data, null),
      (error) => {
        if (error instanceof ApiError) done(null, error);
        else if ((error as Error).name !== 'AbortError') {
          done(null, new ApiError('page', String((error as Error).message)));
        }
      },
    );
    return true;
  });

  useEffect(() => {
    ask.current(false);
    return () => busy.current?.control.abort();
  }, [key]);
  const known = useRef(revision.peek());
  useSignalEffect(() => {
    if (revision.value === known.current) return;
    known.current = revision.value;
    if (isLive && !document.hidden && !ask.current(true)) isMissing.current = true;
  });
  useEffect(() => onReturn(() => void ask.current(false)), []);

  const isCurrent = kept.key === key && kept.isDone;
  return {
    data: key === null ? null : kept.data,
    error: isCurrent ? kept.error : null,
    isLoading: key !== null && !isCurrent,
    reload: () => void ask.current(false),
    again: () => void ask.current(true),
  };
}
