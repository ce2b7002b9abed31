// The display filter: one expression that every click writes into, with completion of names and errors at their place.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get } from '../api/client.ts';
import type { Fields, FilterCheck } from '../api/types.ts';
import { JOINTS, OPERATORS, type Position, positionAt } from '../state/completion.ts';
import { addToFilter, draft, filter, setFilter } from '../state/navigation.ts';
import { recentFilters, rememberFilter } from '../state/settings.ts';
import { CaptureChooser } from './capture-chooser.tsx';
import { Icon } from './icons.tsx';

const CHECK_MS = 120;
const COMPLETE_MS = 60;
const CHOICES_MAX = 12;

interface Choice {
  text: string;
  type: string;
  description: string;
}

type Verdict = { q: string; check: FilterCheck } | null;

export function FilterBar() {
  const applied = filter.value;
  const text = draft.value ?? applied;
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const [caret, setCaret] = useState(-1);
  const [found, setChoices] = useState<Choice[]>([]);
  const [chosen, setChosen] = useState(-1);
  const [verdict, setVerdict] = useVerdict(text);
  const position: Position = useMemo(
    () => (caret < 0 ? { kind: 'none' } : positionAt(text, caret)),
    [text, caret],
  );
  // Keys are faster than answers: what was found for fewer letters is narrowed by those typed since.
  const choices = useMemo(() => found.filter((choice) => fits(choice, position)), [found, position]);
  useChoices(text, position, caret >= 0, (answer) => {
    setChoices(answer);
    setChosen(-1);
  });

  const error = verdict?.q === text ? verdict.check.error : null;
  const isOpen = caret >= 0 && choices.length > 0;

  const apply = async (q: string) => {
    setCaret(-1);
    setChoices([]);
    // Enter is often faster than the verdict; without a server nothing can be said against it.
    const check = verdict?.q === q ? verdict.check : await checked(q).catch(() => null);
    if (check !== null && check.error !== null) return setVerdict({ q, check });
    setFilter(q);
    rememberFilter(q.trim());
  };

  const take = (choice: Choice) => {
    if (position.kind === 'none') return;
    const isRecent = text === '' && choice.type === 'recent';
    if (isRecent) return void apply(choice.text);
    const next = `${text.slice(0, position.from)}${choice.text}${text.slice(position.to)}`;
    const at = position.from + choice.text.length;
    draft.value = position.kind === 'name' ? next : `${next.slice(0, at)} ${next.slice(at)}`;
    const end = position.kind === 'name' ? at : at + 1;
    queueMicrotask(() => {
      input.current?.focus();
      input.current?.setSelectionRange(end, end);
      setCaret(end);
    });
  };

  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    if (isOpen && (key === 'ArrowDown' || key === 'ArrowUp')) {
      const step = key === 'ArrowDown' ? 1 : -1;
      setChosen(((chosen + 1 + step + choices.length + 1) % (choices.length + 1)) - 1);
    } else if (isOpen && key === 'Tab' && !event.shiftKey && (chosen >= 0 || text !== '')) {
      take(choices[chosen] ?? choices[0]!);
    } else if (key === 'Enter') {
      const choice = isOpen ? choices[chosen] : undefined;
      if (choice !== undefined) take(choice);
      else void apply(text);
    } else if (key === 'Escape') {
      if (isOpen) setChoices([]);
      else {
        draft.value = null;
        input.current?.blur();
      }
    } else return;
    event.preventDefault();
  };

  const noteCaret = () => setCaret(input.current?.selectionStart ?? -1);
  const state = text === '' ? 'empty' : error !== null ? 'wrong' : verdict?.q === text ? 'right' : 'unknown';

  return (
    <div class="filter-bar" role="search" aria-label="Display filter">
      <CaptureChooser />
      <div class={`filter filter-${state}`}>
        <Icon name="filter" />
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
            aria-activedescendant={isOpen && chosen >= 0 ? `filter-choice-${chosen}` : undefined}
            onInput={(event) => {
              draft.value = event.currentTarget.value;
              noteCaret();
            }}
            onFocus={noteCaret}
            onClick={noteCaret}
            onKeyUp={(event) => event.key.startsWith('Arrow') && !isOpen && noteCaret()}
            onScroll={(event) => (mirror.current!.scrollLeft = event.currentTarget.scrollLeft)}
            onBlur={() => setCaret(-1)}
            onKeyDown={onKey}
          />
        </div>
        {text !== '' && (
          <button
            type="button"
            class="icon-button"
            aria-label="Clear the filter"
            title="Clear the filter"
            onClick={() => void apply('')}
          >
            <Icon name="close" />
          </button>
        )}
        <button
          type="button"
          class="icon-button filter-apply"
          aria-label="Apply the filter"
          title="Apply (Enter)"
          disabled={error !== null || text.trim() === applied}
          onClick={() => void apply(text)}
        >
          <Icon name="enter" />
        </button>
        {isOpen && <Choices choices={choices} chosen={chosen} onTake={take} />}
      </div>
      {error !== null && !isOpen && (
        <p id="filter-error" class="filter-note filter-note-wrong" role="alert">
          {error.message}
          {error.meant.slice(0, 4).map((name) => (
            <button
              key={name}
              type="button"
              class="link"
              onClick={() => {
                draft.value = `${text.slice(0, error.at)}${name}${text.slice(error.at + error.length)}`;
                input.current?.focus();
              }}
            >
              {name}
            </button>
          ))}
        </p>
      )}
      {error === null && text !== '' && verdict?.q === text && verdict.check.needs_bytes && !isOpen && (
        <p class="filter-note">
          This filter reads packets again to decide, which takes longer than one on addresses, ports and
          protocols.
        </p>
      )}
    </div>
  );
}

