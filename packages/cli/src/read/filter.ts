// Display filters of the command line; errors mark the position.
import { compileFilter, FilterError, type Predicate } from '@eyrie/dissect';
import { UserError } from '../errors.ts';

/** `option`: the flag of the filter, `-Y`. @throws UserError */
export function filterOf(option: string, text: string): Predicate {
  try {
    return compileFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UserError(`${option}: ${error.message}\n${error.picture}`);
  }
}
