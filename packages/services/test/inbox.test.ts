import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newFrame } from '@eyrie/dissect';
import type { CaptureOrigin } from '@eyrie/store';
import { decodeStoreBody, type StoreRequest } from '../src/bus/batch-body.ts';
import type { BusClient } from '../src/bus/client.ts';
import { BusError } from '../src/bus/errors.ts';
import type { Frames } from '../src/bus/frames-body.ts';
import { silentLog } from '../src/log/index.ts';
import { Inbox } from '../src/parser/inbox.ts';
import { RefusedBodies } from '../src/refused/index.ts';

const origin: CaptureOrigin = { key: 'file:x', kind: 'file', name: 'x', file: null, hash: null };
const ETHERNET = 1;

/** A parser's inbox, and what it sends on. */
function inboxWith(stored = 0, rules = false, wants: (body: StoreRequest) => boolean = () => true) {
  const sent: StoreRequest[] = [];
  const persistor = {
    once: async (_: string, __: string, ___: string, bytes: Uint8Array) => {
      const body = decodeStoreBody(Buffer.from(bytes));
      if (!wants(body)) throw new BusError('ERR_NEXT_REFUSED', 'never', undefined, true);
      sent.push(body);
    },
  } as unknown as BusClient;
  const refused = new RefusedBodies(null, silentLog);
  const options = { origin, persistor, stored, reported: null, rewinds: true, rules, refused };
  return { sent, refused, inbox: new Inbox(options) };
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

  it('puts aside what the persistor will never take, and goes on', async () => {
    const { inbox, sent, refused } = inboxWith(0, false, ({ batch }) => batch.sequence !== 8191);
    const taken = await inbox.take(delivery(frames(20_000), { problem: null }));
    assert.deepEqual(taken, { applied: true, packets: 20_000, refused: 8192 });
    assert.deepEqual(refused.counts, { bodies: 1, packets: 8192, notKept: 0 });
    assert.deepEqual(
      sent.map(({ batch }) => [batch.sequence, batch.packets?.length ?? 0]),
      [
        [16_383, 8192],
        [19_999, 3616],
        [20_000, 0],
      ],
    );
    // The store knows what it has not.
    const drops = sent.flatMap(({ batch }) => batch.drops);
    assert.deepEqual(
      drops.map(({ where, packets }) => [where, packets]),
      [['refused', 8192]],
    );
    assert.match(sent.at(-1)!.end!.problem!, /8192 packets/);
  });

  it('what is lost with packets that the persistor will never take are the packets alone: rows of theirs are sent', async () => {
    // The conversations of the first batch are over in the second, which is refused.
    const late: Frames = (see) =>
      frames(20_000)((frame) => {
        if (frame.number > 8192) frame.seconds += 1000;
        see(frame);
      });
    const isRefused = ({ batch }: StoreRequest): boolean =>
      batch.packets !== null && batch.sequence === 16_383;
    const { inbox, sent } = inboxWith(0, false, (body) => !isRefused(body));
    const taken = await inbox.take(delivery(late, { problem: null }));
    assert.deepEqual(taken, { applied: true, packets: 20_000, refused: 8192 });
    assert.deepEqual(
      sent.map(({ batch }) => [batch.sequence, batch.packets?.length ?? 0, batch.flows.length > 0]),
      [
        [8191, 8192, false],
        [16_383, 0, true],
        [19_999, 3616, false],
        [20_000, 0, true],
      ],
    );
    const streams = sent.flatMap(({ batch }) => batch.flows.map(({ stream }) => stream));
    assert.equal(new Set(streams).size, 20_000);
    assert.deepEqual(
      sent.map(({ batch }) => batch.drops.map(({ where, packets }) => [where, packets])),
      [[], [['refused', 8192]], [], []],
    );
  });

  it('an end that was refused with its rows is told without them', async () => {
    const isPlain = ({ batch, end }: StoreRequest): boolean => end === null || batch.flows.length === 0;
    const { inbox, sent } = inboxWith(0, false, isPlain);
    await inbox.take(delivery(frames(3), { problem: null }));
    assert.deepEqual(
      sent.map(({ batch, end }) => [batch.sequence, end?.problem ?? null]),
      [
        [2, null],
        // 3 is the number of what was refused, and may be sent again.
        [4, 'its last conversations were refused: never'],
      ],
    );
  });

  it('a persistor that wants nothing at all ends nothing: each is tried once', async () => {
    const { inbox, sent, refused } = inboxWith(0, false, () => false);
    const taken = await inbox.take(delivery(frames(3), { problem: null }));
    assert.deepEqual([taken.refused, sent.length, refused.counts.bodies], [3, 0, 3]);
  });

  it('a persistor that refuses one after the other is waited for, and put aside no more', async () => {
    let isSick = true;
    const { inbox, sent, refused } = inboxWith(0, false, () => !isSick);
    const many = delivery(frames(20_000));
    const rest = (sequence: number) => ({ ...delivery(frames(1)), first: null, sequence });
    await inbox.take(many);
    for (let sequence = 1; sequence <= 5; sequence++) await inbox.take(rest(sequence));
    assert.deepEqual([refused.counts.bodies, refused.trouble], [8, null]);
    const held = (error: BusError): boolean =>
      error.code === 'ERR_NEXT_AWAY' && /refuses everything/.test(error.message);
    await assert.rejects(inbox.take(rest(6)), held);
    // Sent again, as by any sender that is told to wait.
    await assert.rejects(inbox.take(rest(6)), held);
    assert.deepEqual([refused.counts.bodies, refused.trouble], [8, 'the store refuses everything: never']);
    isSick = false;
    await inbox.take(rest(6));
    assert.deepEqual(
      sent.map(({ batch }) => batch.packets?.length),
      [1],
    );
    assert.equal(refused.trouble, null);
    // The store is told of all that it has not, by the batch after those that were refused.
    assert.deepEqual(
      sent[0]!.batch.drops.map(({ where, packets }) => [where, packets]),
      [['refused', 20_005]],
    );
  });
});

