// A session is a link on which both sides have identified themselves and accepted each other. Before that, nothing is taken but
// a hello, the signed list of members, and from an applicant a request to join.
//
//   link ─► hello ─► judge ─┬─► (what the other lacks of the list) ─► accept ─► open: notices, requests, streams ─► bye
//                           └─► refuse(reason), logged on both sides

import { type RosterPart, readRosterPart } from '../members/roster-part.ts';
import {
  FrameReader,
  type FrameType,
  frame,
  frameHead,
  frameTypes,
  type OnFrame,
  PAYLOAD_BYTES_MAX,
  PROTOCOL_VERSION,
} from '../wire/frame.ts';
import { decode, encode, flag, Reader, type Shape, text, WireError, Writer } from '../wire/schema.ts';
import { cut, hello, refusal } from './greeting.ts';
import type { Link } from './link.ts';
import { HEARTBEAT_MS } from './pulse.ts';
import { Requests } from './requests.ts';
import type { Answered, Ending, Purpose, Refusal, SessionHost } from './session-host.ts';
import type { Stream } from './stream.ts';
import { type SendFrame, Streams } from './streams.ts';

const GREETING_MS = 10_000;
/** From the hello to the answer on an unauthenticated session: longer than an enrolment takes. */
const STRANGER_MS = 30_000;
/** When a peer does not read and more than this waits for it, the link is given up. */
const WAITING_BYTES_MAX = 16 << 20;
/** Backpressure: streams wait while so much has not left yet; notices do not. */
const STREAM_WAITING_BYTES_MAX = 1 << 20;

const NOTHING = Buffer.alloc(0);

export class Session {
  readonly link: Link;
  readonly purpose: Purpose;
  /** Id of the other side; '' until it is accepted, and on an unauthenticated session. */
  id = '';
  /** The key that it has proved to hold. */
  publicKey: Uint8Array = NOTHING;
  /** When its certificate expires. */
  expiresMs = 0;
  /** When anything was last received, and last sent (elapsedMs). */
  receivedMs: number;
  sentMs: number;
  /** When it was last used, by a request, a stream, a routed message or a broadcast (elapsedMs). */
  usedMs: number;
  isOpen = false;
  isClosed = false;
  rosterVersion = 0;
  readonly #host: SessionHost;
  readonly #reader = new FrameReader();
  /** It applies to join, and may do nothing else. */
  isStranger = false;
  #isHelloReceived = false;
  #isAccepted = false;
  #isAcceptedByOther = false;
  readonly #requests: Requests;
  readonly #streams: Streams;
  /** What is sent with the next frame. */
  #riders: (() => void)[] = [];
  /** Number of frames sent. */
  #frames = 0;
  #cancelGreeting: () => void;

