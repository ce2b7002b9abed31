// Confirmation dialog for irreversible actions.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

interface Question {
  title: string;
  text: string;
  yes: string;
}

const open = signal<(Question & { answer: (isSure: boolean) => void }) | null>(null);

export function ask(question: Question): Promise<boolean> {
  open.value?.answer(false);
  return new Promise((resolve) => {
    open.value = { ...question, answer: resolve };
  });
}

export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = open.value;
  useEffect(() => {
    if (now !== null && !dialog.current!.open) dialog.current!.showModal();
  }, [now]);
  if (now === null) return null;
  const answer = (isSure: boolean) => {
    now.answer(isSure);
    dialog.current?.close();
    open.value = null;
  };
  return (
    <dialog
      ref={dialog}
      class="dialog confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onClose={() => answer(false)}
    >
      <h2 id="confirm-title">{now.title}</h2>
      <p id="confirm-text">{now.text}</p>
      <div class="confirm-tools">
        <button type="button" class="button" onClick={() => answer(false)}>
          Keep
        </button>
        <button type="button" class="button button-danger" onClick={() => answer(true)}>
          {now.yes}
        </button>
      </div>
    </dialog>
  );
}
