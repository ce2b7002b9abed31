// Validation of a display filter by the server.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { FilterCheck } from '../../api/types.ts';
import { capture } from '../../state/navigation.ts';

const CHECK_MS = 120;

/** The filter that was checked, and the result. */
export type Verdict = { q: string; check: FilterCheck } | null;

/** Null for an empty filter, which is always valid. */
export async function checked(q: string, signal?: AbortSignal): Promise<FilterCheck | null> {
  return q.trim() === '' ? null : get<FilterCheck>('/filter/check', { q, capture: capture.value }, signal);
}

/** Checks the text once typing pauses, for the captures that are shown. */
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
  }, [text, capture.value]);
  return [verdict, setVerdict];
}