/** A question, and two answers with so many addresses each that differ: the second is taken for forged. */
function racedAnswers(addresses: number): Frames {
  const question = [1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1];
  const dns = (answers: number, third: number): number[] => [
    ...[0, 7, answers === 0 ? 1 : 0x81, answers === 0 ? 0 : 0x80, 0, 1, 0, answers, 0, 0, 0, 0, ...question],
    ...Array.from({ length: answers }, (_, i) => [
      192,
      12,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      60,
      0,
      4,
      203,
      100 + third,
      100,
      i,
    ]).flat(),
  ];
  const packet = (payload: number[], isAnswer: boolean): Uint8Array => {
    const udp = 8 + payload.length;
    const word = (value: number) => [value >> 8, value & 255];
    const [client, server] = [
      [10, 0, 0, 1],
      [10, 0, 0, 2],
    ];
    const ports = isAnswer ? [...word(53), ...word(4000)] : [...word(4000), ...word(53)];
    const ends = isAnswer ? [...server, ...client] : [...client, ...server];
    const ip = [0x45, 0, ...word(20 + udp), 0, 0, 0, 0, 64, 17, 0, 0, ...ends];
    return Uint8Array.from([...Array(12).fill(2), 8, 0, ...ip, ...ports, ...word(udp), 0, 0, ...payload]);
  };
  return (see) => {
    const all = [packet(dns(0, 0), false), packet(dns(addresses, 1), true), packet(dns(addresses, 2), true)];
    for (const [i, data] of all.entries()) {
      const times = { seconds: 1e9, nanoseconds: i, hasTime: true };
      const place = {
        start: 0,
        end: data.length,
        wireLength: data.length,
        linkType: ETHERNET,
        fileOffset: 0,
      };
      see(Object.assign(newFrame(), { data, number: i + 1, ...place, ...times }));
    }
  };
}

/** A request of a host whose name is longer than any. */
const longHost: Frames = (see) => {
  const request = Buffer.from(`GET / HTTP/1.1\r\nHost: ${'a'.repeat(1200)}.example\r\n\r\n`);
  const length = 40 + request.length;
  const ip = [0x45, 0, length >> 8, length & 255, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
  const tcp = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0];
  const data = Uint8Array.from([...Array(12).fill(2), 8, 0, ...ip, ...tcp, ...request]);
  const place = { start: 0, end: data.length, wireLength: data.length, linkType: ETHERNET, fileOffset: 0 };
  const times = { seconds: 1e9, nanoseconds: 0, hasTime: true };
  see(Object.assign(newFrame(), { data, number: 1, ...place, ...times }));
};

it('a name that is too long to be one is none, in conversations and of addresses', async () => {
  const { inbox, sent } = inboxWith();
  await inbox.take(delivery(longHost, { problem: null }));
  const flows = sent.flatMap(({ batch }) => batch.flows);
  assert.deepEqual(
    flows.map(({ applications, serverName }) => [applications, serverName]),
    [[['http'], null]],
  );
  assert.deepEqual(
    sent.flatMap(({ batch }) => batch.names),
    [],
  );
});

it('what a packet makes too long to be stored is cut: the persistor refuses nothing for ever', async () => {
  const { inbox, sent } = inboxWith(0, true);
  await inbox.take(delivery(racedAnswers(200), { problem: null }));
  const found = sent.flatMap(({ batch }) => batch.findings).filter(({ finder }) => finder === 'rule');
  assert.ok(found.length > 0, 'it was found');
  assert.ok(found.some(({ detail }) => detail?.summary.length === 2000 && detail.summary.endsWith('…')));
  assert.deepEqual(new Set(found.map(({ address }) => address)), new Set(['10.0.0.2']));
});
