// One visitor's connection, as decoys see it: reads bytes and lines, writes answers, reports events. All of it is
// recorded, and all of it is bounded.
import { createHash, createHmac } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Account, Bounds } from './bounds.ts';
import type { Happening } from './event.ts';
import type { Persona } from './persona.ts';
import { type Direction, PLAYED, SENT } from './tape.ts';
import { Tapped } from './tapped.ts';

/** A line longer than this is cut there: no decoy's protocol has longer ones. */
const LINE_BYTES_MAX = 8192;
/** Bytes waiting to be read; beyond it the visitor has to wait. */
const WAITING_BYTES_MAX = 65_536;
/** Bytes that a visitor has not read yet; beyond it nobody is there to read them. */
const UNREAD_BYTES_MAX = 2 ** 20;

/** A message that says it is longer is nonsense. */
const MESSAGE_BYTES_MAX = 2 ** 20;

/** The visitor is gone, or has had enough of our time or room. */
export class VisitOver extends Error {}

/** One for all: where it was noticed says nothing, and to write that down costs more than the visit's last event. */
const OVER = new VisitOver();

export interface VisitWitness {
  protocol: string;
  /** The visitor's address. */
  readonly visitor: string;
  /** Something to report. */
  report(happening: Happening): void;
  /** What this visit holds of the memory for all. */
  readonly account: Account;
  /** Bytes from the visitor (`i`) and to the visitor (`o`); `shown`: PLAYED, SENT or both. */
  record(direction: Direction, bytes: Uint8Array, shown?: number): void;
  /** Keys of a TLS session, in NSS key log format. */
  recordSecret(line: string): void;
  /** A file left here; gives its SHA-256. */
  keep(content: Uint8Array): string;
}

export class Visit {
  readonly persona: Persona;
  readonly bounds: Bounds;
  /** For decoys that bring their own protocol machine (SSH, TLS). Who takes it reads no more here. */
  readonly socket: Duplex;
  readonly #witness: VisitWitness;
  /** Where what passes here is shown. */
  readonly #shown: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isOver = false;
  /** What was counted of answers that the visitor has not read. */
  #unreadBytes = 0;
  #wake: (() => void) | null = null;
  #onData: (bytes: Buffer) => void;

