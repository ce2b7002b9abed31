// A client's connection as the broker sees it: bounded, and in MQTT 3.1.1 whatever version the client speaks.
//
//   socket ─► PacketBound ─► Incoming ─► broker ─► outgoing ─► socket
//                               └─ Version5, if CONNECT asks for it ─┘
import type { Socket } from 'node:net';
import { Duplex, pipeline, Transform, type TransformCallback, Writable } from 'node:stream';
import { PacketBound, type PacketBounds } from './packet-bound.ts';
import { Disconnected, Refused, UNSUPPORTED_VERSION, Version5, versionOf } from './version5.ts';
import { Packets } from './wire.ts';

const VERSION_5 = 5;

/** Bytes of messages held back for one client, beyond which the broker has to wait. */
const HELD_BYTES_MAX = 64 << 10;

/** Bytes on their way to the client, translated if the connection is one of MQTT 5. */
class Outgoing {
  version: Version5 | null = null;
  readonly #socket: Socket;
  readonly #packets = new Packets();
  /** Messages beyond those that the client takes unacknowledged. Other packets overtake them (MQTT-4.9.0-3). */
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #waiting: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(chunk: Buffer, done: () => void): void {
    const { version } = this;
    if (version === null) {
      this.#send(chunk, done);
      return;
    }
    this.#packets.add(chunk);
    const translated: Buffer[] = [];
    for (let packet = this.#packets.next(); packet !== null; packet = this.#packets.next()) {
      const after = version.mustWait(packet) ? this.#hold(packet) : version.toClient(packet);
      if (after !== null) translated.push(after);
    }
    this.#send(Buffer.concat(translated), () => {
      if (this.#heldBytes <= HELD_BYTES_MAX) done();
      else this.#waiting = done;
    });
  }

  /** The client acknowledged something: messages that waited for that are sent. */
  resume(): void {
    while (this.#held.length > 0 && !this.version!.mustWait(this.#held[0]!)) {
      const packet = this.#held.shift()!;
      this.#heldBytes -= packet.length;
      const after = this.version!.toClient(packet);
      if (after !== null) this.#socket.write(after);
    }
    if (this.#heldBytes > HELD_BYTES_MAX) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  #hold(packet: Buffer): null {
    this.#held.push(packet);
    this.#heldBytes += packet.length;
    return null;
  }

  #send(bytes: Buffer, done: () => void): void {
    if (bytes.length === 0 || this.#socket.write(bytes)) done();
    else this.#socket.once('drain', done);
  }
}

/** Packets of the client, translated if the first asks for MQTT 5. */
class Incoming extends Transform {
  readonly #socket: Socket;
  readonly #outgoing: Outgoing;
  readonly #packetMax: number;
  readonly #packets = new Packets();
  #isFirst = true;
  #isOver = false;

  constructor(socket: Socket, outgoing: Outgoing, packetMax: number) {
    super();
    this.#socket = socket;
    this.#outgoing = outgoing;
    this.#packetMax = packetMax;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#isOver || (!this.#isFirst && this.#outgoing.version === null)) {
      done(null, this.#isOver ? null : chunk);
      return;
    }
    this.#packets.add(chunk);
    try {
      this.#forward();
    } catch (error) {
      if (error instanceof Disconnected) this.#end(done);
      else this.#refuse(error as Error, done);
      return;
    }
    this.#outgoing.resume();
    done();
  }

  #forward(): void {
    for (let packet = this.#packets.next(); packet !== null; packet = this.#packets.next()) {
      if (this.#isFirst) this.#begin(packet);
      const { version } = this.#outgoing;
      if (version === null) {
        this.push(packet);
        this.push(this.#packets.rest());
        return;
      }
      this.push(version.toBroker(packet));
    }
  }

  #begin(packet: Buffer): void {
    this.#isFirst = false;
    const version = versionOf(packet);
    if (version < VERSION_5) return;
    this.#outgoing.version = new Version5(this.#packetMax);
    if (version > VERSION_5) throw new Refused(UNSUPPORTED_VERSION, `version ${version} of MQTT`);
  }

  /** The broker has what came before, and closes the connection. */
  #end(done: TransformCallback): void {
    this.#isOver = true;
    this.push(null);
    done();
  }

  /** A malformed packet is not answered. */
  #refuse(error: Error, done: TransformCallback): void {
    const { version } = this.#outgoing;
    if (version === null || !(error instanceof Refused)) done(error);
    else this.#socket.end(version.refusal(error.reason), () => done(error));
  }
}

/** The stream for the broker; ends with the socket, and ends it. */
export function connectionOf(socket: Socket, bounds: PacketBounds): Duplex {
  const outgoing = new Outgoing(socket);
  const incoming = new Incoming(socket, outgoing, bounds.bytesMax);
  const writable = new Writable({
    write: (chunk: Buffer, _encoding, done) => outgoing.write(chunk, done),
    final: (done) => socket.end(done),
    destroy: (error, done) => {
      socket.destroySoon();
      done(error);
    },
  });
  pipeline(socket, new PacketBound(bounds), incoming, () => socket.destroy());
  return Duplex.from({ readable: incoming, writable });
}
