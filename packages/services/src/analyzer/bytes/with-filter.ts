// A selection that another filter narrows.
import { compileFilter } from '@eyrie/dissect';
import type { Selection } from '@eyrie/store';

/** Both filters as one. Each is checked by itself: an error's position is one in the filter that was typed. @throws FilterError */
export function withFilter(selection: Selection, filter: string): Selection {
  const filters = [selection.filter ?? '', filter].filter((text) => text.trim() !== '');
  for (const each of filters) compileFilter(each);
  return filters.length === 0
    ? selection
    : { ...selection, filter: filters.map((text) => `(${text})`).join(' && ') };
}
