// Keyboard shortcuts of all pages; ignored while text is typed.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { linkTo } from '../state/navigation.ts';
import { pages } from '../state/peer-here.ts';
import type { PageName } from '../state/place.ts';

export const helpOpen = signal(false);
const SEQUENCE_MS = 1500;
let gAt = Number.NEGATIVE_INFINITY;

/** Whether this key completes a `g` sequence. Compares event times, as a busy page may handle events late. */
export function isAfterG(event: KeyboardEvent): boolean {
  return event.timeStamp - gAt < SEQUENCE_MS;
}

/** Second key of the `g` sequence, by page. */
export const PAGE_KEYS: Record<PageName, string> = {
  overview: 'o',
  packets: 'p',
  flows: 'f',
  hosts: 'h',
  analysis: 'a',
  mesh: 'm',
  time: 't',
  security: 'y',
  captures: 'c',
  status: 's',
};

export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return (
    element?.closest?.('input, textarea, select, [contenteditable]') !== null && element !== document.body
  );
}

function focusFilter(): void {
  const input = document.getElementById('filter') as HTMLInputElement | null;
  input?.focus();
  input?.select();
}

export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') helpOpen.value = false;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const isSecond = isAfterG(event);
      gAt = Number.NEGATIVE_INFINITY;
      if (event.key === '/') focusFilter();
      else if (event.key === '?') helpOpen.value = !helpOpen.value;
      else if (event.key === 'g' && !isSecond) {
        gAt = event.timeStamp;
        return;
      } else {
        const name = pages.value.find((page) => PAGE_KEYS[page] === event.key);
        if (!isSecond || name === undefined) return;
        location.hash = linkTo(name);
      }
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
