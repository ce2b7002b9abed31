// `eyrie read`: what the flags ask for becomes a plan of printers and a filter.
import {
  type CaptureReader,
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
import { EkPrinter, JsonPrinter } from './json.ts';
import { LinesPrinter, TabsPrinter } from './lines.ts';
import type { Printer } from './printer.ts';
import { run } from './run.ts';
import { statistic } from './statistics.ts';
import { TextPrinter } from './text.ts';
import { CapturePrinter } from './write.ts';

export interface ReadOptions {
  readonly displayFilter?: string;
  readonly type: string;
  readonly field: readonly string[];
  readonly fieldsOption: readonly string[];
  readonly statistics: readonly string[];
  readonly quiet?: boolean;
  readonly count?: number;
  readonly tree?: boolean;
  readonly bytes?: boolean;
  readonly write?: string;
  readonly force?: boolean;
  readonly print?: boolean;
}

export async function read(path: string, options: ReadOptions): Promise<void> {
  const out = new Output();
  const statistics = options.statistics.map((name) => statistic(name, out, options.displayFilter ?? ''));
  // tshark prints no packets where it writes them, unless told to.
  const isQuiet = options.quiet === true || (options.write !== undefined && options.print !== true);
  const packets = isQuiet ? [] : [packetPrinter(out, options)];
  await run({
    path,
    filter: options.displayFilter === undefined ? null : filter(options.displayFilter),
    printers: async (reader) => [...(await writers(reader, options)), ...packets, ...statistics],
    countMax: options.count ?? Number.POSITIVE_INFINITY,
    progress: null,
  });
}

async function writers(reader: CaptureReader, options: ReadOptions): Promise<Printer[]> {
  if (options.write === undefined) return [];
  return [await CapturePrinter.open(options.write, reader, options.force === true)];
}

function packetPrinter(out: Output, options: ReadOptions): Printer {
  const fields = options.field.map(field);
  switch (options.type) {
    case 'fields':
      if (fields.length === 0) throw new UserError('-T fields needs at least one -e FIELD, e.g. -e ip.src');
      return new FieldsPrinter(out, fields, parseFieldsFormat(options.fieldsOption));
    case 'json':
    case 'jsonraw':
      return new JsonPrinter(out, options.type, fields);
    case 'ek':
      return new EkPrinter(out, fields);
    case 'tabs':
      return new TabsPrinter(out);
    case 'text':
      if (options.tree || options.bytes) {
        return new TextPrinter(out, {
          summary: !options.tree,
          tree: options.tree === true,
          bytes: options.bytes === true,
        });
      }
      return new LinesPrinter(out, null);
    default:
      throw new UserError(`-T ${options.type} is not known; use text, tabs, fields, json, jsonraw or ek`);
  }
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
