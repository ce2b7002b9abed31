// Gateway between a peer and MQTT: publishes the peer's state, and carries out orders.
//
//   directory ─► status ─┐                                ┌─► inbox/PEER ─► message, sealed, to that peer
//   readings ─► metrics ─┼─► port ─► clients ─► orders ───┤
//   suspicions ─► findings│                               └─► broadcast ─► all peers
//   inbox ─► inbox, broadcast
import { isUtf8 } from 'node:buffer';
import type { Message, Peer, Suspicion } from '@eyrie/mesh';
import { DocumentError, openDocument, sealDocument } from '@eyrie/mesh/sealed';
import { namedValues } from '@eyrie/mesh/skyeye';
import { discoveryOf } from './discovery.ts';
import {
  type FindingPayload,
  type MessagePayload,
  type MetricsPayload,
  type Order,
  readOrder,
  type StatusPayload,
  TEXT_CHARACTERS_MAX,
} from './payloads.ts';
import { listenTo, type Orderer, type Port } from './port.ts';
import { Topics } from './topics.ts';

/** Interval for checking readings; only new ones are published. */
const METRICS_MS = 2_000;
/** Sealed documents from one sender are a single sequence in the inbox. */
const SEALED_STREAM = Buffer.from('document');
/** Orders per second from all clients of one peer; further ones are refused. */
const ORDERS_MAX = 50;

export interface GatewayOptions {
  /** Topic prefix of Home Assistant discovery; empty: none is sent. */
  readonly discoveryPrefix: string;
  /** Peer for which published messages are sealed; empty: they are published in clear. */
  readonly sealFor: string;
}

export class Gateway {
  readonly topics: Topics;
  readonly #peer: Peer;
  readonly #options: GatewayOptions;
  #port: Port | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ends: (() => void)[] = [];
  /** Time of the last published reading, by peer. */
  readonly #published = new Map<string, number>();
  readonly #announced = new Map<string, number>();
  #second = 0;
  /** Orders in the present second, by peer. */
  readonly #orders = new Map<string, number>();
  #isQuiet = false;
  readonly counts = { published: 0, orders: 0, refused: 0 };

  constructor(peer: Peer, options: GatewayOptions) {
    this.#peer = peer;
    this.#options = options;
    this.topics = new Topics(peer.standing.roster.mesh);
  }

  /** Last will: the external broker publishes it if this peer disappears. */
  get will(): { topic: string; payload: StatusPayload } {
    return this.#farewell('offline');
  }

  get goodbye(): { topic: string; payload: StatusPayload } {
    return this.#farewell('left');
  }

  open(port: Port): void {
    this.#port = port;
    this.#timer = setInterval(() => this.#metrics(), METRICS_MS).unref();
    const { directory, inbox, suspicions, authority } = this.#peer;
    this.#ends = [
      listenTo(directory.onChange, (id, status, before) => {
        if (status !== before) this.#status(id);
      }),
      listenTo(inbox.onMessage, (message) => {
        if (!this.#isQuiet) void this.#message(message);
      }),
      // The authority receives all peers' suspicions; any other peer knows only its own.
      listenTo(authority === null ? suspicions.onReported : suspicions.onSuspicion, (suspicion) =>
        this.#finding(suspicion),
      ),
    ];
  }

