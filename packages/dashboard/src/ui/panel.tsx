// A section of a page with a title.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  title: string;
  class?: string;
  /** Beside the title. */
  note?: ComponentChildren;
  /** On the right. */
  tools?: ComponentChildren;
  isStale?: boolean;
  children: ComponentChildren;
}

export function Panel(props: Props) {
  const id = useId();
  return (
    <section class={`panel ${props.class ?? ''}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.note !== undefined && <span class="panel-note num">{props.note}</span>}
        {props.tools !== undefined && <div class="panel-tools">{props.tools}</div>}
      </header>
      <div class={`panel-body ${props.isStale ? 'stale' : ''}`}>{props.children}</div>
    </section>
  );
}

/** A group of buttons, one of which is selected. */
export function Switch<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  return (
    <div class="switch" role="group" aria-label={props.label}>
      {props.options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={props.value === value}
          onClick={() => props.onChange(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
