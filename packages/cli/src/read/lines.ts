// One line a packet: number, time, source, destination, protocol, length, info; as tshark's default output.
import {
  destinationColumn,
  infoColumn,
  type Packet,
  protocolColumn,
  relativeTimeText,
  sourceColumn,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

/** Least widths of the columns, in characters; longer values push the rest to the right. */
const NUMBER_WIDTH = 5;
const TIME_WIDTH = 10;
const SOURCE_WIDTH = 12;
const DESTINATION_WIDTH = 12;

export class LinesPrinter implements Printer {
  readonly #out: Output;
  readonly #decorate: ((protocol: string, line: string) => string) | null;

  /** `decorate` colours a line by its protocol; null on anything but a terminal. */
  constructor(out: Output, decorate: ((protocol: string, line: string) => string) | null) {
    this.#out = out;
    this.#decorate = decorate;
  }

  see(p: Packet): void {
    const protocol = protocolColumn(p);
    const line = summaryLine(p, protocol);
    this.#out.text(this.#decorate === null ? line : this.#decorate(protocol, line));
    this.#out.byte(10);
  }

  finish(): void {
    this.#out.flush();
  }
}

/** `-T tabs`: the same columns with a tab between them. */
export class TabsPrinter implements Printer {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  see(p: Packet): void {
    const number = String(p.number).padStart(NUMBER_WIDTH);
    const time = relativeTimeText(p).padStart(TIME_WIDTH);
    const columns = [
      number,
      time,
      sourceColumn(p),
      '→',
      destinationColumn(p),
      protocolColumn(p),
      p.wireLength,
      infoColumn(p),
    ];
    this.#out.text(`${columns.join('\t')}\n`);
  }

  finish(): void {
    this.#out.flush();
  }
}

/** `    1   0.000000  192.0.2.1 → 192.0.2.2  TCP 74 443 → 51234 [SYN] …` */
export function summaryLine(p: Packet, protocol: string): string {
  const number = String(p.number).padStart(NUMBER_WIDTH);
  const source = sourceColumn(p).padStart(SOURCE_WIDTH);
  const destination = destinationColumn(p).padEnd(DESTINATION_WIDTH);
  return `${number} ${relativeTimeText(p).padStart(TIME_WIDTH)} ${source} → ${destination} ${protocol} ${p.wireLength} ${infoColumn(p)}`;
}
