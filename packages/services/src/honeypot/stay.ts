// The lifetime of one connection: its times, recording and events.
import type { Socket } from 'node:net';
import type { MeshNow, MeshStamp } from '../mesh-time/index.ts';
import { Account, type Bounds, type Budget } from './bounds.ts';
import { castOf, summaryOf } from './cast.ts';
import { type EventType, type Happening, type HoneypotEvent, type VisitFacts, visitText } from './event.ts';
import { packetsOf } from './packets.ts';
import type { Persona } from './persona.ts';
import type { Recorder, SessionRecord } from './recorder.ts';
import { Tape } from './tape.ts';
import { Visit, type VisitWitness } from './visit.ts';

/** Event types that describe a visit completely; a visit with no others needs no recording. */
const COMPLETE_IN_EVENTS: ReadonlySet<EventType> = new Set([
  'connect',
  'fingerprint',
  'request',
  'disconnect',
]);
/** Characters of key log lines: four lines for each TLS session, about 150 characters each. */
const SECRET_CHARACTERS_MAX = 4096;

export interface StayHost {
  readonly persona: Persona;
  readonly bounds: Bounds;
  readonly budget: Budget;
  readonly recorder: Recorder;
  readonly meshNow: MeshNow;
  readonly onEvent: ((event: HoneypotEvent) => void) | undefined;
}

export class Stay implements VisitWitness {
  readonly visit: Visit;
  readonly visitor: string;
  readonly account: Account;
  readonly beganAt: number;
  readonly #beganMesh: MeshStamp | null;
  protocol = 'tcp';
  readonly #socket: Socket;
  readonly #host: StayHost;
  readonly #tape: Tape;
  readonly #facts: VisitFacts;
  readonly #visitText: string;
  #reason: string | undefined;
  #isWorthRecord = false;
  /** Time of the last byte in either direction. */
  #lastAt: number;
  #answers = 0;

  constructor(socket: Socket, id: string, source: string, address: string, port: number, host: StayHost) {
    this.#socket = socket;
    this.#host = host;
    this.beganAt = this.#lastAt = Date.now();
    this.#beganMesh = host.meshNow();
    this.account = new Account(host.budget);
    this.#tape = new Tape(host.bounds.recordBytesMax, this.beganAt, this.account);
    const sourcePort = socket.remotePort ?? 0;
    this.#facts = { session: id, sourceAddress: source, sourcePort, address, port };
    this.#visitText = visitText(this.#facts);
    this.visitor = source;
    this.visit = new Visit(socket, host.persona, host.bounds, this);
    this.report({ type: 'connect' });
  }

  report(happening: Happening): void {
    if (!COMPLETE_IN_EVENTS.has(happening.type)) this.#isWorthRecord = true;
    const { recorder, meshNow, onEvent } = this.#host;
    const time = { time: Date.now(), meshTime: meshNow() };
    const event = { ...happening, ...this.#facts, ...time, protocol: this.protocol };
    recorder.event(event, this.#visitText);
    onEvent?.(event);
  }

  record(direction: 'i' | 'o', bytes: Uint8Array, shown?: number): void {
    this.#lastAt = Date.now();
    this.#tape.add(direction, bytes, this.#lastAt, shown);
    // The first answer is sent at once in any case (RFC 9293 §3.7.4), and most visits have no second.
    if (direction === 'o' && ++this.#answers === 2) this.#socket.setNoDelay();
  }

  recordSecret(line: string): void {
    if (this.#tape.secrets.length < SECRET_CHARACTERS_MAX) this.#tape.secrets += line;
  }

  keep(content: Uint8Array): string {
    return this.#host.recorder.keep(content);
  }

  /** Ends the visit and queues its recording. */
  end(): void {
    const endedAt = Date.now();
    const seconds = (endedAt - this.beganAt) / 1000;
    this.report({ type: 'disconnect', seconds, bytes: this.#socket.bytesRead, reason: this.#reason });
    this.account.close();
    if (!this.#tape.isEmpty && this.#isWorthRecord) this.#host.recorder.session(this.#recordTo(endedAt));
  }

  /** Detaches the recording from the visit, whose socket holds more memory than the recorded bytes. */
  #recordTo(endedAt: number): SessionRecord {
    const tape = this.#tape;
    const facts = this.#facts;
    const { session, sourceAddress: source, port } = facts;
    const { beganAt, protocol } = this;
    const header = { session, protocol, source, port, time: beganAt, meshTime: this.#beganMesh };
    return {
      heldBytes: tape.heldBytes,
      saved: () => ({
        summary: summaryOf(tape, header),
        cast: castOf(tape, header),
        packets: packetsOf(tape, facts, `Session ${session}, ${protocol}.`, beganAt, endedAt),
      }),
    };
  }

  /** Ends a visit that exceeds its time or size, or is idle. */
  check(now: number): void {
    const { idleMsMax, sessionMsMax, sessionBytesMax } = this.#host.bounds;
    if (this.#socket.bytesRead > sessionBytesMax) this.cut('sent too much');
    else if (now - this.beganAt > sessionMsMax) this.cut('time is up');
    else if (now - this.#lastAt > idleMsMax) this.cut('idle');
  }

  cut(reason: string): void {
    this.#reason ??= reason;
    // Releases the memory now, not when the socket reports its close.
    this.account.close();
    this.#socket.destroy();
  }
}
