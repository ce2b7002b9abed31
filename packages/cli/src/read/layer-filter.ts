// `-j` and `-J`: the layers whose fields are printed; of others only the name is.
import { fieldNamed, nearestNames, protocolNamed } from '@eyrie/dissect';
import { UserError } from '../errors.ts';

/** Names of protocols, of fields, and titles of groups of fields. */
export interface LayerFilter {
  readonly names: ReadonlySet<string>;
  /** -J: with all that is below them. */
  readonly isDeep: boolean;
}

/** tshark's names of grouping fields whose title is not used. */
export const GROUP = 'text';

/** Null: all. @throws UserError */
export function layerFilter(flat: string | undefined, deep: string | undefined): LayerFilter | null {
  if (flat !== undefined && deep !== undefined)
    throw new UserError('-j and -J: name the layers with one of them');
  const text = flat ?? deep;
  if (text === undefined) return null;
  const flag = flat === undefined ? '-J' : '-j';
  const names = text.split(/[ ,]+/).filter((name) => name !== '');
  if (names.length === 0) throw new UserError(`${flag}: name protocols, e.g. ${flag} 'ip tcp'`);
  // Titles, such as Queries, begin in upper case.
  const wrong = names.find((name) => /^[a-z_]/.test(name) && !isKnown(name));
  if (wrong === undefined) return { names: new Set(names), isDeep: deep !== undefined };
  const near = nearestNames(wrong);
  const hint =
    near.length > 0 ? `; did you mean ${near.join(', ')}?` : '; eyrie fields --protocols lists all';
  throw new UserError(`${flag}: no such protocol or field: ${wrong}${hint}`);
}

function isKnown(name: string): boolean {
  return name === GROUP || protocolNamed(name) !== undefined || fieldNamed(name) !== undefined;
}

/** Whether what is below `name` is printed. */
export function opens(filter: LayerFilter | null, name: string): boolean {
  return filter === null || filter.names.has(name);
}

/** What holds below an opened layer. */
export function below(filter: LayerFilter | null): LayerFilter | null {
  return filter?.isDeep === true ? null : filter;
}
