// The parts of a peer that concern messages, put together.

import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import type { Storage } from '../peer/storage.ts';
import type { Runtime } from '../runtime.ts';
import type { PeerClock } from '../time/peer-clock.ts';
import { Asker } from './asker.ts';
import { Broadcasts } from './broadcast.ts';
import { Held } from './held.ts';
import { Holders } from './holders.ts';
import { Inbox } from './inbox.ts';
import { Mailbox } from './mailbox.ts';
import { Outbox } from './outbox.ts';
import { Pairs } from './pairs.ts';
import type { Policy } from './policy.ts';
import type { Routing } from './routing.ts';

export interface MessageWorld {
  runtime: Runtime;
  standing: Standing;
  storage: Storage;
  directory: Directory;
  switchboard: Switchboard;
  routing: Routing;
  clock: PeerClock;
  policy: () => Policy;
}

export interface MessageParts {
  asker: Asker;
  pairs: Pairs;
  inbox: Inbox;
  outbox: Outbox;
  holders: Holders;
  mailbox: Mailbox;
  broadcasts: Broadcasts;
}

export function messageParts(world: MessageWorld): MessageParts {
  const { runtime, standing, storage, directory, switchboard, routing, clock, policy } = world;
  const pairs = new Pairs(runtime, standing, directory, routing);
  const inbox = new Inbox(storage, () => clock.uncertaintyMs());
  const outbox = new Outbox(storage, runtime.random);
  const asker = new Asker(standing, () => clock.nowMs());
  // Messages are dated by the clock that all peers share: an answer must not seem older than its question.
  const dated = { ...runtime, clock: clock.asClock() };
  const common = { runtime: dated, standing, directory, routing, policy };
  const holders = new Holders({ ...common, switchboard, asker, held: new Held(storage) });
  const mailbox = new Mailbox({ ...common, pairs, outbox, inbox, holders });
  const others = () => directory.tree.size - 1;
  const isTimeKnown = () => Number.isFinite(clock.uncertaintyMs());
  const broadcasts = new Broadcasts({ ...common, switchboard, inbox, others, isTimeKnown });
  return { asker, pairs, inbox, outbox, holders, mailbox, broadcasts };
}
