// A link over a peer that both sides have a link with. What runs over it is TLS between these two, so whoever carries it sees
// only that they talk.
//
//   A ── stream "relay to B" ── carrier ── stream "relayed" ── B
//   TLS client ═══════════════════════════════════ TLS server, and a session on it as on any other link

import { Duplex } from 'node:stream';
import { peerId } from '../identity/names.ts';
import type { Runtime } from '../runtime.ts';
import { streamKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import type { Link, Transport } from './link.ts';
import type { Session } from './session.ts';
import type { Stream } from './stream.ts';
import type { Switchboard } from './switchboard.ts';

/** Carried for others at once; more are turned away. */
const CARRIED_MAX = 64;

export class Relay {
  readonly #switchboard: Switchboard;
  readonly #transport: Transport;
  readonly #runtime: Runtime;
  #carried = 0;

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

  /** A link with `to` over a peer that has one; null if that does not work. */
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
    if (other === null || this.#carried >= CARRIED_MAX) {
      near.reset(other === null ? `there is no link with ${to} here` : 'too much is carried already');
      return;
    }
    this.#carried++;
    let isOver = false;
    const far = other.openStream(streamKinds.relayed, encode(peerId, session.id));
    const over = () => {
      if (!isOver) this.#carried--;
      isOver = true;
    };
    // One way ended is not the end: the other goes on.
    let ended = 0;
    const ending = () => {
      if (++ended === 2) over();
    };
    join(near, far, ending, over);
    join(far, near, ending, over);
  }
}

/** What comes on one goes out on the other, no faster than that takes it. */
function join(from: Stream, to: Stream, ending: () => void, over: () => void): void {
  const waiting: Buffer[] = [];
  let isEnded = false;
  let isPassed = false;
  const pump = () => {
    while (waiting.length > 0 && to.writableBytes > 0) {
      const piece = waiting[0]!.subarray(0, to.writableBytes);
      to.write(piece);
      from.consumed(piece.length);
      if (piece.length === waiting[0]!.length) waiting.shift();
      else waiting[0] = waiting[0]!.subarray(piece.length);
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
    waiting.push(Buffer.from(data));
    pump();
  });
}

/** A stream as Node's TLS wants it. */
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
