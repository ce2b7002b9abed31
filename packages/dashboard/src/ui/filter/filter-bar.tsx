// The filter bar: the display filter that every click edits.
import { draft, filter, setFilter } from '../../state/navigation.ts';
import { keptFilters, toggleKept } from '../../state/settings.ts';
import { announce } from '../announce.tsx';
import { CaptureChooser } from '../capture-chooser.tsx';
import { Icon } from '../icons.tsx';
import { FilterInput } from './filter-input.tsx';

export function FilterBar() {
  const applied = filter.value;
  const text = draft.value ?? applied;
  return (
    <div class="filter-bar" role="search" aria-label="Display filter">
      <CaptureChooser />
      <FilterInput
        id="filter"
        label="Display filter"
        placeholder="Display filter, as in Wireshark: dns or ip.addr == 10.20.0.80"
        text={text}
        showsCost
        onText={(next) => (draft.value = next)}
        onApply={setFilter}
        onEscape={() => (draft.value = null)}
        tools={(apply, isWrong) => (
          <>
            {text !== '' && <Button name="close" label="Clear the filter" onClick={() => apply('')} />}
            {applied !== '' && text === applied && <Keep q={applied} />}
            <Button
              name="enter"
              label="Apply the filter"
              title="Apply (Enter)"
              class="filter-apply"
              isDisabled={isWrong || text.trim() === applied}
              onClick={() => apply(text)}
            />
          </>
        )}
      />
    </div>
  );
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
