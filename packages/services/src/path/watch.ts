// Watches an interface and answers other peers' requests for sightings. No payload and no address is kept or sent: only
// a 64-bit hash, the time, and the TTL.
import { networkInterfaces } from 'node:os';
import { type LiveSource, openLive } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import { linkTo, type Peer, requestKinds, wire } from '@eyrie/mesh';
import { type CompareOptions, comparePaths, type PathReport } from './compare.ts';
import { decodePage, encodePage, joinPages, PAGES, type Page } from './pages.ts';
import { hashAddress, newSighting, sightingOf } from './sighting.ts';
import { Sightings } from './sightings.ts';

/** Snap length: all hashed headers, also with VLAN tags and IPv6. */
const SNAP_BYTES = 160;
const ANSWER_MS = 5_000;
const pageNumber = wire.varint(PAGES - 1);

/** The message has the reason why there is no answer, in one line. */
export class PathError extends Error {}

export interface PeerPath extends PathReport {
  readonly from: string;
  readonly to: string;
  /** The two clocks agree within ± this; null: no mesh time yet. */
  readonly uncertaintyMs: number | null;
}

interface Seen {
  readonly sightings: Sightings;
  readonly addresses: ReadonlySet<number>;
  readonly uncertaintyMs: number;
}

export class PathWatch {
  readonly #peer: Peer;
  #sightings: Sightings | null = null;
  #source: LiveSource | null = null;
  #steps = 0;

  constructor(peer: Peer) {
    this.#peer = peer;
    peer.switchboard.handleRequest(requestKinds.sightings, (session, payload, reply) => {
      const page = wire.decode(pageNumber, payload);
      const member = peer.standing.roster.approved(session.id);
      if (member === null || !peer.policy.isAllowed(member, 'path')) return reply('it may not ask for that');
      if (this.#sightings === null) return reply(NOT_WATCHING);
      reply(null, encodePage(this.#sightings, page, peer.clock.uncertaintyMs(), ownAddresses()));
    });
  }

  /** Watches until `stop`. @throws CaptureError if it cannot capture */
  async start(name: string, onEnd: (problem: string) => void): Promise<void> {
    this.#source = await openLive(name, { snapLength: SNAP_BYTES });
    this.#begin();
    this.#run(this.#source).catch((error) => {
      this.#sightings = null;
      onEnd((error as Error).message);
    });
  }

  async stop(): Promise<void> {
    await this.#source?.stop();
  }

  /** Measures the path between two peers, possibly including this one. @throws PathError */
  async between(from: string, to: string): Promise<PeerPath> {
    const [a, b] = await Promise.all([this.#seenBy(from), this.#seenBy(to)]);
    const options: CompareOptions = { addresses: [a.addresses, b.addresses] };
    const uncertaintyMs = a.uncertaintyMs + b.uncertaintyMs;
    return {
      from,
      to,
      uncertaintyMs: Number.isFinite(uncertaintyMs) ? uncertaintyMs : null,
      ...comparePaths(a.sightings, b.sightings, options),
    };
  }

  /** Starts over: earlier sightings were timestamped by another clock. */
  #begin(): void {
    const { clock } = this.#peer;
    this.#steps = clock.state().steps;
    this.#sightings = new Sightings(clock.nowNs());
  }

  async #run(source: LiveSource): Promise<void> {
    const frame = newFrame();
    const seen = newSighting();
    const { clock } = this.#peer;
    for await (const reader of source.chunks()) {
      const { wallAhead, steps } = clock.state();
      if (steps !== this.#steps) this.#begin();
      const { baseNs } = this.#sightings!;
      const baseSeconds = Number(baseNs / 1_000_000_000n);
      const shiftNs = Number(baseNs % 1_000_000_000n) + wallAhead * 1e9;
      while (reader.next(frame)) {
        if (!sightingOf(frame, seen)) continue;
        this.#sightings!.add(seen, (frame.seconds - baseSeconds) * 1e9 + frame.nanoseconds - shiftNs);
      }
    }
  }

  async #seenBy(id: string): Promise<Seen> {
    if (id === this.#peer.id) {
      if (this.#sightings === null) throw new PathError(NOT_WATCHING);
      const addresses = new Set(ownAddresses());
      return { sightings: this.#sightings, addresses, uncertaintyMs: this.#peer.clock.uncertaintyMs() };
    }
    if (this.#peer.standing.roster.approved(id) === null) throw new PathError(`there is no peer ${id}`);
    const pages: Page[] = [];
    for (let page = 0; page < PAGES; page++) pages.push(await this.#ask(id, page));
    const sightings = joinPages(pages);
    if (sightings === null) throw new PathError(`${id} has set its clock meanwhile: ask again`);
    return { sightings, addresses: new Set(pages[0]!.addresses), uncertaintyMs: pages[0]!.uncertaintyMs };
  }

  async #ask(id: string, page: number): Promise<Page> {
    const session = await linkTo(this.#peer, id).catch((error) => {
      throw new PathError((error as Error).message);
    });
    return new Promise((resolve, reject) => {
      session.request(requestKinds.sightings, wire.encode(pageNumber, page), ANSWER_MS, (error, payload) => {
        if (error !== null) return reject(new PathError(`${id}: ${error}`));
        const read = decodePage(payload);
        if (read === null) reject(new PathError(`${id}: the answer cannot be read`));
        else resolve(read);
      });
    });
  }
}

const NOT_WATCHING = 'it watches no interface: start it with "eyrie peer --watch INTERFACE"';

/** Hashes of this host's addresses, without loopback. */
function ownAddresses(): number[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all
    .filter(({ internal }) => !internal)
    .map(({ address, family }) => hashAddress(bytesOf(address, family)));
}

/** Converts an address in text form to its 4 or 16 bytes. */
function bytesOf(address: string, family: string): Uint8Array {
  if (family === 'IPv4') return Uint8Array.from(address.split('.'), Number);
  const plain = address.split('%')[0]!;
  // The last 32 bits may be in IPv4 notation (RFC 4291 §2.2).
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const pair = (a: string, b: string) => ((Number(a) << 8) | Number(b)).toString(16);
  const text = v4 === null ? plain : `${v4[1]}${pair(v4[2]!, v4[3]!)}:${pair(v4[4]!, v4[5]!)}`;
  const [head = '', tail] = text.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [left, right] = [words(head), words(tail ?? '')];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Uint8Array.from(
    all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]),
  );
}
