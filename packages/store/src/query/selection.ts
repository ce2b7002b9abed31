// Translates the criteria of a query to SQL conditions on packets.
import { compileFilter, type Expression, parseFilter } from '@eyrie/dissect';
import { StoreError } from '../errors.ts';
import { AddressBook } from '../filter/address-book.ts';
import { addressCondition } from '../filter/address-order.ts';
import { FilterCompiler } from '../filter/compile.ts';
import { and, type Bounds, bothHold, exactly, isDecided, or, type Sql, TRUE } from '../filter/condition.ts';
import type { Vocabulary } from '../filter/vocabulary.ts';
import type { Selection } from '../queries.ts';
import type { Database, Dialect } from '../sql/database.ts';
import { ofCapture } from '../write/packet-rows.ts';
import { knownAddress } from './address.ts';
import { nanosecondsOf } from './time.ts';

export interface Selected extends Bounds {
  readonly isExact: boolean;
  /** The part of the filter that columns cannot decide; null if there is none. */
  readonly rest: Expression | null;
  /** Whether all packets, of one capture or of all, are selected, so that tallies suffice. */
  readonly isWhole: boolean;
  readonly isConversation: boolean;
  readonly capture: number | null;
  readonly from: bigint | null;
  readonly to: bigint | null;
}

export class Selector {
  readonly #vocabulary: Vocabulary;
  readonly #addresses: AddressBook;
  readonly #compiler: FilterCompiler;

  constructor(database: Database, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#addresses = new AddressBook(database);
    this.#compiler = new FilterCompiler(vocabulary, this.#addresses);
  }

  get packed(): Dialect['packed'] {
    return this.#vocabulary.packed;
  }

  /** @throws FilterError, StoreError */
  async select(query: Selection): Promise<Selected> {
    const filter = query.filter?.trim() ?? '';
    if (filter !== '' || query.protocol !== undefined) await this.#vocabulary.refresh();
    const terms = and(...(await this.#terms(query)));
    const [bounds, rest] = await this.#filter(filter);
    const from = query.from === undefined ? null : nanosecondsOf(query.from, 'from');
    const to = query.to === undefined ? null : nanosecondsOf(query.to, 'to');
    const capture = query.capture === undefined ? null : wholeNumber(query.capture, 'capture');
    const narrow = exactly(
      and(
        capture === null ? TRUE : ofCapture(capture),
        from === null ? TRUE : `time >= ${from}`,
        to === null ? TRUE : `time < ${to}`,
        terms,
      ),
    );
    const whole = bothHold(narrow, bounds);
    return {
      ...whole,
      isExact: isDecided(whole),
      rest,
      isWhole: terms === TRUE && filter === '' && from === null && to === null,
      isConversation: query.conversation !== undefined,
      capture,
      from,
      to,
    };
  }

  async #filter(filter: string): Promise<[Bounds, Expression | null]> {
    if (filter === '') return [exactly(TRUE), null];
    // Only for the FilterError of an invalid filter.
    compileFilter(filter);
    return this.#parts(parseFilter(filter));
  }

  /** Splits conjunctions, so that only the undecided parts need the packets' bytes. */
  async #parts(expression: Expression): Promise<[Bounds, Expression | null]> {
    if (expression.kind !== 'and') {
      const bounds = await this.#compiler.compile(expression);
      return [bounds, isDecided(bounds) ? null : expression];
    }
    const [left, leftRest] = await this.#parts(expression.left);
    const [right, rightRest] = await this.#parts(expression.right);
    const rest =
      leftRest !== null && rightRest !== null
        ? ({ kind: 'and', left: leftRest, right: rightRest } as const)
        : (leftRest ?? rightRest);
    return [bothHold(left, right), rest];
  }

  async #terms(selection: Selection): Promise<Sql[]> {
    const { protocol, source, destination, address, port, conversation } = selection;
    const terms: Sql[] = [];
    if (protocol !== undefined) terms.push(this.#protocol(protocol));
    if (source !== undefined) terms.push(await this.#address(['src'], source));
    if (destination !== undefined) terms.push(await this.#address(['dst'], destination));
    if (address !== undefined) terms.push(await this.#address(['src', 'dst'], address));
    if (port !== undefined) {
      const number = wholeNumber(port, 'port');
      terms.push(`(transport <> 0 AND (src_port = ${number} OR dst_port = ${number}))`);
    }
    if (conversation !== undefined) {
      const transport = wholeNumber(conversation.transport, 'transport');
      terms.push(`transport = ${transport} AND stream = ${wholeNumber(conversation.stream, 'stream')}`);
    }
    return terms;
  }

  /** By Protocol column or layer name. */
  #protocol(protocol: string): Sql {
    const wanted = protocol.toLowerCase();
    return or(
      this.#vocabulary.protocolsLike((name) => name.toLowerCase() === wanted),
      this.#vocabulary.layersLike((layers) => layers.includes(wanted)),
    );
  }

  async #address(columns: readonly string[], text: string): Promise<Sql> {
    const value = knownAddress(text);
    const condition = addressCondition('==', value.constant, (bytes) => this.#addresses.bytes(bytes))!;
    return or(
      ...(await Promise.all(columns.map((column) => this.#addresses.isOne(column, value.kind, condition)))),
    );
  }
}

export function wholeNumber(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new StoreError('ERR_STORE_QUERY', `${name}: ${value} is not a whole number from 0 on`);
}

/** Clamps a limit. */
export function limitOf(limit: number | undefined, usual: number, most: number): number {
  if (limit === undefined) return usual;
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new StoreError('ERR_STORE_QUERY', `limit: ${limit} is not between 1 and ${most}`);
}
