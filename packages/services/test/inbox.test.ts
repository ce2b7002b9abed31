import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newFrame } from '@eyrie/dissect';
import type { CaptureOrigin } from '@eyrie/store';
import { decodeStoreBody, type StoreRequest } from '../src/bus/batch-body.ts';
import type { BusClient } from '../src/bus/client.ts';
import { BusError } from '../src/bus/errors.ts';
import type { Frames } from '../src/bus/frames-body.ts';
import { Inbox } from '../src/parser/inbox.ts';

const origin: CaptureOrigin = { key: 'file:x', kind: 'file', name: 'x', file: null, hash: null };
const ETHERNET = 1;

/** A parser's inbox, and what it sends on. */
function inboxWith(stored = 0) {
  const sent: StoreRequest[] = [];
  const persistor = {
    once: async (_: string, __: string, ___: string, body: Uint8Array) => {
      sent.push(decodeStoreBody(Buffer.from(body)));
    },
  } as unknown as BusClient;
  return { sent, inbox: new Inbox({ origin, persistor, stored, rewinds: true, rules: false }) };
}

/** UDP packets, each from another port. */
function frames(count: number): Frames {
  return (see) => {
    const data = new Uint8Array(60);
    data.set([8, 0, 0x45, 0, 0, 46], 12);
    data.set([64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 22);
    data.set([0, 0, 3, 232, 0, 26], 34);
    for (let i = 0; i < count; i++) {
      data[33] = 2 + (i >> 15);
      data[34] = 0x80 | ((i >> 8) & 0x7f);
      data[35] = i;
      const times = { seconds: 1e9, nanoseconds: i, hasTime: true };
      const place = { start: 0, end: 60, wireLength: 60, linkType: ETHERNET, fileOffset: 0 };
      see(Object.assign(newFrame(), { data, number: i + 1, ...place, ...times }));
    }
  };
}

const delivery = (of: Frames, end: StoreRequest['end'] = null) => ({
  ...{ sequence: null, first: 1, frames: of, drops: [], end },
});

describe('an inbox of the parser', () => {
  it('parts the conversations of a large capture, the same way when it must begin again', async () => {
    const { inbox, sent } = inboxWith();
    await inbox.take(delivery(frames(20_300), { problem: null }));
    const told = sent.filter(({ batch }) => batch.packets === null);
    assert.deepEqual(
      told.map(({ batch, end }) => [batch.sequence, batch.flows.length, end !== null]),
      [
        [20_300, 20_000, false],
        [20_301, 300, true],
      ],
    );
    assert.equal(new Set(sent.flatMap(({ batch }) => batch.flows.map(({ stream }) => stream))).size, 20_300);
    // The persistor was killed after the first part: packets are not told again, parts come as they were.
    const again = inboxWith(20_301);
    await again.inbox.take(delivery(frames(20_300), { problem: null }));
    assert.deepEqual(again.sent, told);
  });

  it('takes nothing more when a batch broke off in its middle, so that no packet is there twice', async () => {
    const { inbox, sent } = inboxWith();
    const broken: Frames = (see) => {
      frames(3)(see);
      throw new Error('in the middle');
    };
    await assert.rejects(inbox.take(delivery(broken)), /in the middle/);
    assert.ok(inbox.isBroken);
    await assert.rejects(
      inbox.take(delivery(frames(3))),
      (error: BusError) => error instanceof BusError && error.code === 'ERR_NEXT_AWAY',
    );
    assert.deepEqual(sent, []);
  });
});
