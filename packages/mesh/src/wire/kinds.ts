// Numbers of the kinds of notices, requests and streams on an open session. A number is never reused for another kind;
// the schema of each is in the file that handles it.

export const noticeKinds = {
  /** members/gossip.ts */
  updates: 1,
  digest: 2,
  summary: 3,
  groupKey: 4,
  certificate: 5,
  /** messages/routing.ts */
  routed: 6,
  /** messages/broadcast.ts */
  broadcast: 7,
  broadcastCount: 8,
  /** skyeye/ */
  tree: 9,
  query: 10,
  support: 11,
  talkers: 12,
  /** time/peer-clock.ts */
  timeQuestion: 0x70,
  timeAnswer: 0x71,
} as const;

export const requestKinds = {
  /** identity/authority.ts: allowed from peers that are no members yet */
  enrol: 1,
  /** members/liveness.ts */
  probe: 2,
  /** resources/shares.ts */
  offers: 3,
  /** skyeye/latency.ts */
  coordinate: 4,
  /** link/seen-from.ts: allowed from peers that are no members yet */
  seen: 5,
  /** messages/holders.ts */
  hold: 6,
  /** link/whole-list.ts */
  roster: 7,
  /** packages/services/src/path/watch.ts */
  sightings: 0x70,
} as const;

/** Kinds of routed messages, forwarded by other peers: messages/routing.ts. */
export const routedKinds = {
  answer: 1,
  /** peer/enrolment-relay.ts: a renewal, or a forwarded application to join */
  enrol: 2,
  enrolFor: 13,
  /** peer/departure.ts */
  leave: 17,
  sealingKey: 3,
  sealed: 4,
  delivered: 5,
  call: 6,
  /** link/reach.ts */
  dialMe: 7,
  /** link/punch.ts */
  meet: 0x52,
  /** messages/holders.ts */
  held: 10,
  heldTaken: 11,
  /** watch/suspicions.ts */
  suspicion: 0x60,
  /** messages/broadcast.ts */
  broadcastCount: 16,
  /** skyeye/ */
  query: 8,
  history: 9,
  measure: 14,
  /** time/sources.ts */
  timeSources: 12,
} as const;

export const streamKinds = {
  /** resources/ */
  get: 1,
  /** link/relay.ts */
  relay: 0x50,
  relayed: 0x51,
} as const;