  constructor(link: Link, purpose: Purpose, host: SessionHost) {
    this.link = link;
    this.purpose = purpose;
    this.#host = host;
    const send: SendFrame = (type, first, second) => this.#sendFrame(type, first, second);
    this.#requests = new Requests(host.runtime.clock, send);
    this.#streams = new Streams(link.isDialler, send, () => this.#hasRoom());
    this.receivedMs = this.sentMs = this.usedMs = host.runtime.clock.elapsedMs();
    this.#cancelGreeting = host.runtime.clock.after(GREETING_MS, () => this.close('no greeting in 10 s'));
    link.start({
      onBytes: (bytes) => this.#receive(bytes),
      onDrain: () => this.#drained(),
      onClose: (reason) => this.#closed(reason, 'lost'),
    });
    this.#sendFrame(
      frameTypes.hello,
      encode(hello, {
        versionMin: PROTOCOL_VERSION,
        versionMax: PROTOCOL_VERSION,
        isEnrolment: purpose === 'enrol',
        mesh: host.mesh(),
        rosterVersion: host.rosterVersion(),
      }),
    );
  }

  /** Sends a notice, which has no answer; does nothing while the session is not open. */
  notify(kind: number, payload: Uint8Array): void {
    if (this.isOpen) this.#sendFrame(frameTypes.notice, Buffer.of(kind), payload);
  }

  /**
   * Runs `send` right after the next frame, and instead of the next heartbeat: with what is sent within the same turn of the event
   * loop it shares a TLS record, which costs more than its content. On a healthy link that takes at most a heartbeat interval.
   */
  ride(send: () => void): void {
    this.#riders.push(send);
  }

  /** Sends a request; `answered` is called once, with the answer or the reason why there is none. */
  request(kind: number, payload: Uint8Array, timeoutMs: number, answered: Answered): void {
    if (this.isOpen) this.#requests.send(kind, payload, timeoutMs, answered);
    else answered('the link is closed', NOTHING);
  }

  /** Sends what is queued before slow work follows, such as a write to disk. */
  flush(): void {
    this.link.flush?.();
  }

  openStream(kind: number, payload: Uint8Array): Stream {
    return this.#streams.open(kind, payload);
  }

  heartbeat(): void {
    if (!this.#sendRiders()) this.#sendFrame(frameTypes.heartbeat, NOTHING);
  }

  /** @param parts as `Roster.writtenFrom` gives them */
  sendRoster(parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#sendFrame(frameTypes.roster, part);
  }

  /** Tells the other side why, and closes the link. */
  close(reason: string): void {
    if (this.isClosed) return;
    this.#riders = [];
    this.#sendFrame(frameTypes.bye, encode(text(300), cut(reason)));
    this.link.close();
    this.#closed(reason, 'closed');
  }

  /** Closes an accepted link, with a code that the other side can act on. */
  refuse(code: string, reason: string): void {
    if (!this.isClosed) this.#refuse(code, reason);
  }

  // --- receiving

  #receive(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.receivedMs = this.#host.runtime.clock.elapsedMs();
    try {
      this.#reader.push(bytes, this.#onFrame);
    } catch (error) {
      this.#failed(error);
    }
  }

  readonly #onFrame: OnFrame = (type, payload, isMore) => {
    if (this.isClosed) return;
    if (isMore) this.#streams.takeData(payload);
    else this.#take(type, payload);
  };

  /** The link takes more again: streams may go on. */
  #drained(): void {
    try {
      this.#streams.drained();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** An error caused by what a peer sent ends its session, never the process. */
  #failed(error: unknown): void {
    if (error instanceof WireError) {
      this.#violation(error.message);
      return;
    }
    this.#host.runtime.log('warn', 'what a peer sent could not be handled', {
      peer: this.id,
      address: this.link.shown.address,
      message: String(error),
    });
    this.close('internal error');
  }

  #take(type: FrameType, payload: Buffer): void {
    switch (type) {
      case frameTypes.hello:
        this.#takeHello(decode(hello, payload));
        return;
      case frameTypes.roster:
        this.#takeRoster(readRosterPart(payload));
        return;
      case frameTypes.accept:
        this.#isAcceptedByOther = true;
        this.#openIfBoth();
        return;
      case frameTypes.refuse: {
        const { code, reason } = decode(refusal, payload);
        this.#over(`refused by the other side (${code}): ${reason}`, 'refused', { code, isOwn: false });
        this.#host.refused(this, code, reason);
        return;
      }
      case frameTypes.bye:
        this.#over(decode(text(300), payload), 'bye');
        return;
      case frameTypes.heartbeat:
        // Heartbeats are answered only if nothing was sent a moment ago.
        if (!this.link.isDialler && this.receivedMs - this.sentMs > HEARTBEAT_MS / 2) this.heartbeat();
        return;
    }
    if (!this.isOpen) throw new WireError('a frame before both sides were accepted');
    this.#takeOpen(type, new Reader(payload));
  }

  #takeOpen(type: FrameType, from: Reader): void {
    if (this.isStranger && type !== frameTypes.request)
      throw new WireError('a peer without a certificate may only enrol');
    if (type === frameTypes.notice) {
      const kind = from.byte();
      this.#host.notice(this, kind, from.view(from.left));
      return;
    }
    this.usedMs = this.receivedMs;
    const id = from.varint();
    switch (type) {
      case frameTypes.request:
        this.#takeRequest(id, from.byte(), from.view(from.left));
        return;
      case frameTypes.response:
        this.#requests.take(id, flag.read(from), from.raw(from.left));
        return;
      case frameTypes.open: {
        const kind = from.byte();
        const stream = this.#streams.accept(id);
        if (stream !== null) this.#host.stream(this, kind, from.view(from.left), stream);
        return;
      }
      default:
        this.#streams.take(type, id, from);
    }
  }

  #takeHello(other: Shape<typeof hello>): void {
    if (this.#isHelloReceived) throw new WireError('a second hello');
    this.#isHelloReceived = true;
    if (other.versionMax < PROTOCOL_VERSION || other.versionMin > PROTOCOL_VERSION) {
      this.#refuse('version', `this peer speaks version ${PROTOCOL_VERSION} of the protocol`);
      return;
    }
    if (other.mesh !== this.#host.mesh()) {
      this.#refuse('other-mesh', `this is mesh ${this.#host.mesh()}, not ${other.mesh}`);
      return;
    }
    this.rosterVersion = other.rosterVersion;
    // The side that accepted the link cannot turn it into an anonymous one.
    if (other.isEnrolment && this.link.isDialler) throw new WireError('only the dialling side may enrol');
    if (this.purpose === 'enrol' || other.isEnrolment) {
      this.isStranger = !this.link.isDialler;
      this.#accept();
      return;
    }
    this.#judge();
  }

  #takeRoster(part: RosterPart): void {
    if (this.purpose === 'enrol') return;
    const why = this.#host.takeRosterPart(this, part);
    if (why !== null) {
      this.#refuse('roster', why);
      return;
    }
    if (!this.#isAccepted) this.#judge();
  }

  /** Accepts or refuses now; or, if the other side has a newer list of members, once that has arrived. */
  #judge(): void {
    if (!this.#isHelloReceived || this.#isAccepted) return;
    const verdict = this.#host.judge(this.link.shown.certificate, 'link');
    if ('id' in verdict) {
      ({ id: this.id, publicKey: this.publicKey, expiresMs: this.expiresMs } = verdict);
      this.#accept();
      return;
    }
    const mayLearn = verdict.code === 'not-approved' || verdict.code === 'unknown-authority';
    if (mayLearn && this.#host.rosterVersion() < this.rosterVersion) return;
    this.#refuse(verdict.code, verdict.reason);
  }

  #accept(): void {
    this.#isAccepted = true;
    if (this.id !== '') {
      this.#reader.payloadBytesMax = PAYLOAD_BYTES_MAX;
      // The list of members is shown to members only.
      const own = this.#host.rosterVersion();
      if (this.rosterVersion < own) this.sendRoster(this.#host.rosterParts(this.rosterVersion));
      this.rosterVersion = Math.max(this.rosterVersion, own);
    }
    this.#sendFrame(frameTypes.accept, NOTHING);
    this.#openIfBoth();
  }

  #openIfBoth(): void {
    if (this.isOpen || !this.#isAccepted || !this.#isAcceptedByOther) return;
    this.#cancelGreeting();
    if (this.isStranger) {
      const { clock } = this.#host.runtime;
      this.#cancelGreeting = clock.after(STRANGER_MS, () => this.close('this link was for asking only'));
    }
    this.isOpen = true;
    this.#host.opened(this);
  }

  #refuse(code: string, reason: string): void {
    this.#riders = [];
    this.#sendFrame(frameTypes.refuse, encode(refusal, { code, reason: cut(reason) }));
    this.link.close();
    this.#closed(`refused (${code}): ${reason}`, 'refused', { code, isOwn: true });
  }

  #takeRequest(id: number, kind: number, payload: Uint8Array): void {
    let isAnswered = false;
    this.#host.request(this, kind, payload, (error, answer = NOTHING) => {
      if (isAnswered || this.isClosed) return;
      isAnswered = true;
      const head = new Writer();
      head.varint(id);
      head.byte(error === null ? 1 : 0);
      this.#sendFrame(frameTypes.response, head.finish(), error === null ? answer : Buffer.from(cut(error)));
    });
  }

  #violation(message: string): void {
    this.#host.runtime.log('warn', 'a peer broke the protocol', {
      peer: this.id,
      address: this.link.shown.address,
      message,
    });
    this.close(`you broke the protocol: ${message}`);
  }

  #over(reason: string, ending: Ending, refusal: Refusal | null = null): void {
    this.link.close();
    this.#closed(reason, ending, refusal);
  }

  #closed(reason: string, ending: Ending, refusal: Refusal | null = null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isOpen = false;
    this.#cancelGreeting();
    this.#riders = [];
    this.#requests.fail(reason);
    this.#streams.reset(reason);
    this.#host.closed(this, reason, ending, refusal);
  }

  // --- sending

  #hasRoom(): boolean {
    return !this.isClosed && this.link.waitingBytes < STREAM_WAITING_BYTES_MAX;
  }

  #sendFrame(type: FrameType, first: Uint8Array, second: Uint8Array = NOTHING): void {
    if (this.isClosed) return;
    this.#frames++;
    this.sentMs = this.#host.runtime.clock.elapsedMs();
    if (type !== frameTypes.heartbeat && type !== frameTypes.notice) this.usedMs = this.sentMs;
    if (second.length < 4096) this.link.send(frame(type, first, second));
    else this.link.send(frameHead(type, first.length + second.length, first), second);
    if (this.link.waitingBytes > WAITING_BYTES_MAX) {
      this.link.destroy('the other side does not read');
      this.#closed('the other side does not read', 'lost');
    }
    this.#sendRiders();
  }

  /** Returns whether anything was sent. */
  #sendRiders(): boolean {
    if (this.#riders.length === 0 || !this.isOpen) return false;
    const riders = this.#riders;
    const frames = this.#frames;
    this.#riders = [];
    for (const send of riders) send();
    return this.#frames > frames;
  }
}
