// Whether a text is a display filter, as the server sees it.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { FilterCheck } from '../../api/types.ts';

const CHECK_MS = 120;

/** What was asked, and what was said to it. */
export type Verdict = { q: string; check: FilterCheck } | null;

/** Null: nothing at all passes everything. */
export async function checked(q: string, signal?: AbortSignal): Promise<FilterCheck | null> {
  return q.trim() === '' ? null : get<FilterCheck>('/filter/check', { q }, signal);
}

/** Asked a moment after the last key. */
export function useVerdict(text: string): [Verdict, (verdict: Verdict) => void] {
  const [verdict, setVerdict] = useState<Verdict>(null);
  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(() => {
      checked(text, control.signal).then(
        (check) => setVerdict(check === null ? null : { q: text, check }),
        () => {},
      );
    }, CHECK_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [text]);
  return [verdict, setVerdict];
}