function fits({ text, description }: Choice, position: Position): boolean {
  if (position.kind !== 'name') return true;
  return `${text} ${description}`.toLowerCase().includes(position.text.toLowerCase());
}

function Choices(props: { choices: Choice[]; chosen: number; onTake: (choice: Choice) => void }) {
  return (
    <ul id="filter-choices" class="choices" role="listbox" aria-label="Completions">
      {props.choices.map((choice, i) => (
        <li
          key={choice.text}
          id={`filter-choice-${i}`}
          role="option"
          aria-selected={i === props.chosen}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => props.onTake(choice)}
        >
          <code>{choice.text}</code>
          <span class="choice-what">{choice.description}</span>
          <span class="choice-type">{choice.type}</span>
        </li>
      ))}
    </ul>
  );
}

/** Nothing at all passes everything. */
async function checked(q: string, signal?: AbortSignal): Promise<FilterCheck | null> {
  return q.trim() === '' ? null : get<FilterCheck>('/filter/check', { q }, signal);
}

/** Whether the text is a filter, asked a moment after the last key. */
function useVerdict(text: string): [Verdict, (verdict: Verdict) => void] {
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

function useChoices(
  text: string,
  position: Position,
  isActive: boolean,
  onFound: (found: Choice[]) => void,
): void {
  const key = isActive && position.kind !== 'none' ? `${position.kind} ${position.text} ${text === ''}` : '';
  useEffect(() => {
    if (key === '' || position.kind === 'none') return onFound([]);
    if (text === '') {
      return onFound(
        recentFilters.value.slice(0, CHOICES_MAX).map((q) => ({ text: q, type: 'recent', description: '' })),
      );
    }
    if (position.kind !== 'name') {
      const list = position.kind === 'operator' ? OPERATORS : JOINTS;
      const fitting = list.filter(([word]) => word.startsWith(position.text) && word !== position.text);
      return onFound(fitting.map(([word, what]) => ({ text: word, type: '', description: what })));
    }
    if (position.text === '') return onFound([]);
    const control = new AbortController();
    const timer = setTimeout(() => {
      get<Fields>('/fields', { text: position.text, limit: CHOICES_MAX }, control.signal).then(
        ({ items }) =>
          onFound(
            items
              .filter(({ name }) => items.length > 1 || name !== position.text)
              .map(({ name, type, description }) => ({ text: name, type, description })),
          ),
        () => {},
      );
    }, COMPLETE_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key]);
}

/** A button that filters by what stands in it. */
export function FilterLink(props: {
  term: string;
  children: preact.ComponentChildren;
  class?: string;
  title?: string;
}) {
  return (
    <button
      type="button"
      class={`link ${props.class ?? ''}`}
      title={props.title ?? `Filter: ${props.term}`}
      onClick={() => addToFilter(props.term)}
    >
      {props.children}
    </button>
  );
}
