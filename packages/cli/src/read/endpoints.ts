// `-z conv,TYPE` and `-z endpoints,TYPE`, as tshark prints them.
import {
  type AddressKind,
  type Conversation,
  Conversations,
  type Endpoint,
  Endpoints,
  type Packet,
  type Party,
} from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Printer } from './printer.ts';

const TITLES: Readonly<Record<AddressKind, string>> = {
  eth: 'Ethernet',
  ip: 'IPv4',
  ipv6: 'IPv6',
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
};
const RULE = '='.repeat(80);

export class ConversationsPrinter implements Printer {
  readonly #out: Output;
  readonly #kind: AddressKind;
  readonly #filter: string;
  readonly #conversations: Conversations;

  constructor(out: Output, kind: AddressKind, filter: string) {
    this.#out = out;
    this.#kind = kind;
    this.#filter = filter;
    this.#conversations = new Conversations(kind);
  }

  see(p: Packet): void {
    this.#conversations.add(p);
  }

  finish(): void {
    const out = this.#out;
    const width = this.#hasPorts ? 26 : 20;
    const indent = ' '.repeat(width * 2 + 7);
    out.text(`${RULE}\n${TITLES[this.#kind]} Conversations\nFilter:${this.#filter || '<No Filter>'}\n`);
    out.text(
      `${indent}|       <-      | |       ->      | |     Total     |    Relative    |   Duration   |\n`,
    );
    out.text(
      `${indent}| Frames  Bytes | | Frames  Bytes | | Frames  Bytes |      Start     |              |\n`,
    );
    for (const each of this.#conversations.list()) out.text(this.#line(each, width));
    out.text(`${RULE}\n`);
    out.flush();
  }

  get #hasPorts(): boolean {
    return this.#kind === 'tcp' || this.#kind === 'udp' || this.#kind === 'sctp';
  }

  #line(c: Conversation, width: number): string {
    const counts = [
      count(c.framesFromB, c.bytesFromB),
      count(c.framesFromA, c.bytesFromA),
      count(c.framesFromA + c.framesFromB, c.bytesFromA + c.bytesFromB),
    ];
    const start = (c.start / 1e9).toFixed(9).padStart(14);
    const duration = ((c.end - c.start) / 1e9).toFixed(4).padStart(13);
    return `${name(c.a).padEnd(width)} <-> ${name(c.b).padEnd(width)} ${counts.join('  ')}  ${start}  ${duration}\n`;
  }
}

function name({ address, port }: Party): string {
  return port < 0 ? address : `${address}:${port}`;
}

/** `   471 660 kB    ` */
function count(frames: number, bytes: number): string {
  return `${String(frames).padStart(6)} ${size(bytes).padEnd(10)}`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** At most four digits, cut and not rounded, as tshark does. */
function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 10_000 && unit < UNITS.length - 1) {
    value = Math.floor(value / 1000);
    unit++;
  }
  return `${value} ${UNITS[unit]}`;
}

export class EndpointsPrinter implements Printer {
  readonly #out: Output;
  readonly #kind: AddressKind;
  readonly #filter: string;
  readonly #endpoints: Endpoints;

  constructor(out: Output, kind: AddressKind, filter: string) {
    this.#out = out;
    this.#kind = kind;
    this.#filter = filter;
    this.#endpoints = new Endpoints(kind);
  }

  see(p: Packet): void {
    this.#endpoints.add(p);
  }

  finish(): void {
    const out = this.#out;
    const hasPorts = this.#kind === 'tcp' || this.#kind === 'udp' || this.#kind === 'sctp';
    out.text(`${RULE}\n${TITLES[this.#kind]} Endpoints\nFilter:${this.#filter || '<No Filter>'}\n`);
    out.text(
      `                       |${hasPorts ? '  Port  ||' : ''}  Packets  | |  Bytes  | | Tx Packets | | Tx Bytes | | Rx Packets | | Rx Bytes |\n`,
    );
    for (const each of this.#endpoints.list()) out.text(line(each));
    out.text(`${RULE}\n`);
    out.flush();
  }
}

function line(e: Endpoint): string {
  const port = e.port < 0 ? '' : `      ${String(e.port).padStart(5)}`;
  const cells = [
    String(e.framesSent + e.framesReceived).padStart(6),
    String(e.bytesSent + e.bytesReceived).padStart(9),
    String(e.framesSent).padStart(6),
    String(e.bytesSent).padStart(9),
    String(e.framesReceived).padStart(6),
    String(e.bytesReceived).padStart(9),
  ];
  return `${e.address.padEnd(20)}${port}     ${cells.join('     ')}   \n`;
}
