// Peers that the mesh redirected to the honeypot: their actions, as events and sessions like those of other visitors.
import { type DecoyEvent, MeshDecoy, type Peer, parseAddress, plainHost, type Transport } from '@eyrie/mesh';
import type { MeshNow, MeshStamp } from '../mesh-time/index.ts';
import { Account, type Bounds, type Budget } from './bounds.ts';
import { castOf, summaryOf } from './cast.ts';
import type { Happening, HoneypotEvent, VisitFacts } from './event.ts';
import type { Persona } from './persona.ts';
import type { Recorder } from './recorder.ts';
import { PLAYED, Tape } from './tape.ts';

/** Access to the honeypot for visitors by other transports. */
export interface GuestHost {
  readonly persona: Persona;
  readonly bounds: Bounds;
  readonly budget: Budget;
  readonly recorder: Recorder;
  readonly meshNow: MeshNow;
  readonly onEvent: ((event: HoneypotEvent) => void) | undefined;
  nextName(): string;
}

export interface MeshGuestsOptions {
  /** The member to which misbehaving peers are redirected. */
  readonly peer: Peer;
  readonly transport: Transport;
  readonly host: GuestHost;
}

const PROTOCOL = 'eyrie';
/** Events per guest and second that are logged individually; the rest are summed up in one line. */
const PER_SECOND = 20;

interface Guest {
  readonly facts: VisitFacts;
  readonly beganAt: number;
  readonly beganMesh: MeshStamp | null;
  readonly account: Account;
  readonly tape: Tape;
  second: number;
  inSecond: number;
}

export class MeshGuests {
  readonly decoy: MeshDecoy;
  readonly #host: GuestHost;
  readonly #peer: Peer;
  readonly #guests = new Map<number, Guest>();
  #place = { host: '', port: 0 };

  constructor({ peer, transport, host }: MeshGuestsOptions) {
    this.#host = host;
    this.#peer = peer;
    const { seed } = host.persona;
    this.decoy = new MeshDecoy({ peer, transport, seed, onEvent: (event) => this.#take(event) });
  }

  /** Starts listening; returns the addresses for redirects. */
  async listen(): Promise<string[]> {
    const addresses = await this.decoy.listen();
    this.#place = parseAddress(addresses[0] ?? '') ?? this.#place;
    return addresses;
  }

  stop(): void {
    this.decoy.stop();
  }

  #take(event: DecoyEvent): void {
    if (event.kind === 'came') this.#begin(event);
    const guest = this.#guests.get(event.link);
    if (guest === undefined) return;
    // Feeds this member's sensor as a neighbour's query would: it may be the second witness.
    if (event.kind === 'asked') this.#peer.meter.query(event.visitor);
    if (event.kind === 'left') this.#end(event, guest);
    else if (event.kind !== 'came') this.#log(event, guest);
  }

  #begin({ link, visitor, address }: DecoyEvent): void {
    const from = parseAddress(address) ?? { host: address, port: 0 };
    const account = new Account(this.#host.budget);
    const beganAt = Date.now();
    const guest: Guest = {
      facts: {
        session: this.#host.nextName(),
        ...{ sourceAddress: plainHost(from.host), sourcePort: from.port },
        ...{ address: this.#place.host, port: this.#place.port },
      },
      ...{ beganAt, beganMesh: this.#host.meshNow(), account, second: 0, inSecond: 0 },
      tape: new Tape(this.#host.bounds.recordBytesMax, beganAt, account),
    };
    this.#guests.set(link, guest);
    this.#report(guest, { type: 'connect' });
    // Its certificate has proved its identity.
    this.#report(guest, { type: 'login', user: visitor, isSuccess: true });
  }

  #log({ kind, text }: DecoyEvent, guest: Guest): void {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== guest.second) this.#sumUp(guest);
    guest.second = second;
    if (++guest.inSecond > PER_SECOND) return;
    guest.tape.add('i', Buffer.from(`${kind}: ${text}\r\n`), now, PLAYED);
    this.#report(guest, { type: 'command', command: `${kind}: ${text}` });
  }

  /** Logs the number of events that were not logged individually. */
  #sumUp(guest: Guest): void {
    const more = guest.inSecond - PER_SECOND;
    guest.inSecond = 0;
    if (more <= 0) return;
    guest.tape.add('i', Buffer.from(`and ${more} more within that second\r\n`), Date.now(), PLAYED);
    this.#report(guest, { type: 'command', command: `and ${more} more within that second` });
  }

  #end({ link, text }: DecoyEvent, guest: Guest): void {
    this.#guests.delete(link);
    this.#sumUp(guest);
    const { facts, tape, beganAt, beganMesh, account } = guest;
    this.#report(guest, { type: 'disconnect', seconds: (Date.now() - beganAt) / 1000, reason: text });
    account.close();
    if (tape.isEmpty) return;
    const { session, sourceAddress: source, port } = facts;
    const header = { session, protocol: PROTOCOL, source, port, time: beganAt, meshTime: beganMesh };
    const { heldBytes } = tape;
    this.#host.recorder.session({
      heldBytes,
      saved: () => ({ summary: summaryOf(tape, header), cast: castOf(tape, header), packets: null }),
    });
  }

  #report(guest: Guest, happening: Happening): void {
    const { recorder, meshNow, onEvent } = this.#host;
    const time = { time: Date.now(), meshTime: meshNow() };
    const event = { ...happening, ...guest.facts, ...time, protocol: PROTOCOL };
    recorder.event(event);
    onEvent?.(event);
  }
}
