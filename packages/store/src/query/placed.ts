// Where packets of a conversation are in their file, in typed arrays: thousands of conversations are cached, and as objects
// they would be looked through by every garbage collection.
import { NONE } from '@eyrie/dissect';
import type { Lead, PlacedPacket } from '../queries.ts';
import type { Dialect, Row } from '../sql/database.ts';
import { captureAndNumberOf, capturedOf } from '../write/packet-rows.ts';
import { secondsText } from './time.ts';

/** The columns of its rows. */
export const placedColumns = ({ captured }: Dialect): string =>
  `id, place, time, length, ${captured}, file_offset`;

const NUMBERS = 6;

export class PlacedPackets {
  readonly count: number;
  /** Of each packet: id, number, length, captured length, offset, interface (NONE: unknown). */
  readonly #numbers: Float64Array;
  readonly #times: BigInt64Array;

  /** @param rows of `placedColumns`, by id */
  constructor(rows: readonly Row[]) {
    this.count = rows.length;
    this.#numbers = new Float64Array(NUMBERS * rows.length);
    this.#times = new BigInt64Array(rows.length);
    rows.forEach(([id, place, time, length, captured, offset], i) => {
      const [, number] = captureAndNumberOf(BigInt(place as bigint));
      const [capturedLength, interfaceId] = capturedOf(BigInt(captured as bigint));
      const numbers = [
        Number(id),
        number,
        Number(length),
        capturedLength,
        Number(offset),
        interfaceId ?? NONE,
      ];
      this.#numbers.set(numbers, NUMBERS * i);
      this.#times[i] = BigInt(time as bigint);
    });
  }

  /** Of all packets of a conversation, the first and the latest of those before one. */
  before(id: number, first: number, latest: number): Lead {
    let [before, end] = [0, this.count];
    while (before < end) {
      const middle = (before + end) >> 1;
      if (this.#numbers[NUMBERS * middle]! < id) before = middle + 1;
      else end = middle;
    }
    const from = Math.max(0, before - latest);
    return {
      packets: [...this.#slice(0, Math.min(first, from)), ...this.#slice(from, before)],
      isWhole: from === 0,
    };
  }

  all(): PlacedPacket[] {
    return this.#slice(0, this.count);
  }

  #slice(from: number, to: number): PlacedPacket[] {
    return Array.from({ length: to - from }, (_, i) => this.#at(from + i));
  }

  #at(i: number): PlacedPacket {
    const at = NUMBERS * i;
    const link = this.#numbers[at + 5]!;
    return {
      id: this.#numbers[at]!,
      number: this.#numbers[at + 1]!,
      time: secondsText(this.#times[i]!),
      length: this.#numbers[at + 2]!,
      place: {
        offset: this.#numbers[at + 4]!,
        capturedLength: this.#numbers[at + 3]!,
        interfaceId: link === NONE ? null : link,
      },
    };
  }
}
