// The time servers that the peer leading the mesh clock follows, reported to any peer that asks.

import type { SourceStatus as Judged, SourceOptions } from '@eyrie/clock';
import { peerId } from '../identity/names.ts';
import type { Routing } from '../messages/routing.ts';
import { routedKinds } from '../wire/kinds.ts';
import {
  decode,
  double,
  encode,
  flag,
  list,
  optional,
  record,
  type Shape,
  text,
  varint,
} from '../wire/schema.ts';

const ASK_MS = 2_000;
const SOURCES_MAX = 32;
const ROLES = ['truth', 'outlier', 'falseticker', 'unusable'] as const;

const source = record({
  /** With the port, if it was named. */
  host: text(255),
  isAuthenticated: flag,
  /** Number of the symmetric key; null with NTS, or without authentication. */
  keyId: optional(varint(2 ** 32)),
  /** The last eight questions, the newest in the lowest bit: was there an answer? */
  reach: varint(255),
  /** Null before the first answer. */
  stratum: optional(varint(255)),
  role: varint(ROLES.length - 1),
  /** Seconds by which the peer's own clock is behind, and how long there and back; null before the first answer. */
  estimate: optional(record({ offset: double, delay: double, jitter: double, distance: double })),
  /** Why it gives no time; null when it does. */
  fault: optional(text(300)),
});
const told = list(source, SOURCES_MAX);

export interface TimeSource extends Omit<Shape<typeof source>, 'role'> {
  /** `truth`: it counts; `outlier`: it agrees, but scatters more; `falseticker`: outside of what most say; `unusable`. */
  role: (typeof ROLES)[number];
}

export class TimeSources {
  readonly #routing: Routing;
  /** Of this peer: none unless it leads, and servers were named. */
  own: () => TimeSource[] = () => [];

  constructor(routing: Routing) {
    this.#routing = routing;
    routing.handle(routedKinds.timeSources, (_from, payload, answer) => {
      decode(peerId, payload);
      const all = this.own().map((each) => ({ ...each, role: ROLES.indexOf(each.role) }));
      answer(null, encode(told, all.slice(0, SOURCES_MAX)));
    });
  }

  /** Those of another peer. Rejects with a line that says why there is no answer. */
  of(id: string): Promise<TimeSource[]> {
    return new Promise((resolve, reject) => {
      this.#routing.ask(id, routedKinds.timeSources, encode(peerId, id), ASK_MS, (error, body) => {
        if (error !== null) return reject(new Error(error));
        try {
          resolve(decode(told, body).map((each) => ({ ...each, role: ROLES[each.role]! })));
        } catch (problem) {
          reject(problem);
        }
      });
    });
  }
}

export function sourceOf(judged: Judged, { port }: SourceOptions): TimeSource {
  const { host, isAuthenticated, keyId, reach, estimate, packet, rootDistance, role, fault } = judged;
  const isKnown = estimate !== null && Number.isFinite(rootDistance);
  return {
    ...{
      host: port === undefined ? host.slice(0, 240) : `${host.slice(0, 240)}:${port}`,
      isAuthenticated,
      keyId,
      reach,
      role,
      fault: fault?.slice(0, 100) ?? null,
    },
    stratum: packet?.stratum ?? null,
    estimate: isKnown
      ? { offset: estimate.offset, delay: estimate.delay, jitter: estimate.jitter, distance: rootDistance }
      : null,
  };
}
