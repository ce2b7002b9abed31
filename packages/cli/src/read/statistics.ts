// The `-z` table: names of statistics, as tshark has them, and what prints them.
import { ADDRESS_KINDS, type AddressKind } from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { ConversationsPrinter, EndpointsPrinter } from './endpoints.ts';
import { HierarchyPrinter } from './hierarchy.ts';
import type { Printer } from './printer.ts';

interface Statistic {
  /** What stands before the arguments: `io,phs`, `conv`. */
  readonly name: string;
  readonly usage: string;
  readonly make: (out: Output, args: readonly string[], filter: string) => Printer;
}

/** The longest name that fits wins, so names with more parts come first. */
const STATISTICS: readonly Statistic[] = [
  { name: 'io,phs', usage: 'io,phs', make: (out, _, filter) => new HierarchyPrinter(out, filter) },
  {
    name: 'conv',
    usage: `conv,${ADDRESS_KINDS.join('|')}`,
    make: (out, args, filter) => new ConversationsPrinter(out, kind('conv', args), filter),
  },
  {
    name: 'endpoints',
    usage: `endpoints,${ADDRESS_KINDS.join('|')}`,
    make: (out, args, filter) => new EndpointsPrinter(out, kind('endpoints', args), filter),
  },
];

export function statistic(text: string, out: Output, filter: string): Printer {
  const found = STATISTICS.find(({ name }) => text === name || text.startsWith(`${name},`));
  if (found === undefined) {
    throw new UserError(
      `-z ${text} is not known; there are ${STATISTICS.map(({ usage }) => usage).join('  ')}`,
    );
  }
  const rest = text.slice(found.name.length + 1);
  return found.make(out, rest === '' ? [] : rest.split(','), filter);
}

function kind(name: string, [asked = '']: readonly string[]): AddressKind {
  if ((ADDRESS_KINDS as readonly string[]).includes(asked)) return asked as AddressKind;
  throw new UserError(`-z ${name},${asked}: the address type is one of ${ADDRESS_KINDS.join(', ')}`);
}
