// Keyboard shortcuts of a single page: switching panes, following new packets, marks.
import { useEffect, useRef } from 'preact/hooks';
import { isAfterG, isTyping } from './shortcuts.ts';

export type PageKeys = Readonly<Record<string, () => void>>;

/** Handlers by key; F6 and Shift F6 switch panes. Ignored while text is typed or a dialog is open. */
export function usePageKeys(keys: PageKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F6') nextPane(event.shiftKey);
      else {
        const run = latest.current[event.key];
        const isOther = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
        if (run === undefined || isOther || isAfterG(event) || isTyping(event.target) || isInDialog()) return;
        run();
      }
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function isInDialog(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

/** Moves the focus around list, tree and bytes. */
function nextPane(isBack: boolean): void {
  const panes = [...document.querySelectorAll<HTMLElement>('.list, .tree, .bytes-box')];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  panes[(at + (isBack ? -1 : 1) + panes.length) % panes.length]?.focus();
}
