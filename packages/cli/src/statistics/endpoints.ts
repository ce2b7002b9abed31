// `-z conv,TYPE` and `-z endpoints,TYPE`, as tshark prints them.
import {
  ADDRESS_KINDS,
  type AddressKind,
  type AddressNames,
  type Conversation,
  Conversations,
  type ConversationsPart,
  type Endpoint,
  Endpoints,
  type EndpointsPart,
  type Packet,
  type Party,
  type Session,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { fixed } from '../terminal/numbers.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, firstAndRest, partsOf, type Statistic, type StatisticKind } from './statistic.ts';

const RULE = '='.repeat(80);
const TYPES = Object.keys(ADDRESS_KINDS);

export const conversations: StatisticKind = {
  name: 'conv',
  usage: 'conv,TYPE[,FILTER]',
  about: `who talks with whom and how much; TYPE is ${TYPES.join(', ')}`,
  make(args) {
    const [kind, filter] = kindAndFilter('conv', args);
    return filtered(`conv,${kind}`, filter, new ConversationsStatistic(kind, filter));
  },
};

export const endpoints: StatisticKind = {
  name: 'endpoints',
  usage: 'endpoints,TYPE[,FILTER]',
  about: 'who talks and how much; TYPE as for conv',
  make(args) {
    const [kind, filter] = kindAndFilter('endpoints', args);
    return filtered(`endpoints,${kind}`, filter, new EndpointsStatistic(kind, filter));
  },
};

function kindAndFilter(name: string, args: string): [AddressKind, string] {
  const [kind, filter] = firstAndRest(args);
  if (!TYPES.includes(kind))
    throw new UserError(`-z ${name},${kind}: the address type is one of ${TYPES.join(', ')}`);
  return [kind as AddressKind, filter];
}

function title(kind: AddressKind, what: string, filter: string): string {
  return `${RULE}\n${ADDRESS_KINDS[kind].title} ${what}\nFilter:${filter || '<No Filter>'}\n`;
}

class ConversationsStatistic implements Statistic {
  readonly seesLayersOnly = true;
  readonly #kind: AddressKind;
  readonly #filter: string;
  readonly #conversations: Conversations;
  #names: AddressNames | null = null;
  readonly parts: Statistic['parts'];

  constructor(kind: AddressKind, filter: string) {
    this.#kind = kind;
    this.#filter = filter;
    this.#conversations = new Conversations(kind);
    this.parts = partsOf<ConversationsPart>(this.#conversations);
  }

  begin(session: Session): void {
    this.#names = session.addressNames;
  }

  see(p: Packet): void {
    this.#conversations.add(p);
  }

  print(out: Output): void {
    const width = ADDRESS_KINDS[this.#kind].hasPorts ? 26 : 20;
    const indent = ' '.repeat(width * 2 + 7);
    out.text(title(this.#kind, 'Conversations', this.#filter));
    out.text(
      `${indent}|       <-      | |       ->      | |     Total     |    Relative    |   Duration   |\n`,
    );
    out.text(
      `${indent}| Frames  Bytes | | Frames  Bytes | | Frames  Bytes |      Start     |              |\n`,
    );
    for (const each of this.#conversations.list()) out.text(conversationLine(each, width, this.#names));
    if (this.leftOut() !== '') out.text(`(${this.leftOut()})\n`);
    out.text(`${RULE}\n`);
  }

  data(): Conversation[] {
    return [...this.#conversations.list()];
  }

  leftOut(): string {
    return leftOut(this.#conversations.leftOut, 'conversations');
  }
}

/** The table is bounded. */
function leftOut(packets: number, what: string): string {
  return packets > 0
    ? `the table is full: ${packets} packets of other ${what} are left out; a filter makes it smaller`
    : '';
}

function conversationLine(c: Conversation, width: number, names: AddressNames | null): string {
  const counts = [
    count(c.framesFromB, c.bytesFromB),
    count(c.framesFromA, c.bytesFromA),
    count(c.framesFromA + c.framesFromB, c.bytesFromA + c.bytesFromB),
  ];
  const start = fixed(c.start, 9).padStart(14);
  const duration = fixed(c.end - c.start, 4).padStart(12);
  return `${name(c.a, names).padEnd(width)} <-> ${name(c.b, names).padEnd(width)}  ${counts.join('  ')}  ${start}   ${duration}\n`;
}

function name({ address, port }: Party, names: AddressNames | null): string {
  const host = names?.get(address) ?? address;
  return port < 0 ? host : `${host}:${port}`;
}

/** `   471 660 kB   ` */
function count(frames: number, bytes: number): string {
  return `${String(frames).padStart(6)} ${size(bytes).padEnd(9)}`;
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

class EndpointsStatistic implements Statistic {
  readonly seesLayersOnly = true;
  readonly #kind: AddressKind;
  readonly #filter: string;
  readonly #endpoints: Endpoints;
  #names: AddressNames | null = null;
  readonly parts: Statistic['parts'];

  constructor(kind: AddressKind, filter: string) {
    this.#kind = kind;
    this.#filter = filter;
    this.#endpoints = new Endpoints(kind);
    this.parts = partsOf<EndpointsPart>(this.#endpoints);
  }

  begin(session: Session): void {
    this.#names = session.addressNames;
  }

  see(p: Packet): void {
    this.#endpoints.add(p);
  }

  print(out: Output): void {
    const port = ADDRESS_KINDS[this.#kind].hasPorts ? 'Port  ||  ' : '';
    out.text(title(this.#kind, 'Endpoints', this.#filter));
    out.text(
      `                       |  ${port}Packets  | |  Bytes  | | Tx Packets | | Tx Bytes | | Rx Packets | | Rx Bytes |\n`,
    );
    for (const each of this.#endpoints.list()) out.text(endpointLine(each, this.#names));
    if (this.leftOut() !== '') out.text(`(${this.leftOut()})\n`);
    out.text(`${RULE}\n`);
  }

  data(): Endpoint[] {
    return [...this.#endpoints.list()];
  }

  leftOut(): string {
    return leftOut(this.#endpoints.leftOut, 'endpoints');
  }
}

function endpointLine(e: Endpoint, names: AddressNames | null): string {
  const port = e.port < 0 ? '' : `      ${String(e.port).padStart(5)}`;
  const cell = (value: number, width: number): string => String(value).padStart(width);
  return (
    `${(names?.get(e.address) ?? e.address).padEnd(20)}${port}${cell(e.framesSent + e.framesReceived, port === '' ? 12 : 11)}` +
    `${cell(e.bytesSent + e.bytesReceived, 14)}${cell(e.framesSent, 11)}${cell(e.bytesSent, 16)}` +
    `${cell(e.framesReceived, 12)}${cell(e.bytesReceived, 16)}   \n`
  );
}
