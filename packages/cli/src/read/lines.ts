// One line a packet: number, time, source, destination, protocol, length, info; as tshark's default output.
import {
  destinationColumn,
  IPV4,
  IPV6,
  infoColumn,
  ipv6Words,
  type Packet,
  protocolColumn,
  sourceColumn,
  timeColumn,
  timeDigits,
  writeInfo,
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
  readonly #isRelative: boolean;

  /** `isRelative`: times since the first packet, which is the default. */
  constructor(out: Output, isRelative: boolean) {
    this.#out = out;
    this.#isRelative = isRelative;
  }

  see(p: Packet): void {
    const protocol = protocolColumn(p);
    if (this.#isRelative) writeLine(p, protocol, this.#out);
    else {
      this.#out.text(summaryLine(p, protocol));
      this.#out.byte(LINE_FEED);
    }
  }

  finish(): void {
    this.#out.flush();
  }
}

const LINE_FEED = 10;
const SPACE = 32;

/** The line of `summaryLine`, straight into the output's bytes: a million of these make a capture. */
function writeLine(p: Packet, protocol: string, out: Output): void {
  out.reserve(LINE_BYTES);
  out.aligned(p.number, NUMBER_WIDTH);
  out.byte(SPACE);
  writeRelativeTime(p, out);
  out.byte(SPACE);
  writeAddresses(p, out);
  out.text(protocol);
  out.byte(SPACE);
  out.number(p.wireLength);
  out.byte(SPACE);
  writeInfo(p, out);
  out.byte(LINE_FEED);
}

/** `   192.0.2.1 → 192.0.2.2    ` */
function writeAddresses(p: Packet, out: Output): void {
  const b = p.columnBuf;
  if (p.columnKind === IPV4 && p.session.addressNames === null) {
    out.spaces(SOURCE_WIDTH - ipv4Length(b, p.columnSrc));
    out.ipv4(b, p.columnSrc);
    out.arrow();
    out.spaces(DESTINATION_WIDTH - out.ipv4(b, p.columnDst));
  } else if (p.columnKind === IPV6 && p.session.addressNames === null) {
    const source = ipv6Words(b, p.columnSrc);
    const destination = ipv6Words(b, p.columnDst);
    out.spaces(SOURCE_WIDTH - source.length);
    out.words(source);
    out.arrow();
    out.words(destination);
    out.spaces(DESTINATION_WIDTH - destination.length);
  } else {
    const source = sourceColumn(p);
    const destination = destinationColumn(p);
    out.spaces(SOURCE_WIDTH - source.length);
    out.text(source);
    out.arrow();
    out.text(destination);
    out.spaces(DESTINATION_WIDTH - destination.length);
  }
  out.byte(SPACE);
}

/** Room for all of a line but its Info. */
const LINE_BYTES = 512;

/** `  0.049606`, right-aligned in TIME_WIDTH; the rare negative one, or none, as text. */
function writeRelativeTime(p: Packet, out: Output): void {
  let nanoseconds = p.nanoseconds - p.session.firstNanoseconds;
  let seconds = p.seconds - p.session.firstSeconds;
  if (nanoseconds < 0) {
    seconds--;
    nanoseconds += 1_000_000_000;
  }
  if (seconds < 0 || !p.hasTime) {
    out.text(timeColumn(p).padStart(TIME_WIDTH));
    return;
  }
  const digits = timeDigits(p);
  out.aligned(seconds, TIME_WIDTH - digits - 1);
  out.decimals(digits === 9 ? nanoseconds : (nanoseconds / 1000) | 0, digits);
}

function ipv4Length(b: Uint8Array, at: number): number {
  let length = 3;
  for (let i = at; i < at + 4; i++) length += b[i]! > 99 ? 3 : b[i]! > 9 ? 2 : 1;
  return length;
}

/** `-T tabs`: the same columns with a tab between them. */
export class TabsPrinter implements Printer {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  see(p: Packet): void {
    const number = String(p.number).padStart(NUMBER_WIDTH);
    const time = timeColumn(p).padStart(TIME_WIDTH);
    const columns = [
      number,
      time,
      sourceColumn(p).padStart(SOURCE_WIDTH),
      '→',
      destinationColumn(p).padEnd(DESTINATION_WIDTH),
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
  return `${number} ${timeColumn(p).padStart(TIME_WIDTH)} ${source} → ${destination} ${protocol} ${p.wireLength} ${infoColumn(p)}`;
}
