// A link relayed by a third peer that both sides have a link with. TLS runs end to end, so the relay sees only that the
// two communicate, and how much.
//
//   A ── stream "relay to B" ── carrier ── stream "relayed" ── B
//   TLS client ═══════════════════════════════════ TLS server, and a session on it as on any other link

import { Duplex } from 'node:stream';
import { peerId } from '../identity/names.ts';
import type { Cancel, Runtime } from '../runtime.ts';
import { streamKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import { ByteQueue } from './byte-queue.ts';
import type { Link, Transport } from './link.ts';
import type { Session } from './session.ts';
import type { Stream } from './stream.ts';
import type { Switchboard } from './switchboard.ts';

/** Links relayed at the same time, in all and per peer; more are refused. */
export const CARRIED_MAX = 64;
export const CARRIED_OF_ONE_MAX = 8;
/** Both ends send heartbeats every second, so a relayed link with no byte for this long is dead. */
export const CARRIED_IDLE_MS = 30_000;

export class Relay {
  readonly #switchboard: Switchboard;
  readonly #transport: Transport;
  readonly #runtime: Runtime;
  /** Number of links relayed for each requesting peer. */
  readonly #carried = new Map<string, number>();

  constructor(runtime: Runtime, switchboard: Switchboard, transport: Transport) {
    this.#runtime = runtime;
    this.#switchboard = switchboard;
    this.#transport = transport;
    switchboard.handleStream(streamKinds.relay, (session, payload, stream) =>
      this.#carry(session, decode(peerId, payload), stream),
    );
    switchboard.handleStream(streamKinds.relayed, (session, payload, stream) => {
      const from = decode(peerId, payload);
      const takeLink = (link: Link) => switchboard.adopt(link, () => {});
      if (transport.acceptOver === undefined) stream.reset('this peer takes no relayed links');
      else transport.acceptOver(new StreamDuplex(stream), `${from} over ${session.id}`, takeLink);
    });
  }

  /** Makes a link with `to` over the peer `carrier`; null if that fails. */
  connect(to: string, carrier: Session, done: (session: Session | null) => void): void {
    if (this.#transport.dialOver === undefined) {
      done(null);
      return;
    }
    const stream = carrier.openStream(streamKinds.relay, encode(peerId, to));
    this.#transport.dialOver(new StreamDuplex(stream), `${to} over ${carrier.id}`, (error, link) => {
      if (link !== null) {
        this.#switchboard.adopt(link, done);
        return;
      }
      this.#runtime.log('debug', 'no relayed link', { to, by: carrier.id, message: error?.message ?? '' });
      done(null);
    });
  }

  #carry(session: Session, to: string, near: Stream): void {
    const other = this.#switchboard.sessionOf(to);
    const problem = other === null ? `there is no link with ${to} here` : this.#objectionTo(session.id);
    if (other === null || problem !== null) {
      near.reset(problem ?? '');
      return;
    }
    const { clock } = this.#runtime;
    const far = other.openStream(streamKinds.relayed, encode(peerId, session.id));
    this.#count(session.id, 1);
    let isOver = false;
    let usedMs = clock.elapsedMs();
    let cancelLook: Cancel = () => {};
    const over = () => {
      if (!isOver) this.#count(session.id, -1);
      isOver = true;
      cancelLook();
    };
    const used = () => {
      usedMs = clock.elapsedMs();
    };
    const look = () => {
      const leftMs = usedMs + CARRIED_IDLE_MS - clock.elapsedMs();
      if (leftMs > 0) {
        cancelLook = clock.after(leftMs, look);
        return;
      }
      for (const stream of [near, far]) stream.reset('nothing was sent for too long');
      over();
    };
    look();
    // A half-closed stream: the other direction stays open.
    let ended = 0;
    const ending = () => {
      if (++ended === 2) over();
    };
    join(near, far, { used, ending, over });
    join(far, near, { used, ending, over });
  }

  /** Returns why no more links are relayed for a peer, or null. */
  #objectionTo(id: string): string | null {
    const all = [...this.#carried.values()].reduce((sum, each) => sum + each, 0);
    if (all >= CARRIED_MAX) return 'too much is carried here already';
    return (this.#carried.get(id) ?? 0) >= CARRIED_OF_ONE_MAX ? 'too many links of yours are carried' : null;
  }

  #count(id: string, change: 1 | -1): void {
    const count = (this.#carried.get(id) ?? 0) + change;
    if (count === 0) this.#carried.delete(id);
    else this.#carried.set(id, count);
  }
}

interface StreamEvents {
  used: () => void;
  ending: () => void;
  over: () => void;
}

/** Copies one stream to the other, with backpressure. */
function join(from: Stream, to: Stream, { used, ending, over }: StreamEvents): void {
  const waiting = new ByteQueue();
  let isEnded = false;
  let isPassed = false;
  const pump = () => {
    while (waiting.length > 0 && to.writableBytes > 0) {
      const piece = waiting.take(to.writableBytes);
      to.write(piece);
      from.consumed(piece.length);
    }
    if (isEnded && !isPassed && waiting.length === 0) {
      isPassed = true;
      to.end();
      ending();
    }
  };
  to.onWritable = pump;
  from.onEnd = () => {
    isEnded = true;
    pump();
  };
  from.onReset = (reason) => {
    to.reset(reason);
    over();
  };
  from.listen((data) => {
    used();
    waiting.push(data);
    pump();
  });
}

/** Adapts a stream to the Duplex that Node's TLS needs. */
class StreamDuplex extends Duplex {
  readonly #stream: Stream;
  #waiting: { data: Buffer; done: () => void } | null = null;
  #unconsumed = 0;

  constructor(stream: Stream) {
    super();
    this.#stream = stream;
    stream.onWritable = () => this.#pump();
    stream.onEnd = () => this.push(null);
    stream.onReset = (reason) => this.destroy(new Error(reason));
    stream.listen((data) => {
      this.#unconsumed += data.length;
      if (this.push(Buffer.from(data))) this.#giveRoom();
    });
  }

  override _read(): void {
    this.#giveRoom();
  }

  override _write(data: Buffer, _encoding: string, done: () => void): void {
    this.#waiting = { data, done };
    this.#pump();
  }

  override _final(done: () => void): void {
    this.#stream.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stream.reset('closed');
    done(error);
  }

  #giveRoom(): void {
    if (this.#unconsumed > 0) this.#stream.consumed(this.#unconsumed);
    this.#unconsumed = 0;
  }

  #pump(): void {
    while (this.#waiting !== null && this.#stream.writableBytes > 0) {
      const { data, done } = this.#waiting;
      const piece = data.subarray(0, this.#stream.writableBytes);
      this.#stream.write(Buffer.from(piece));
      const rest = data.subarray(piece.length);
      this.#waiting = rest.length > 0 ? { data: rest, done } : null;
      if (rest.length === 0) done();
    }
  }
}
