// A field for a display filter, with completion, and errors marked at their position: the filter bar's, and those of graphs.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { FilterCheck } from '../../api/types.ts';
import { rememberFilter } from '../../state/settings.ts';
import { Icon } from '../icons.tsx';
import { type Choices, useChoices } from './choices.ts';
import { ChoiceList, FilterField } from './filter-field.tsx';
import { FilterNote } from './filter-note.tsx';
import { checked, useVerdict } from './verdict.ts';

interface Props {
  id: string;
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  /** A valid filter, by Enter or a click; without a server it is unchecked. */
  onApply: (q: string) => void;
  onEscape: () => void;
  /** Buttons in the field. `apply` checks a filter first. */
  tools?: (apply: (q: string) => void, isWrong: boolean) => ComponentChildren;
  /** Whether to say that a filter takes long. */
  showsCost?: boolean;
}

export function FilterInput(props: Props) {
  const { text } = props;
  const input = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(-1);
  const [verdict, setVerdict] = useVerdict(text);
  const choices = useChoices(text, caret);
  const check: FilterCheck | null = verdict?.q === text ? verdict.check : null;
  const error = check?.error ?? null;

  const apply = async (q: string) => {
    setCaret(-1);
    choices.close();
    // Enter often comes before the verdict. Without a server the filter is applied unchecked.
    const known = verdict?.q === q ? verdict.check : await checked(q).catch(() => null);
    if (known !== null && known.error !== null) return setVerdict({ q, check: known });
    props.onApply(q);
    rememberFilter(q.trim());
  };
  const take = (at: number) => {
    const choice = choices.list[at];
    if (choice?.isWhole) return void apply(choice.text);
    if (choice === undefined || choices.position.kind === 'none') return;
    const taken = completed(text, choices.position, choice.text);
    props.onText(taken.text);
    queueMicrotask(() => {
      input.current?.focus();
      input.current?.setSelectionRange(taken.caret, taken.caret);
      setCaret(taken.caret);
    });
  };
  const onEscape = () => {
    if (choices.list.length > 0) return choices.close();
    props.onEscape();
    input.current?.blur();
  };

  const state = text === '' ? 'empty' : error !== null ? 'wrong' : check !== null ? 'right' : 'unknown';
  const hasNote = check !== null && text !== '' && choices.list.length === 0;
  return (
    <>
      <div class={`filter filter-${state}`}>
        <Icon name="filter" />
        <FilterField
          {...props}
          input={input}
          error={error}
          choices={choices}
          onCaret={setCaret}
          onKeyDown={(event) =>
            onKey(event, text, choices, { take, apply: () => void apply(text), onEscape })
          }
        />
        {props.tools?.((q) => void apply(q), error !== null)}
        {choices.list.length > 0 && <ChoiceList id={props.id} choices={choices} onTake={take} />}
      </div>
      {hasNote && (error !== null || props.showsCost) && (
        <FilterNote
          id={props.id}
          check={check}
          onMeant={(name) => {
            const { at, length } = check.error!;
            props.onText(`${text.slice(0, at)}${name}${text.slice(at + length)}`);
            input.current?.focus();
          }}
        />
      )}
    </>
  );
}

interface Doing {
  take: (at: number) => void;
  apply: () => void;
  onEscape: () => void;
}

function onKey(event: KeyboardEvent, text: string, choices: Choices, doing: Doing): void {
  const { key } = event;
  const { list, chosen } = choices;
  const isOpen = list.length > 0;
  if (isOpen && (key === 'ArrowDown' || key === 'ArrowUp')) {
    // The choices cycle through one additional position, which is none of them.
    const step = key === 'ArrowDown' ? 1 : -1;
    choices.choose(((chosen + 1 + step + list.length + 1) % (list.length + 1)) - 1);
  } else if (isOpen && key === 'Tab' && !event.shiftKey && (chosen >= 0 || text !== '')) {
    doing.take(Math.max(0, chosen));
  } else if (key === 'Enter') {
    if (isOpen && chosen >= 0) doing.take(chosen);
    else doing.apply();
  } else if (key === 'Escape') doing.onEscape();
  else return;
  event.preventDefault();
}

/** Replaces the text at the position; a space follows operators and connectives. */
function completed(text: string, at: { kind: string; from: number; to: number }, by: string) {
  const end = at.from + by.length;
  const next = `${text.slice(0, at.from)}${by}${text.slice(at.to)}`;
  if (at.kind === 'name') return { text: next, caret: end };
  return { text: `${next.slice(0, end)} ${next.slice(end)}`, caret: end + 1 };
}
