// A note below the field: the error with suggestions, or the cost of the filter.
import type { FilterCheck } from '../../api/types.ts';
import { sentence } from '../states.tsx';

/** Maximum number of suggested names. */
const MEANT_MAX = 4;

interface Props {
  /** Of the field. */
  id: string;
  check: FilterCheck;
  onMeant: (name: string) => void;
}

export function FilterNote({ id, check, onMeant }: Props) {
  const { error } = check;
  if (error !== null) {
    return (
      <p id={`${id}-error`} class="filter-note filter-note-wrong" role="alert">
        {sentence(error.message)}
        {error.meant.slice(0, MEANT_MAX).map((name) => (
          <button key={name} type="button" class="link" onClick={() => onMeant(name)}>
            {name}
          </button>
        ))}
      </p>
    );
  }
  if (!check.needs_bytes) return null;
  return <p class="filter-note">Some packets are read again to decide this filter, which takes longer.</p>;
}
