// Chooses the printers by -T, -e, -V, -O, -x and the terminal.
import {
  columnNamed,
  type Field,
  nearestNames,
  nearestOf,
  protocolNamed,
  protocolNames,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { useColours } from '../terminal/colours.ts';
import type { Output } from '../terminal/output.ts';
import { ChosenColumnsPrinter, type Column, chosenColumns, titledColumn } from './chosen-columns.ts';
import { ColouredLinesPrinter } from './coloured-lines.ts';
import type { ReadOptions } from './command.ts';
import { FieldsPrinter, parseFieldsFormat } from './fields.ts';
import { EkPrinter, JsonPrinter } from './json.ts';
import { layerFilter } from './layer-filter.ts';
import { LinesPrinter, TabsPrinter } from './lines.ts';
import { PdmlPrinter } from './pdml.ts';
import { columnFormat } from './preferences.ts';
import type { Printer } from './printer.ts';
import { PsmlPrinter } from './psml.ts';
import { type DumpFormat, TextPrinter, WHOLE_DUMP } from './text.ts';

/** @throws UserError */
export function packetPrinter(out: Output, path: string, options: ReadOptions): Printer {
  const format = columnFormat(options.option ?? []);
  const columns = format === undefined ? null : chosenColumns(format);
  const fields = fieldsNamed(options.field ?? [], columns);
  const type = options.json === true ? 'json' : (options.type ?? (fields.length > 0 ? 'fields' : 'text'));
  const details = detailsOf(options.details);
  const layers = layerFilter(options.protocols, options.protocolsWhole);
  const fieldsFormat = parseFieldsFormat(options.fieldsOption ?? []);
  if (type !== 'fields' && options.fieldsOption !== undefined)
    throw new UserError(`-E goes with -T fields, not with -T ${type}`);
  switch (type) {
    case 'fields':
      if (fields.length === 0) throw new UserError('-T fields needs at least one -e FIELD, e.g. -e ip.src');
      return new FieldsPrinter(out, fields, fieldsFormat);
    case 'json':
    case 'jsonraw':
      return new JsonPrinter(
        out,
        { values: type === 'json', bytes: type === 'jsonraw' || options.bytes === true },
        fields,
        layers,
        options.duplicateKeys === false,
      );
    case 'ek':
      return new EkPrinter(out, fields, layers);
    case 'pdml':
      return new PdmlPrinter(out, path, details, layers);
    case 'psml':
      return new PsmlPrinter(out, columns);
    case 'tabs':
      return columns === null ? new TabsPrinter(out) : new ChosenColumnsPrinter(out, columns, true);
    case 'text':
      return textPrinter(out, details, columns, options);
    default:
      throw new UserError(`-T ${type} is not known; use text, tabs, fields, json, jsonraw, ek, pdml or psml`);
  }
}

function textPrinter(
  out: Output,
  details: ReadonlySet<string> | null,
  columns: readonly Column[] | null,
  options: ReadOptions,
): Printer {
  const dump = options.hexdump === undefined ? null : dumpFormat(options.hexdump);
  const hasTree = options.tree === true || details !== null;
  const hasBytes = options.bytes === true || dump !== null;
  if (hasTree || hasBytes) {
    return new TextPrinter(out, {
      // As in tshark: the line of the packet only where -P asks for it.
      summary: options.print === true,
      tree: hasTree,
      bytes: hasBytes,
      details,
      dump: dump ?? WHOLE_DUMP,
      separator: options.separator ?? '',
    });
  }
  if (columns !== null) return new ChosenColumnsPrinter(out, columns, false);
  if (useColours(options.color)) return new ColouredLinesPrinter(out);
  return new LinesPrinter(out, (options.time ?? 'r') === 'r' && options.seconds !== 'hms');
}

/** `--hexdump frames --hexdump noascii` */
function dumpFormat(words: readonly string[]): DumpFormat {
  let { isOfAll, text } = WHOLE_DUMP;
  for (const word of words) {
    if (word === 'all' || word === 'frames') isOfAll = word === 'all';
    else if (word === 'ascii') text = 'plain';
    else if (word === 'delimit') text = 'delimited';
    else if (word === 'noascii') text = 'none';
    else throw new UserError(`--hexdump ${word} is not known; use all, frames, ascii, delimit or noascii`);
  }
  return { isOfAll, text };
}

function detailsOf(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined) return null;
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = names.filter((name) => protocolNamed(name) === undefined);
  if (wrong.length > 0)
    throw new UserError(`-O: no such protocol: ${suggested(wrong, [...protocolNames()])}`);
  return new Set(names);
}

/** Reports all unknown names together. `columns`: those that -o gui.column.format names; null: the usual ones. */
function fieldsNamed(names: readonly string[], columns: readonly Column[] | null): Field[] {
  const found = names.map((name) => (columns === null ? columnNamed(name) : titledColumn(name, columns)));
  const wrong = names.filter((_, i) => found[i] === undefined);
  if (wrong.length === 0) return found as Field[];
  throw new UserError(`-e: no such field: ${suggested(wrong, null)}; eyrie fields lists all`);
}

/** Each wrong name with those it may have been meant for; null: of all fields and protocols. */
function suggested(wrong: readonly string[], candidates: readonly string[] | null): string {
  const hints = wrong.map((name) => {
    const near = candidates === null ? nearestNames(name) : nearestOf(name, candidates);
    return near.length > 0 ? `${name} (did you mean ${near.join(', ')}?)` : name;
  });
  return hints.join('; ');
}
