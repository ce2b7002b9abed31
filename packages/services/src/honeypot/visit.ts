// A visitor's connection, as decoys see it: reads bytes and lines, writes answers, reports events. Everything is
// recorded and bounded.
import { createHash, createHmac } from 'node:crypto';
import type { Duplex, Writable } from 'node:stream';
import type { Account, Bounds } from './bounds.ts';
import type { Happening } from './event.ts';
import type { Persona } from './persona.ts';
import { type Direction, PLAYED, SENT } from './tape.ts';
import { Tapped } from './tapped.ts';

/** Longer lines are split here: no decoy's protocol needs them. */
const LINE_BYTES_MAX = 8192;
/** Bytes buffered for the decoy; beyond this the socket is paused. */
const WAITING_BYTES_MAX = 65_536;
/** Unread bytes of answers; beyond this the visit is ended. */
const UNREAD_BYTES_MAX = 2 ** 20;

/** Longest message accepted; a greater length field is bogus. */
const MESSAGE_BYTES_MAX = 2 ** 20;

/** The visitor has disconnected, or has exceeded its time or memory. */
export class VisitOver extends Error {}

/** Shared instance: its stack is of no use, and capturing one costs more than the visit's last event. */
const OVER = new VisitOver();

export interface VisitWitness {
  protocol: string;
  /** The visitor's address. */
  readonly visitor: string;
  /** Reports an event. */
  report(happening: Happening): void;
  /** The visit's share of the memory budget. */
  readonly account: Account;
  /** Records bytes from the visitor (`i`) or to it (`o`); `shown`: PLAYED, SENT or both. */
  record(direction: Direction, bytes: Uint8Array, shown?: number): void;
  /** Records TLS session keys in NSS key log format. */
  recordSecret(line: string): void;
  /** Keeps a file; returns its SHA-256. */
  keep(content: Uint8Array): string;
}

export class Visit {
  readonly persona: Persona;
  readonly bounds: Bounds;
  /** For decoys with their own protocol machine (SSH, TLS); do not read from the visit afterwards. */
  readonly socket: Duplex;
  readonly #witness: VisitWitness;
  /** Where bytes of this visit appear in the recording. */
  readonly #shown: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isOver = false;
  /** Bytes of unread answers counted so far, by stream: SSH has several channels. */
  readonly #unread = new Map<Writable, number>();
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
    // No more input; answers can still be sent (RFC 9293 §3.6, half-closed).
    socket.once('end', () => this.#finish());
  }

  report(happening: Happening): void {
    this.#witness.report(happening);
  }

  /** Keeps a file by its hash; it is never executed. */
  keep(content: Uint8Array, path: string): void {
    const sha256 = this.#witness.keep(content);
    this.report({ type: 'upload', sha256, bytes: content.length, path });
  }

  /** The recognised protocol, for all later events. */
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

  /** Returns the received bytes, at least one. @throws VisitOver */
  async read(): Promise<Buffer> {
    while (this.#waitingBytes === 0) await this.#more();
    const bytes = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#account.hold(-this.#waitingBytes);
    this.#waitingBytes = 0;
    return bytes;
  }

  /** As `read`, but null if nothing arrives within `ms`. */
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

  /** Returns exactly `length` bytes. @throws VisitOver */
  async bytes(length: number): Promise<Buffer> {
    if (length > MESSAGE_BYTES_MAX) throw OVER;
    if (length <= 0) return Buffer.alloc(0);
    while (this.#waitingBytes < length) await this.#more();
    const all = await this.read();
    this.unread(all.subarray(length));
    return all.subarray(0, length);
  }

  /** Returns a line without its LF or CRLF, as latin1. @throws VisitOver */
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

  /** Puts bytes back, to be read next. */
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

  /** Counts what all streams have not delivered, this one included; returns the bytes. */
  #countUnread(stream: Writable): number {
    this.#unread.set(stream, this.#unread.get(stream) ?? 0);
    let total = 0;
    for (const [each, before] of this.#unread) {
      const bytes = each.destroyed ? 0 : each.writableLength;
      this.#account.hold(bytes - before);
      total += bytes;
      if (bytes === 0) this.#unread.delete(each);
      else this.#unread.set(each, bytes);
    }
    return total;
  }

  get #account(): Account {
    return this.#witness.account;
  }

  /** Adds to the memory held by this visit; negative releases. */
  hold(bytes: number): void {
    this.#account.hold(bytes);
  }

  /** Returns false and ends the visit if unread answers pile up in its streams: they would fill the memory. */
  isRead(stream: Writable): boolean {
    if (this.#countUnread(stream) <= UNREAD_BYTES_MAX) return true;
    this.socket.destroy();
    return false;
  }

  end(): void {
    this.socket.end();
  }

  /**
   * Hands over the raw stream, with bytes already read put back. Its bytes are recorded as packets only; the decrypted
   * content is recorded by `recordPlain`.
   *
   * @param heldBytes memory of the protocol machine
   */
  handOver(heldBytes: number): Duplex {
    this.socket.off('data', this.#onData);
    this.#account.hold(heldBytes);
    // Protocol machines do not support half-closed connections.
    this.socket.once('end', () => this.socket.end());
    const bytes = Buffer.concat(this.#waiting);
    this.#account.hold(-this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return new Tapped(this.socket, bytes, (direction, more) => this.#witness.record(direction, more, SENT));
  }

  /** Records bytes that a protocol machine decrypted. */
  recordPlain(direction: Direction, bytes: Uint8Array): void {
    this.#witness.record(direction, bytes, PLAYED);
  }

  recordSecret(line: string): void {
    this.#witness.recordSecret(line);
  }

  /** A nested visit over the decrypted TLS stream. */
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

/** A number derived from persona and text: the same question gets the same answer. */
export function whim(persona: Persona, text: string, below: number): number {
  return createHash('sha256').update(`${persona.seed}:${text}`).digest().readUInt32BE() % below;
}

/**
 * Up to 64 bytes derived from the persona and a purpose. The seed itself is never shown: parts of it in two services
 * would link them as one decoy.
 */
export function madeUp(persona: Persona, what: string, length: number): Buffer {
  return createHmac('sha512', persona.seed).update(what).digest().subarray(0, length);
}
