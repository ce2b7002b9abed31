// The hub on its own: bounds, back-pressure, who is asked when.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mock, test } from 'node:test';
import type { WebSocket } from '@fastify/websocket';
import { LiveHub, type Producers } from '../../src/analyzer/live/hub.ts';
import { RateMeter } from '../../src/analyzer/live/rates.ts';

class Socket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isTerminated = false;
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
    this.emit('close');
  }
  terminate(): void {
    this.isTerminated = true;
    this.close();
  }
}

const thrown = (error: unknown): void => {
  throw error;
};

function hubOf(produce: () => Promise<never>, onError = thrown): LiveHub {
  const one = { everyMs: 200, produce };
  const producers = {
    rates: one,
    packets: one,
    findings: one,
    captures: one,
    status: one,
    mesh: one,
  } as unknown as Producers;
  return new LiveHub(producers, onError);
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('nobody is asked while nobody listens; the newest wins; who reads nothing is skipped, then let go', async () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  try {
    let asked = 0;
    const hub = hubOf(async () => ++asked as never);
    const [quick, slow] = [new Socket(), new Socket()];
    for (const socket of [quick, slow]) hub.add(socket as unknown as WebSocket);
    mock.timers.tick(1000);
    await settle();
    assert.equal(asked, 0);
    for (const socket of [quick, slow]) socket.emit('message', '{"subscribe":["rates"]}', false);
    slow.bufferedAmount = 2 << 20;
    for (let i = 0; i < 10; i++) {
      mock.timers.tick(200);
      await settle();
    }
    assert.equal(quick.sent.length, 10);
    assert.equal(quick.sent.at(-1), '{"channel":"rates","data":10}');
    assert.deepEqual(slow.sent, []);
    assert.equal(hub.skipped >= 10, true);
    slow.bufferedAmount = 0;
    mock.timers.tick(200);
    await settle();
    // Not what it missed: what is now.
    assert.deepEqual(slow.sent, ['{"channel":"rates","data":11}']);
    slow.bufferedAmount = 2 << 20;
    for (let i = 0; i < 160; i++) {
      mock.timers.tick(200);
      await settle();
    }
    assert.equal(slow.isTerminated, true);
    assert.equal(hub.clients, 1);
    hub.close();
    assert.equal(hub.clients, 0);
  } finally {
    mock.timers.reset();
  }
});

test('a producer that fails is told of once for each reason, and again after it has worked', async () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  try {
    const answers = ['away', 'away', 'away', 'full', '', 'full'];
    const told: string[] = [];
    const hub = hubOf(
      async () => {
        const reason = answers.shift() ?? '';
        if (reason !== '') throw new Error(reason);
        return 1 as never;
      },
      (error) => void told.push((error as Error).message),
    );
    const socket = new Socket();
    hub.add(socket as unknown as WebSocket);
    socket.emit('message', '{"subscribe":["rates"]}', false);
    for (let i = 0; i < 8; i++) {
      mock.timers.tick(200);
      await settle();
    }
    assert.deepEqual(told, ['away', 'full', 'full']);
    hub.close();
  } finally {
    mock.timers.reset();
  }
});

test('a producer that takes its time is not asked again meanwhile', async () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  try {
    let asked = 0;
    let answer: (() => void) | null = null;
    const hub = hubOf(() => {
      asked++;
      return new Promise((resolve) => {
        answer = () => resolve(asked as never);
      });
    });
    const socket = new Socket();
    hub.add(socket as unknown as WebSocket);
    socket.emit('message', '{"subscribe":["packets"]}', false);
    mock.timers.tick(2000);
    await settle();
    assert.equal(asked, 1);
    answer!();
    await settle();
    mock.timers.tick(200);
    assert.equal(asked, 2);
    hub.close();
  } finally {
    mock.timers.reset();
  }
});

test('rates are what came in the last second, and nothing when nothing came', () => {
  const meter = new RateMeter();
  const at = (packets: number) => ({ packets, bytes: packets * 100, drops: 0, protocols: { DNS: packets } });
  meter.rates(at(0), 100);
  for (let tick = 1; tick <= 8; tick++) {
    const rates = meter.rates(at(tick * 250), 100 + tick / 4);
    assert.equal(rates.packets_per_second, 1000);
    assert.equal(rates.bits_per_second, 800_000);
    assert.equal(rates.protocols.DNS, 1000);
  }
  const quiet = meter.rates(at(2000), 110);
  assert.equal(quiet.packets, 2000);
  assert.equal(meter.rates(at(2000), 112).packets_per_second, 0);
  // What was deleted is no traffic backwards.
  assert.equal(meter.rates(at(500), 113).packets_per_second, 0);
});
