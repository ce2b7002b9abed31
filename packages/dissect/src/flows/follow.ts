// Follows a conversation (`-z follow`): the data of both sides in order, TCP segments reordered, datagrams as they came.
import { COLUMN, type Packet } from '../core/packet.ts';
import { netAddress } from '../core/text.ts';
import { SYN } from './tcp-analysis.ts';

const TCP = 6;
const UDP = 17;

/** Out-of-order segments kept per direction; beyond that the missing bytes count as lost. */
const EARLY_BYTES_MAX = 16 << 20;
const EARLY_SEGMENTS_MAX = 8192;

export interface Piece {
  /** 0: the side that sent the conversation's first packet. */
  readonly side: 0 | 1;
  /** The frame that carried it, and its time. */
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Borrowed until the next packet. */
  readonly data: Uint8Array;
}

export interface Side {
  readonly address: string;
  readonly port: number;
}

/** Which conversation: `tcp.stream` / `udp.stream`, or its two ends. */
export type Wanted = number | readonly [Side, Side];

/** One side's sequence number, and copies of its early segments. */
interface Direction {
  next: number;
  isKnown: boolean;
  early: (Piece & { readonly sequence: number })[];
  earlyBytes: number;
}

export class Follow {
  /** The sender of the first packet, and its peer; null before the first packet. */
  sides: readonly [Side, Side] | null = null;
  readonly #transport: number;
  readonly #wanted: Wanted;
  readonly #onPiece: (piece: Piece) => void;
  readonly #directions: readonly [Direction, Direction] = [newDirection(), newDirection()];

  constructor(transport: 'tcp' | 'udp', wanted: Wanted, onPiece: (piece: Piece) => void) {
    this.#transport = transport === 'tcp' ? TCP : UDP;
    this.#wanted = wanted;
    this.#onPiece = onPiece;
  }

  add(p: Packet): void {
    const side = this.sideOf(p);
    if (side < 0) return;
    if (this.#transport === TCP) this.#segment(p, side as 0 | 1);
    else this.#datagram(p, side as 0 | 1);
  }

  /** Which side sent the packet; -1 if it belongs to another conversation. The first packet defines side 0. */
  sideOf(p: Packet): number {
    if (p.transport !== this.#transport || p.flow < 0 || !this.#isWanted(p)) return -1;
    if (this.sides === null) this.sides = [source(p), destination(p)];
    const first = this.sides[0];
    return p.srcPort === first.port && netAddress(p, p.netSrc) === first.address ? 0 : 1;
  }

  #isWanted(p: Packet): boolean {
    const wanted = this.#wanted;
    if (typeof wanted === 'number') return p.session.flows.stream(p.flow) === wanted;
    const [a, b] = wanted;
    return (
      (isSame(a, source(p)) && isSame(b, destination(p))) ||
      (isSame(b, source(p)) && isSame(a, destination(p)))
    );
  }

  /** Bytes still waiting for a missing segment, which are not delivered, as in Wireshark. */
  get waitingBytes(): number {
    return this.#directions[0].earlyBytes + this.#directions[1].earlyBytes;
  }

  #datagram(p: Packet, side: 0 | 1): void {
    let layer = p.count - 1;
    while (layer > 0 && p.protocols[layer]!.name !== 'udp') layer--;
    if (layer === 0 || (p.flags[layer]! & COLUMN) === 0 || p.payload[layer]! >= p.stop[layer]!) return;
    const data = p.bufferOf(layer).subarray(p.payload[layer]!, p.stop[layer]!);
    this.#onPiece(piece(p, side, data));
  }

