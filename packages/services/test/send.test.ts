// What the capture service sends: no packet and no loss goes untold, whatever the parser answers in between.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openReplay } from '@eyrie/capture';
import type { BusClient } from '../src/bus/client.ts';
import { BusError } from '../src/bus/errors.ts';
import { decodeFramesBody } from '../src/bus/frames-body.ts';
import { liveKey, sessionName } from '../src/capture/origin.ts';
import { sendAll } from '../src/capture/send.ts';

const SAMPLE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const PACKETS = 5125;

describe('sending', () => {
  it('tells lost packets again where the batch that told them was refused', async () => {
    let calls = 0;
    let expect = { sequence: 0, frame: 1 };
    const taken = { packets: 0, drops: 0 };
    const parser = {
      get: async () => ({ expect, ended: false }),
      deliver: async (_: string, __: string, body: Uint8Array) => {
        const { head } = decodeFramesBody(Buffer.from(body));
        if (++calls === 3) throw new BusError('ERR_SEQUENCE', 'restarted', expect);
        expect = { sequence: head.sequence + 1, frame: head.first + head.count };
        taken.packets += head.count;
        for (const { packets } of head.drops) taken.drops += packets;
      },
    };
    let lost = 0;
    const sent = await sendAll({
      origin: { key: 'live:x', kind: 'live', name: 'x', file: null, hash: null },
      parser: parser as unknown as BusClient,
      ...{ rewinds: false, flushMs: Infinity, batchPackets: 1000 },
      open: () => openReplay(SAMPLE, { speed: Infinity, loop: false }),
      drops: () => [{ where: 'kernel', packets: ++lost, time: 0 }],
      signal: new AbortController().signal,
    });
    assert.equal(sent.packets, PACKETS);
    assert.equal(taken.packets, PACKETS);
    assert.equal(taken.drops, (lost * (lost + 1)) / 2);
  });
});

describe('sessions of the ring', () => {
  it('have folders of their own, also two of one interface in one second', () => {
    const started = new Date('2026-11-21T14:00:00Z');
    const names = new Set([sessionName(liveKey('eth0', started)), sessionName(liveKey('eth0', started))]);
    assert.equal(names.size, 2);
    for (const name of names) assert.match(name!, /^eth0-20261121T140000Z-[0-9a-f]{4}$/);
    assert.match(sessionName(liveKey('../x:1 y', started))!, /^\.\._x_1_y-20261121T140000Z-/);
  });

  it('are found by the key of their capture, and those of other captures are not', () => {
    assert.equal(
      sessionName('live:eth0:1:2026-11-21T14:00:00.123Z:3f9a0123abcd'),
      'eth0_1-20261121T140000Z-3f9a',
    );
    assert.equal(sessionName('sha256:3f9a0123abcd'), null);
    assert.equal(sessionName('live:../../etc:1'), null);
  });
});
