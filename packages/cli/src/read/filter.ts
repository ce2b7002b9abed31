// Display filters from the command line: a bad one is a UserError with the place marked.
import { compileFilter, FilterError, type Predicate } from '@eyrie/dissect';
import { UserError } from '../errors.ts';

/** `option` is where the filter stands: `-Y`. @throws UserError */
export function filterOf(option: string, text: string): Predicate {
  try {
    return compileFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UserError(`${option}: ${error.message}\n${error.picture}`);
  }
}
