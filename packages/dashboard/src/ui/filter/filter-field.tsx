// The filter's input field, with a copy of its text behind it that underlines errors.
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { FilterCheck } from '../../api/types.ts';
import type { Choices } from './choices.ts';

interface Props {
  input: RefObject<HTMLInputElement | null>;
  text: string;
  error: FilterCheck['error'];
  choices: Choices;
  onText: (text: string) => void;
  /** Position of the caret; -1: the field lost the focus. */
  onCaret: (at: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function FilterField({ input, text, error, choices, onText, onCaret, onKeyDown }: Props) {
  const mirror = useRef<HTMLDivElement>(null);
  const noteCaret = () => onCaret(input.current?.selectionStart ?? -1);
  const isOpen = choices.list.length > 0;
  return (
    <div class="filter-field">
      <div ref={mirror} class="filter-mirror" aria-hidden="true">
        {error !== null && (
          <>
            {text.slice(0, error.at)}
            <mark>{text.slice(error.at, error.at + Math.max(1, error.length)) || ' '}</mark>
          </>
        )}
      </div>
      <input
        ref={input}
        id="filter"
        type="text"
        value={text}
        placeholder="Display filter, as in Wireshark: dns or ip.addr == 10.20.0.80"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        role="combobox"
        aria-label="Display filter"
        aria-expanded={isOpen}
        aria-controls="filter-choices"
        aria-autocomplete="list"
        aria-invalid={error !== null}
        aria-describedby={error !== null ? 'filter-error' : undefined}
        aria-activedescendant={isOpen && choices.chosen >= 0 ? `filter-choice-${choices.chosen}` : undefined}
        onInput={(event) => {
          onText(event.currentTarget.value);
          noteCaret();
        }}
        onFocus={noteCaret}
        onClick={noteCaret}
        onKeyUp={(event) => event.key.startsWith('Arrow') && !isOpen && noteCaret()}
        onScroll={(event) => (mirror.current!.scrollLeft = event.currentTarget.scrollLeft)}
        onBlur={() => onCaret(-1)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

export function ChoiceList({ choices, onTake }: { choices: Choices; onTake: (at: number) => void }) {
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => {
    box.current?.children[choices.chosen]?.scrollIntoView({ block: 'nearest' });
  }, [choices.chosen]);
  return (
    <ul ref={box} id="filter-choices" class="choices" role="listbox" aria-label="Completions">
      {choices.list.map((choice, i) => (
        <li
          key={choice.text}
          id={`filter-choice-${i}`}
          class={choice.isWhole ? 'choice-whole' : ''}
          role="option"
          aria-selected={i === choices.chosen}
          // Prevents the field from losing the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(i)}
        >
          <code>{choice.text}</code>
          <span class="choice-what">{choice.description}</span>
          <span class="choice-type">{choice.type}</span>
        </li>
      ))}
    </ul>
  );
}
