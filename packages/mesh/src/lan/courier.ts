// Messages over the LAN without a link: broadcast or unicast, fragmented, and retransmitted until acknowledged or the
// schedule ends. Each is taken once, from approved peers only, and only while recent.

import { hex, isSignedBy, signWith } from '../identity/keys.ts';
import type { Standing } from '../peer/standing.ts';
import type { Storage } from '../peer/storage.ts';
import { jittered, type Runtime } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { decode, encode, WireError } from '../wire/schema.ts';
import { ackText, type LanMessage, lanMessage, openDatagram, partsOf, sealDatagram } from './datagram.ts';
import { Seen } from './seen.ts';

/** Retransmission schedule: delays after the first transmission to receivers that have not acknowledged. */
const REPEAT_MS = [120, 250, 500, 1_000, 1_500];
/** Maximum difference between the sender's time stamp and this clock: bounds replay. */
const FRESH_MS = 5 * 60_000;
const GATHERING_MAX = 256;
/** Messages of one member: with more it would drive those of others from the memory of what was taken. */
const OF_ONE = { burst: 256, everyMs: 2_000 };
const SIGNATURE_BYTES = 64;

/** Sends a datagram to an address, or to all hosts on the LAN (null). */
export type Transmit = (datagram: Uint8Array, to: string | null) => void;

export interface Outgoing {
  task: string;
  body: Uint8Array;
  answers?: Uint8Array | null;
  /** Null for a broadcast. */
  to: string | null;
  /** Peers whose acknowledgement is awaited; if empty (receivers unknown), all retransmissions are sent. */
  expected: ReadonlySet<string>;
  onAck?: (from: string) => void;
  done: (acked: ReadonlySet<string>) => void;
}

interface Sending {
  datagrams: Uint8Array[];
  acked: Set<string>;
  outgoing: Outgoing;
  cancel: () => void;
}

export class LanCourier {
  /** Called once for each message from an approved peer; `address` is the source of the datagram. */
  onMessage: (message: LanMessage, address: string) => void = () => {};
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #transmit: Transmit;
  readonly #sending = new Map<string, Sending>();
  readonly #gathering = new Map<string, (Uint8Array | null)[]>();
  readonly #seen: Seen;
  readonly #ofOne: Allowance;

