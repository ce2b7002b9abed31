// Reports UDP conversations: their beginning, first answer, and packet rates.
import { type Packet, protocolNamed } from '@eyrie/dissect';
import { type Ends, endsOf, type See } from './reader.ts';

const ASKED = 1;
const ANSWERED = 2;

/** Packets per second from which a conversation is reported as busy. */
const BUSY = 100;
const START = 1024;
const UDP_HEADER = 8;

const udp = protocolNamed('udp')!.id;

interface Busy extends Ends {
  readonly direction: number;
}

export class UdpSteps {
  readonly #see: See;
  #stream = new Int32Array(START).fill(-1);
  #state = new Uint8Array(START);
  #asker = new Uint8Array(START);
  /** Packets within `#second`, by flow and direction. */
  #count = new Uint32Array(START * 2);
  #touched: number[] = [];
  readonly #busy = new Map<number, Busy>();
  #second = Number.NaN;

  constructor(see: See) {
    this.#see = see;
  }

  see(p: Packet): void {
    const { flow, direction } = p;
    if (p.isQuoted) return;
    if (flow >= this.#state.length) this.#grow(flow);
    if (p.seconds !== this.#second) this.#turn(p.seconds);
    const stream = p.session.flows.stream(flow);
    if (this.#stream[flow] !== stream) {
      this.#stream[flow] = stream;
      this.#state[flow] = ASKED;
      this.#asker[flow] = direction;
      this.#see({ kind: 'datagram', step: 'asked', bytes: payloadBytes(p), ...endsOf(p, true) });
    } else if (this.#state[flow] === ASKED && direction !== this.#asker[flow]) {
      this.#state[flow] = ANSWERED;
      this.#see({ kind: 'datagram', step: 'answered', bytes: payloadBytes(p), ...endsOf(p, false) });
    }
    const side = flow * 2 + direction;
    if (this.#count[side]! === 0) this.#touched.push(side);
    this.#count[side]! += 1;
    if (this.#count[side] === BUSY && !this.#busy.has(flow)) {
      const isFromAsker = direction === this.#asker[flow];
      this.#busy.set(flow, { ...endsOf(p, isFromAsker), direction: this.#asker[flow]! });
    }
  }

  end(): void {
    this.#turn(Number.NaN);
  }

  #turn(second: number): void {
    for (const [flow, { direction, ...ends }] of this.#busy)
      this.#see({
        kind: 'volume',
        ...ends,
        packetsToServer: this.#count[flow * 2 + direction]!,
        packetsToClient: this.#count[flow * 2 + (direction ^ 1)]!,
      });
    this.#busy.clear();
    for (const side of this.#touched) this.#count[side] = 0;
    this.#touched.length = 0;
    this.#second = second;
  }

  #grow(flow: number): void {
    const length = 2 ** Math.ceil(Math.log2(flow + 1));
    const stream = new Int32Array(length).fill(-1);
    stream.set(this.#stream);
    this.#stream = stream;
    const state = new Uint8Array(length);
    state.set(this.#state);
    this.#state = state;
    const asker = new Uint8Array(length);
    asker.set(this.#asker);
    this.#asker = asker;
    const count = new Uint32Array(length * 2);
    count.set(this.#count);
    this.#count = count;
  }
}

function payloadBytes(p: Packet): number {
  for (let layer = p.count - 1; layer > 0; layer--) {
    if (p.proto[layer] !== udp) continue;
    const at = p.start[layer]!;
    const buffer = p.bufferOf(layer);
    return at + 6 <= buffer.length ? Math.max(0, buffer[at + 4]! * 256 + buffer[at + 5]! - UDP_HEADER) : 0;
  }
  return 0;
}