  constructor(
    socket: Duplex,
    persona: Persona,
    bounds: Bounds,
    witness: VisitWitness,
    shown: number = PLAYED | SENT,
  ) {
    this.socket = socket;
    this.persona = persona;
    this.bounds = bounds;
    this.#witness = witness;
    this.#shown = shown;
    this.#onData = (bytes) => this.#take(bytes);
    socket.on('data', this.#onData);
    socket.once('close', () => this.#finish());
    // Nothing more will come; an answer may still go (RFC 9293 §3.6, half-closed).
    socket.once('end', () => this.#finish());
  }

  report(happening: Happening): void {
    this.#witness.report(happening);
  }

  /** Keeps a file by its hash; it is never run. */
  keep(content: Uint8Array, path: string): void {
    const sha256 = this.#witness.keep(content);
    this.report({ type: 'upload', sha256, bytes: content.length, path });
  }

  /** What the conversation turned out to be, for all that is reported from now on. */
  set protocol(name: string) {
    this.#witness.protocol = name;
  }

  /** The visitor's address. */
  get visitor(): string {
    return this.#witness.visitor;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What has come, at least one byte. @throws VisitOver */
  async read(): Promise<Buffer> {
    while (this.#waitingBytes === 0) await this.#more();
    const bytes = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#account.hold(-this.#waitingBytes);
    this.#waitingBytes = 0;
    return bytes;
  }

  /** As `read`, but null when nothing came within `ms`. */
  async readWithin(ms: number): Promise<Buffer | null> {
    if (this.#waitingBytes > 0) return this.read();
    const timer = setTimeout(() => this.#stir(), ms);
    try {
      await this.#more();
    } finally {
      clearTimeout(timer);
    }
    return this.#waitingBytes > 0 ? this.read() : null;
  }

  /** Exactly `length` bytes. @throws VisitOver */
  async bytes(length: number): Promise<Buffer> {
    if (length > MESSAGE_BYTES_MAX) throw OVER;
    if (length <= 0) return Buffer.alloc(0);
    while (this.#waitingBytes < length) await this.#more();
    const all = await this.read();
    this.unread(all.subarray(length));
    return all.subarray(0, length);
  }

  /** Up to the next line feed, without it and a carriage return before; latin1. @throws VisitOver */
  async line(): Promise<string> {
    for (;;) {
      const all = await this.read();
      const end = all.indexOf(10);
      if (end < 0 && all.length < LINE_BYTES_MAX) {
        this.unread(all);
        await this.#more();
        continue;
      }
      const stop = end < 0 ? LINE_BYTES_MAX : end;
      this.unread(all.subarray(end < 0 ? stop : end + 1));
      return all.toString('latin1', 0, stop).replace(/\r$/, '');
    }
  }

  /** Puts bytes back in front of what comes next. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#waiting.unshift(bytes);
    this.#waitingBytes += bytes.length;
    this.#account.hold(bytes.length);
  }

  write(data: string | Uint8Array): void {
    if (!this.socket.writable || !this.isRead(this.socket)) return;
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    this.#witness.record('o', bytes, this.#shown);
    this.socket.write(bytes);
    this.#countUnread(this.socket);
  }

  #countUnread(stream: Duplex): void {
    const bytes = stream.writableLength;
    this.#account.hold(bytes - this.#unreadBytes);
    this.#unreadBytes = bytes;
  }

  get #account(): Account {
    return this.#witness.account;
  }

  /** So much more, or less, is held for this visit. */
  hold(bytes: number): void {
    this.#account.hold(bytes);
  }

  /** False, and the end of the visit, where answers pile up in `stream`: who only asks and never reads fills the memory. */
  isRead(stream: Duplex): boolean {
    this.#countUnread(stream);
    if (stream.writableLength <= UNREAD_BYTES_MAX) return true;
    this.socket.destroy();
    return false;
  }

  end(): void {
    this.socket.end();
  }

  /**
   * Gives the raw stream away, with what was read of it put back. What passes is recorded as packets alone; what is inside
   * of it by `recordPlain`.
   *
   * @param heldBytes what the protocol machine takes in memory
   */
  handOver(heldBytes: number): Duplex {
    this.socket.off('data', this.#onData);
    this.#account.hold(heldBytes);
    // Protocol machines do not know half-closed connections: the visitor's end is the end.
    this.socket.once('end', () => this.socket.end());
    const bytes = Buffer.concat(this.#waiting);
    this.#account.hold(-this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return new Tapped(this.socket, bytes, (direction, more) => this.#witness.record(direction, more, SENT));
  }

  /** Records what a protocol machine decrypted. */
  recordPlain(direction: Direction, bytes: Uint8Array): void {
    this.#witness.record(direction, bytes, PLAYED);
  }

  recordSecret(line: string): void {
    this.#witness.recordSecret(line);
  }

  /** A visit inside of this one: what comes out of TLS. */
  inner(socket: Duplex): Visit {
    return new Visit(socket, this.persona, this.bounds, this.#witness, PLAYED);
  }

  #take(bytes: Buffer): void {
    this.#witness.record('i', bytes, this.#shown);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#account.hold(bytes.length);
    if (this.#waitingBytes > WAITING_BYTES_MAX) this.socket.pause();
    this.#stir();
  }

  #more(): Promise<void> {
    if (this.#isOver) return Promise.reject(OVER);
    this.socket.resume();
    return new Promise((settle, fail) => {
      this.#wake = () => (this.#isOver && this.#waitingBytes === 0 ? fail(OVER) : settle());
    });
  }

  #finish(): void {
    this.#isOver = true;
    this.#stir();
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

/** A number that follows from a persona and a text: the same question gets the same answer. */
export function whim(persona: Persona, text: string, below: number): number {
  return createHash('sha256').update(`${persona.seed}:${text}`).digest().readUInt32BE() % below;
}

/**
 * Bytes that follow from a persona and what they are for, 64 at most. The seed itself is shown nobody: who had parts of it from
 * two services would know that they are one decoy, and what it is made by.
 */
export function madeUp(persona: Persona, what: string, length: number): Buffer {
  return createHmac('sha512', persona.seed).update(what).digest().subarray(0, length);
}
