// The filter bar: the display filter that every click edits, with completion, and errors marked at their position.
import { useRef, useState } from 'preact/hooks';
import { draft, filter, setFilter } from '../../state/navigation.ts';
import { keptFilters, rememberFilter, toggleKept } from '../../state/settings.ts';
import { announce } from '../announce.tsx';
import { CaptureChooser } from '../capture-chooser.tsx';
import { Icon } from '../icons.tsx';
import { type Choices, useChoices } from './choices.ts';
import { ChoiceList, FilterField } from './filter-field.tsx';
import { FilterNote } from './filter-note.tsx';
import { checked, useVerdict } from './verdict.ts';

export function FilterBar() {
  const applied = filter.value;
  const text = draft.value ?? applied;
  const input = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(-1);
  const [verdict, setVerdict] = useVerdict(text);
  const choices = useChoices(text, caret);
  const check = verdict?.q === text ? verdict.check : null;
  const error = check?.error ?? null;

  const apply = async (q: string) => {
    setCaret(-1);
    choices.close();
    // Enter often comes before the verdict. Without a server the filter is applied unchecked.
    const known = verdict?.q === q ? verdict.check : await checked(q).catch(() => null);
    if (known !== null && known.error !== null) return setVerdict({ q, check: known });
    setFilter(q);
    rememberFilter(q.trim());
  };
  const take = (at: number) => {
    const choice = choices.list[at];
    if (choice?.isWhole) return void apply(choice.text);
    if (choice === undefined || choices.position.kind === 'none') return;
    const taken = completed(text, choices.position, choice.text);
    draft.value = taken.text;
    queueMicrotask(() => {
      input.current?.focus();
      input.current?.setSelectionRange(taken.caret, taken.caret);
      setCaret(taken.caret);
    });
  };
  const onEscape = () => {
    if (choices.list.length > 0) return choices.close();
    draft.value = null;
    input.current?.blur();
  };

  const state = text === '' ? 'empty' : error !== null ? 'wrong' : check !== null ? 'right' : 'unknown';
  return (
    <div class="filter-bar" role="search" aria-label="Display filter">
      <CaptureChooser />
      <div class={`filter filter-${state}`}>
        <Icon name="filter" />
        <FilterField
          input={input}
          text={text}
          error={error}
          choices={choices}
          onText={(next) => (draft.value = next)}
          onCaret={setCaret}
          onKeyDown={(event) =>
            onKey(event, text, choices, { take, apply: () => void apply(text), onEscape })
          }
        />
        {text !== '' && <Button name="close" label="Clear the filter" onClick={() => void apply('')} />}
        {applied !== '' && text === applied && <Keep q={applied} />}
        <Button
          name="enter"
          label="Apply the filter"
          title="Apply (Enter)"
          class="filter-apply"
          isDisabled={error !== null || text.trim() === applied}
          onClick={() => void apply(text)}
        />
        {choices.list.length > 0 && <ChoiceList choices={choices} onTake={take} />}
      </div>
      {check !== null && text !== '' && choices.list.length === 0 && (
        <FilterNote
          check={check}
          onMeant={(name) => {
            const { at, length } = check.error!;
            draft.value = `${text.slice(0, at)}${name}${text.slice(at + length)}`;
            input.current?.focus();
          }}
        />
      )}
    </div>
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

/** Keeps the filter, so that an empty field offers it first. */
function Keep({ q }: { q: string }) {
  const isKept = keptFilters.value.includes(q);
  const label = isKept ? 'Remove this saved filter' : 'Keep this filter';
  return (
    <button
      type="button"
      class={`icon-button ${isKept ? 'filter-kept' : ''}`}
      aria-label="Keep this filter"
      aria-pressed={isKept}
      title={label}
      onClick={() =>
        announce(toggleKept(q) ? 'The filter is saved: an empty field offers it' : 'Filter removed')
      }
    >
      <Icon name="star" />
    </button>
  );
}

function Button(props: {
  name: 'close' | 'enter';
  label: string;
  title?: string;
  class?: string;
  isDisabled?: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={props.label}
      title={props.title ?? props.label}
      disabled={props.isDisabled}
      onClick={props.onClick}
    >
      <Icon name={props.name} />
    </button>
  );
}
