// `-T psml`: the columns of the packet list as XML, in the shape other tools know from Wireshark.
import {
  destinationColumn,
  infoColumn,
  type Packet,
  protocolColumn,
  sourceColumn,
  timeColumn,
  Words,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Column } from './chosen-columns.ts';
import type { Printer } from './printer.ts';
import { CREATOR, writeEscaped, XML } from './xml.ts';

const TITLES = ['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Info'];
const SECTION = new Words('<section>');
const SECTION_END = new Words('</section>\n');

export class PsmlPrinter implements Printer {
  readonly isTimed: boolean;
  readonly #out: Output;
  readonly #columns: readonly Column[] | null;

  /** `columns`: those that -o gui.column.format names; null: the usual ones. */
  constructor(out: Output, columns: readonly Column[] | null) {
    this.#out = out;
    this.#columns = columns;
    this.isTimed = columns?.some(({ isTimed }) => isTimed) ?? false;
    out.text(`${XML}<psml version="0" creator="${CREATOR}">\n<structure>\n`);
    for (const title of columns?.map(({ title }) => title) ?? TITLES) this.#section(title);
    out.text('</structure>\n\n');
  }

  see(p: Packet): void {
    this.#out.text('<packet>\n');
    if (this.#columns === null) this.#usual(p);
    else for (const { text } of this.#columns) this.#section(text(p));
    this.#out.text('</packet>\n\n');
  }

  #usual(p: Packet): void {
    const out = this.#out;
    out.named(SECTION, p.number);
    out.words(SECTION_END);
    this.#section(timeColumn(p));
    this.#section(sourceColumn(p));
    this.#section(destinationColumn(p));
    this.#section(protocolColumn(p));
    out.named(SECTION, p.wireLength);
    out.words(SECTION_END);
    this.#section(infoColumn(p));
  }

  #section(text: string): void {
    this.#out.words(SECTION);
    writeEscaped(this.#out, text);
    this.#out.words(SECTION_END);
  }

  finish(): void {
    this.#out.text('</psml>\n');
    this.#out.flush();
  }
}