  #segment(p: Packet, side: 0 | 1): void {
    const layer = p.tcpLayer;
    // Data quoted by an ICMP error was delivered before.
    if (layer < 0 || (p.flags[layer]! & COLUMN) === 0) return;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const view = new DataView(b.buffer, b.byteOffset);
    const flags = b[start + 13]!;
    const sequence = (view.getUint32(start + 4) + (flags & SYN ? 1 : 0)) >>> 0;
    // The peer has received what it acknowledges, even if it was not captured.
    this.#acknowledge((side ^ 1) as 0 | 1, view.getUint32(start + 8), p.number);
    const direction = this.#directions[side];
    if (!direction.isKnown) {
      direction.isKnown = true;
      direction.next = sequence;
    }
    const length = p.segmentLength;
    const data = b.subarray(p.payload[layer]!, p.stop[layer]!);
    this.#take(direction, piece(p, side, data), sequence, length);
  }

  #take(direction: Direction, { data, ...rest }: Piece, sequence: number, length: number): void {
    const seen = before(sequence, direction.next) ? (direction.next - sequence) >>> 0 : 0;
    if (data.length <= seen || length <= seen) return;
    if (before(direction.next, sequence)) {
      this.#keep(direction, { ...rest, data: data.slice(), sequence });
      return;
    }
    direction.next = (sequence + length) >>> 0;
    this.#onPiece({ ...rest, data: data.subarray(seen) });
    this.#takeEarly(direction);
  }

  #keep(direction: Direction, early: Direction['early'][number]): void {
    direction.early.push(early);
    direction.earlyBytes += early.data.length;
    while (direction.earlyBytes > EARLY_BYTES_MAX || direction.early.length > EARLY_SEGMENTS_MAX)
      this.#skipGap(direction, early.side, early.frame);
  }

  /** Delivers the early segments that are in order now. */
  #takeEarly(direction: Direction): void {
    for (;;) {
      const i = direction.early.findIndex(({ sequence }) => !before(direction.next, sequence));
      if (i < 0) return;
      const early = direction.early.splice(i, 1)[0]!;
      direction.earlyBytes -= early.data.length;
      const seen = (direction.next - early.sequence) >>> 0;
      if (seen >= early.data.length) continue;
      direction.next = (early.sequence + early.data.length) >>> 0;
      this.#onPiece({ ...early, data: early.data.subarray(seen) });
    }
  }

  #acknowledge(side: 0 | 1, acknowledged: number, frame: number): void {
    const direction = this.#directions[side];
    while (direction.early.length > 0 && before(lowest(direction), acknowledged))
      this.#skipGap(direction, side, frame);
  }

  /** Skips the missing bytes: continues with the lowest early segment. */
  #skipGap(direction: Direction, side: 0 | 1, frame: number): void {
    const sequence = lowest(direction);
    const { seconds, nanoseconds } = direction.early.find((early) => early.sequence === sequence)!;
    const missing = (sequence - direction.next) >>> 0;
    // Wireshark's marker, including the NUL at its end.
    const data = new TextEncoder().encode(`[${missing} bytes missing in capture file]\0`);
    this.#onPiece({ side, frame, seconds, nanoseconds, data });
    direction.next = sequence;
    this.#takeEarly(direction);
  }
}

/** The lowest sequence number among the early segments. */
function lowest({ early }: Direction): number {
  return early.reduce(
    (least, { sequence }) => (before(sequence, least) ? sequence : least),
    early[0]!.sequence,
  );
}

function newDirection(): Direction {
  return { next: 0, isKnown: false, early: [], earlyBytes: 0 };
}

/** Sequence numbers wrap around (RFC 9293 §3.4). */
function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

function piece(p: Packet, side: 0 | 1, data: Uint8Array): Piece {
  return { side, frame: p.number, seconds: p.seconds, nanoseconds: p.nanoseconds, data };
}

function source(p: Packet): Side {
  return { address: netAddress(p, p.netSrc), port: p.srcPort };
}

function destination(p: Packet): Side {
  return { address: netAddress(p, p.netDst), port: p.dstPort };
}

function isSame(a: Side, b: Side): boolean {
  return a.port === b.port && a.address === b.address;
}