  close(): void {
    clearInterval(this.#timer);
    for (const end of this.#ends.splice(0)) end();
    this.#port = null;
  }

  /** Publishes all retained state again: after a reconnection the broker may have lost it. */
  refresh(): void {
    this.#published.clear();
    this.#announced.clear();
    for (const { id } of this.#peer.directory.entries()) this.#status(id);
    this.#metrics();
  }

  // --- out

  #publish(topic: string, payload: object, isRetained = false): void {
    if (this.#port === null) return;
    this.counts.published++;
    this.#port.publish(topic, payload, { isRetained });
  }

  #status(id: string): void {
    const member = this.#peer.standing.roster.members.get(id);
    if (member === undefined) return;
    const payload: StatusPayload = {
      peer: id,
      status: this.#peer.directory.statusOf(id),
      role: member.role,
      ...this.#now(),
    };
    this.#publish(this.topics.status(id), payload, true);
  }

  #metrics(): void {
    const { readings } = this.#peer.skyeye.core.below;
    for (const { id, values, readMs } of readings.all()) {
      if (this.#published.get(id) === readMs) continue;
      const named = namedValues(values);
      if (Object.keys(named).length === 0) continue;
      this.#published.set(id, readMs);
      this.#announce(id, Object.keys(named));
      const agoMs = this.#peer.runtime.clock.elapsedMs() - readMs;
      const payload: MetricsPayload = { peer: id, ...this.#now(-agoMs), values: rounded(named) };
      this.#publish(this.topics.metrics(id), payload, true);
    }
    for (const id of this.#published.keys()) if (readings.get(id) === undefined) this.#published.delete(id);
  }

  #announce(id: string, names: readonly string[]): void {
    const { discoveryPrefix } = this.#options;
    if (discoveryPrefix === '' || this.#announced.get(id) === names.length) return;
    this.#announced.set(id, names.length);
    const { mesh } = this.#peer.standing.roster;
    for (const { topic, payload } of discoveryOf(discoveryPrefix, this.topics, mesh, id, names))
      this.#publish(topic, payload, true);
  }

  #finding({ witness, rule, severity, confidence, peer, address, summary, atMs }: Suspicion): void {
    const payload: FindingPayload = {
      peer: witness,
      rule,
      severity,
      confidence,
      about: peer || address,
      summary,
      time: new Date(atMs).toISOString(),
      uncertainty_ms: this.#uncertaintyMs(),
    };
    this.#publish(this.topics.findings(witness), payload);
  }

  async #message(message: Message): Promise<void> {
    const { from, by, topic, sentMs, receivedMs, isBroadcast, uncertaintyMs = null, body } = message;
    const content = await this.#content(body);
    if (content === null) return;
    const payload: MessagePayload = {
      from,
      ...(by === undefined ? {} : { by }),
      topic,
      sent: new Date(sentMs).toISOString(),
      received: new Date(receivedMs).toISOString(),
      uncertainty_ms: uncertaintyMs,
      ...content,
    };
    this.#publish(isBroadcast ? this.topics.broadcast : this.topics.inbox(this.#peer.id), payload);
  }

  /** The message in clear or sealed; null if it cannot be sealed: then it is not published. */
  async #content(body: Uint8Array): Promise<Pick<MessagePayload, 'text' | 'data' | 'sealed'> | null> {
    const { sealFor } = this.#options;
    const bytes = Buffer.from(body);
    if (sealFor === '') return contentOf(bytes);
    const { pairs, standing, runtime } = this.#peer;
    return new Promise((resolve) =>
      pairs.keyOf(sealFor, (error, key) => {
        if (error !== null) {
          runtime.log('warn', 'not published over MQTT: it cannot be sealed', {
            for: sealFor,
            reason: error,
          });
          return resolve(null);
        }
        const sealed = sealDocument(standing, sealFor, key, body, runtime.clock.nowMs());
        resolve({ sealed: sealed.toString('base64') });
      }),
    );
  }

  #farewell(status: string): { topic: string; payload: StatusPayload } {
    const { id, standing } = this.#peer;
    const role = standing.roster.members.get(id)?.role ?? 'peer';
    return { topic: this.topics.status(id), payload: { peer: id, status, role, ...this.#now() } };
  }

  #now(shiftMs = 0): { time: string; uncertainty_ms: number | null } {
    const time = new Date(this.#peer.clock.nowMs() + shiftMs).toISOString();
    return { time, uncertainty_ms: this.#uncertaintyMs() };
  }

  #uncertaintyMs(): number | null {
    const ms = this.#peer.clock.uncertaintyMs();
    return Number.isFinite(ms) ? ms : null;
  }

  // --- in

  /** Handles a message on an order topic. */
  take(topic: string, payload: Uint8Array, orderer: Orderer): void {
    const to = this.topics.inboxOf(topic);
    if (to === null && topic !== this.topics.broadcast) return;
    const order = readOrder(payload);
    if (order === null) return;
    const count = this.#countOf(orderer.by);
    const problem =
      count > ORDERS_MAX
        ? 'too many a second'
        : typeof order === 'string'
          ? order
          : this.#execute(to, order, orderer.by);
    if (problem === null) {
      this.counts.orders++;
      return;
    }
    this.counts.refused++;
    // Only the first order over the limit is reported in each second.
    if (count > ORDERS_MAX + 1) return;
    this.#peer.runtime.log('warn', 'MQTT order refused', { topic, orderer: orderer.name, reason: problem });
  }

  /** Orders of a peer in this second; counted per peer, so that one cannot exhaust the others' limit. */
  #countOf(by: string): number {
    const second = Math.floor(this.#peer.runtime.clock.elapsedMs() / 1000);
    if (second !== this.#second) this.#orders.clear();
    this.#second = second;
    const count = (this.#orders.get(by) ?? 0) + 1;
    this.#orders.set(by, count);
    return count;
  }

  /**
   * Carries out an order; returns why that is impossible, or null. Another peer's order names that peer as its origin:
   * receivers apply their policy to both, so that no client gains the gateway's rights.
   */
  #execute(to: string | null, { text, data, sealed, topic = 'message' }: Order, by: string): string | null {
    const { broadcasts, mailbox, standing, id } = this.#peer;
    if (sealed !== undefined) return this.#takeSealed(to, sealed, topic);
    const giver = by === id ? '' : by;
    if (giver !== '' && standing.roster.approved(giver) === null) return `${giver} is no member any more`;
    const body = data === undefined ? Buffer.from(text!) : Buffer.from(data, 'base64');
    if (to === null) return broadcasts.send(topic, body, () => {}, giver);
    return mailbox.send(to, topic, body, () => {}, giver);
  }

  /** Puts a message sealed for this peer into its inbox; replays are recognised by their time. */
  #takeSealed(to: string | null, sealed: string, topic: string): string | null {
    const { id, standing, policy, inbox, clock } = this.#peer;
    if (to !== id) return `only ${id} itself opens what is sealed for it`;
    try {
      const { from, sealedMs, plain, warning } = openDocument(standing, Buffer.from(sealed, 'base64'));
      const member = standing.roster.approved(from);
      if (member === null || !policy.isAllowed(member, topic)) return `${from} may not send that`;
      if (warning !== null) return warning;
      if (plain.length > TEXT_CHARACTERS_MAX) return 'it is too long';
      if (sealedMs <= inbox.lastOf(from, SEALED_STREAM)) return 'it came before, or after a newer one';
      const dates = { sequence: sealedMs, sentMs: sealedMs, receivedMs: Math.floor(clock.nowMs()) };
      // The content of a sealed message must not be published in clear.
      this.#isQuiet = this.#options.sealFor === '';
      inbox.add({ from, stream: SEALED_STREAM, ...dates, topic, isBroadcast: false, body: plain });
      return null;
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      return error.message;
    } finally {
      this.#isQuiet = false;
    }
  }
}

/** The body as text if it is valid UTF-8 and not too long, else as base64. */
export function contentOf(body: Buffer): Pick<MessagePayload, 'text' | 'data'> {
  const text = isUtf8(body) ? body.toString() : null;
  return text !== null && text.length <= TEXT_CHARACTERS_MAX ? { text } : { data: body.toString('base64') };
}

/** Rounds to the measured precision, to save space. */
function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(7))]),
  );
}