  /** @param storage persists replay protection, for a peer that acts on messages; null for one that only sends */
  constructor(runtime: Runtime, standing: Standing, transmit: Transmit, storage: Storage | null = null) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#transmit = transmit;
    this.#seen = new Seen(runtime.clock, storage, 2 * FRESH_MS);
    this.#ofOne = new Allowance(runtime.clock, OF_ONE);
  }

  stop(): void {
    for (const { cancel } of this.#sending.values()) cancel();
    this.#sending.clear();
  }

  /** Sends a message and returns its id; null if this peer has no group key yet. */
  send(outgoing: Outgoing): Uint8Array | null {
    const { random, clock } = this.#runtime;
    const id = random.bytes(8);
    const { task, body, answers = null } = outgoing;
    const message = encode(lanMessage, {
      id,
      from: this.#standing.id,
      sentMs: clock.nowMs(),
      answers,
      task,
      body,
    });
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie lan', message);
    const datagrams = partsOf(id, Buffer.concat([signature, message])).map((part) =>
      sealDatagram(this.#standing, random, part),
    );
    if (datagrams.includes(null)) return null;
    const sending: Sending = {
      datagrams: datagrams as Uint8Array[],
      acked: new Set(),
      outgoing,
      cancel: () => {},
    };
    this.#sending.set(hex(id), sending);
    this.#try(hex(id), sending, 0);
    return id;
  }

  receive(data: Buffer, address: string): void {
    const content = openDatagram(this.#standing, data);
    if (content === null) return;
    if (content.kind === 'ack') {
      this.#takeAck(content);
      return;
    }
    if (content.kind !== 'part') return;
    const whole = this.#gather(content);
    if (whole !== null) this.#take(content.id, whole, address);
  }

  #try(name: string, sending: Sending, attempt: number): void {
    const { outgoing, acked } = sending;
    const waitMs = REPEAT_MS[attempt];
    const isMissing = outgoing.expected.size === 0 || [...outgoing.expected].some((id) => !acked.has(id));
    if (!isMissing || waitMs === undefined) {
      this.#sending.delete(name);
      outgoing.done(acked);
      return;
    }
    for (const datagram of sending.datagrams) this.#transmit(datagram, outgoing.to);
    const next = () => this.#try(name, sending, attempt + 1);
    sending.cancel = this.#runtime.clock.after(jittered(this.#runtime.random, waitMs), next);
  }

  #takeAck({ id, from, signature }: { id: Uint8Array; from: string; signature: Uint8Array }): void {
    const sending = this.#sending.get(hex(id));
    const member = this.#standing.roster.approved(from);
    if (sending === undefined || member === null || sending.acked.has(from)) return;
    const text = encode(ackText, { id, from, to: this.#standing.id });
    if (!isSignedBy(member.publicKey, signature, 'eyrie ack', text)) return;
    sending.acked.add(from);
    sending.outgoing.onAck?.(from);
    const { expected } = sending.outgoing;
    if (expected.size === 0 || [...expected].some((each) => !sending.acked.has(each))) return;
    sending.cancel();
    this.#try(hex(id), sending, 0);
  }

  #gather({
    id,
    part,
    parts,
    data,
  }: {
    id: Uint8Array;
    part: number;
    parts: number;
    data: Uint8Array;
  }): Buffer | null {
    if (part >= parts) return null;
    const name = hex(id);
    const pieces = this.#gathering.get(name) ?? Array.from({ length: parts }, () => null);
    if (pieces.length !== parts) return null;
    pieces[part] = data;
    this.#gathering.delete(name);
    if (pieces.every((piece) => piece !== null)) return Buffer.concat(pieces as Uint8Array[]);
    this.#gathering.set(name, pieces);
    if (this.#gathering.size > GATHERING_MAX) this.#gathering.delete(this.#gathering.keys().next().value!);
    return null;
  }

  #take(id: Uint8Array, whole: Buffer, address: string): void {
    const message = readMessage(whole.subarray(SIGNATURE_BYTES));
    if (message === null || message.from === this.#standing.id || hex(message.id) !== hex(id)) return;
    const problem = this.#problemOf(message, whole) ?? this.#excessOf(message);
    if (problem !== null) {
      this.#runtime.log('warn', 'LAN message refused', { from: message.from, address, reason: problem });
      return;
    }
    const from = this.#standing.id;
    const text = encode(ackText, { id, from, to: message.from });
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie ack', text);
    const ack = sealDatagram(this.#standing, this.#runtime.random, { kind: 'ack', id, from, signature });
    // Repeated messages are acknowledged too: the first acknowledgement may have been lost.
    if (ack !== null) this.#transmit(ack, address);
    if (this.#seen.has(message)) return;
    this.#seen.add(message);
    this.onMessage(message, address);
  }

  /** Retransmissions do not count. */
  #excessOf(message: LanMessage): string | null {
    return this.#seen.has(message) || this.#ofOne.take(message.from) ? null : 'too many at once';
  }

  #problemOf({ from, sentMs }: LanMessage, whole: Buffer): string | null {
    const member = this.#standing.roster.members.get(from);
    if (member === undefined) return 'not-approved';
    if (member.revoked !== null) return 'revoked';
    if (this.#standing.measures.isCutOff(from)) return 'quarantined';
    const [signature, signed] = [whole.subarray(0, SIGNATURE_BYTES), whole.subarray(SIGNATURE_BYTES)];
    if (!isSignedBy(member.publicKey, signature, 'eyrie lan', signed)) return 'bad-signature';
    if (Math.abs(this.#runtime.clock.nowMs() - sentMs) > FRESH_MS) return 'replayed, or a clock is wrong';
    return null;
  }
}

function readMessage(data: Uint8Array): LanMessage | null {
  try {
    return decode(lanMessage, data);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
