// `eyrie read`: what the flags ask for becomes a plan of printers and a filter.
import {
  compileFilter,
  type Field,
  FilterError,
  fieldNamed,
  nearestNames,
  type Predicate,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { Output } from '../terminal/output.ts';
import { FieldsPrinter, parseFieldsFormat } from './fields.ts';
import { HierarchyPrinter } from './hierarchy.ts';
import { LinesPrinter } from './lines.ts';
import type { Printer } from './printer.ts';
import { run } from './run.ts';

export interface ReadOptions {
  readonly displayFilter?: string;
  readonly type?: string;
  readonly field: readonly string[];
  readonly fieldsOption: readonly string[];
  readonly statistics: readonly string[];
  readonly quiet?: boolean;
  readonly count?: number;
}

export async function read(path: string, options: ReadOptions): Promise<void> {
  const out = new Output();
  const printers: Printer[] = [];
  if (options.type === 'fields')
    printers.push(new FieldsPrinter(out, options.field.map(field), parseFieldsFormat(options.fieldsOption)));
  else if (!options.quiet) printers.push(new LinesPrinter(out, null));
  for (const name of options.statistics) {
    if (name === 'io,phs') printers.push(new HierarchyPrinter(out, options.displayFilter ?? ''));
    else throw new UserError(`-z ${name} is not known`);
  }
  await run({
    path,
    filter: options.displayFilter === undefined ? null : filter(options.displayFilter),
    printers: () => printers,
    countMax: options.count ?? Number.POSITIVE_INFINITY,
    progress: null,
  });
}

function field(name: string): Field {
  const found = fieldNamed(name);
  if (found !== undefined) return found;
  const near = nearestNames(name);
  throw new UserError(
    `-e ${name}: no such field${near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''}`,
  );
}

function filter(text: string): Predicate {
  try {
    return compileFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UserError(`-Y: ${error.message}\n${error.picture}`);
  }
}
