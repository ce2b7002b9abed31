// The filter's input field, with a copy of its text behind it that underlines errors.
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { FilterCheck } from '../../api/types.ts';
import type { Choices } from './choices.ts';

interface Props {
  id: string;
  label: string;
  placeholder: string;
  input: RefObject<HTMLInputElement | null>;
  text: string;
  error: FilterCheck['error'];
  choices: Choices;
  onText: (text: string) => void;
  /** Position of the caret; -1: the field lost the focus. */
  onCaret: (at: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function FilterField(props: Props) {
  const { id, input, text, error, choices, onText, onCaret } = props;
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
        id={id}
        type="text"
        value={text}
        placeholder={props.placeholder}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        role="combobox"
        aria-label={props.label}
        aria-expanded={isOpen}
        aria-controls={`${id}-choices`}
        aria-autocomplete="list"
        aria-invalid={error !== null}
        aria-describedby={error !== null ? `${id}-error` : undefined}
        aria-activedescendant={isOpen && choices.chosen >= 0 ? `${id}-choice-${choices.chosen}` : undefined}
        onInput={(event) => {
          onText(event.currentTarget.value);
          noteCaret();
        }}
        onFocus={noteCaret}
        onClick={noteCaret}
        onKeyUp={(event) => event.key.startsWith('Arrow') && !isOpen && noteCaret()}
        onScroll={(event) => (mirror.current!.scrollLeft = event.currentTarget.scrollLeft)}
        onBlur={() => onCaret(-1)}
        onKeyDown={props.onKeyDown}
      />
    </div>
  );
}

export function ChoiceList(props: { id: string; choices: Choices; onTake: (at: number) => void }) {
  const { id, choices, onTake } = props;
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => {
    box.current?.children[choices.chosen]?.scrollIntoView({ block: 'nearest' });
  }, [choices.chosen]);
  return (
    <ul ref={box} id={`${id}-choices`} class="choices" role="listbox" aria-label="Completions">
      {choices.list.map((choice, i) => (
        <li
          key={choice.text}
          id={`${id}-choice-${i}`}
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
