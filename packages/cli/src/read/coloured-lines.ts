// Summary lines on a terminal, coloured by rules as Wireshark's packet list is: the first filter that fits wins.
import { styleText } from 'node:util';
import { compileFilter, type Packet, type Predicate, protocolColumn } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { summaryLine } from './lines.ts';
import type { Printer } from './printer.ts';

type Style = Parameters<typeof styleText>[0];

const COLOUR_RULES: readonly (readonly [string, Style])[] = [
  ['_ws.malformed', ['red', 'inverse']],
  [
    'tcp.analysis.flags && !tcp.analysis.window_update && !tcp.analysis.keep_alive && !tcp.analysis.keep_alive_ack',
    'red',
  ],
  ['icmp.type in {3, 4, 5, 11} || icmpv6.type in {1 .. 4}', ['magenta', 'bold']],
  ['tcp.flags.reset == 1', 'redBright'],
  ['arp || stp', 'yellow'],
  ['icmp || icmpv6', 'magenta'],
  ['http', 'green'],
  ['dns || mdns || llmnr', 'blueBright'],
  ['tcp.flags & 3', 'gray'],
  ['udp', 'cyan'],
];

export class ColouredLinesPrinter implements Printer {
  readonly #out: Output;
  readonly #rules: readonly (readonly [Predicate, Style])[];

  constructor(out: Output) {
    this.#out = out;
    this.#rules = COLOUR_RULES.map(([filter, style]) => [compileFilter(filter), style]);
  }

  see(p: Packet): void {
    const line = summaryLine(p, protocolColumn(p));
    const rule = this.#rules.find(([fits]) => fits(p));
    this.#out.text(rule === undefined ? line : styleText(rule[1], line, { validateStream: false }));
    this.#out.byte(10);
  }

  /** Output is a terminal: lines are shown at once. */
  drain(): void {
    this.#out.flush();
  }

  finish(): void {
    this.#out.flush();
  }
}
