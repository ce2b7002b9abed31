// Announces changes to screen readers, and shows them briefly to everyone.
import { signal } from '@preact/signals';

const SHOWN_MS = 4000;
const message = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  clearTimeout(timer);
  message.value = text;
  timer = setTimeout(() => {
    message.value = '';
  }, SHOWN_MS);
}

/** Always rendered: a screen reader announces what changes in an element that it knows, not one that appears. */
export function Announcer() {
  return (
    <div class="toast" role="status" aria-live="polite">
      {message.value}
    </div>
  );
}
