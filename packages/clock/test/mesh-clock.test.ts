// The mesh clock on clocks made for the test: each runs at a rate of its own, each link has its delay.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { LocalClock } from '../src/host/host-clock.ts';
import { decodeAnswer, decodeQuestion } from '../src/mesh/exchange.ts';
import { MeshClock } from '../src/mesh/mesh-clock.ts';

const START_NS = 1_790_000_000_000_000_000n;

/** True time, which only the test knows. */
class World {
  seconds = 0;
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  /** A one-way delay in seconds: mostly short, sometimes not. */
  delay(): number {
    return 0.0002 + 0.00002 * this.#random() + (this.#random() < 0.1 ? 0.003 * this.#random() : 0);
  }

  /** `ahead`: seconds the machine's date is wrong; `drift`: seconds a second its counter is too fast. */
  clock(ahead: number, drift: number): LocalClock {
    const steadyNs = () => BigInt(Math.round(this.seconds * (1 + drift) * 1e9)) + 77_000_000_000n;
    return { steadyNs, wallNs: () => steadyNs() + START_NS + BigInt(Math.round(ahead * 1e9)) };
  }
}

function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function exchange(world: World, child: MeshClock, parent: MeshClock): void {
  const question = child.ask();
  world.seconds += world.delay();
  const came = parent.nowNs();
  world.seconds += 0.00005;
  const reply = parent.answer(question, came);
  assert.ok(reply !== null);
  world.seconds += world.delay();
  assert.ok(child.hear(reply));
}

/** Everybody asks the parent, which is the one before, until `seconds` have gone by. */
function run(world: World, peers: readonly MeshClock[], seconds: number): void {
  const end = world.seconds + seconds;
  const next = peers.map(() => world.seconds);
  while (world.seconds < end) {
    for (let i = 1; i < peers.length; i++) {
      if (world.seconds < next[i]!) continue;
      exchange(world, peers[i]!, peers[i - 1]!);
      next[i] = world.seconds + peers[i]!.askAfter;
    }
    world.seconds += 0.05;
  }
}

function apart(a: MeshClock, b: MeshClock): number {
  return Math.abs(Number(a.nowNs() - b.nowNs())) / 1e9;
}

describe('the mesh clock', () => {
  for (const [ahead, drift] of [
    [3600, 0],
    [-3600, 0],
    [0, 200e-6],
    [-5, -200e-6],
  ] as const) {
    test(`a peer ${ahead} s ahead that drifts ${drift * 1e6} ppm is right within a minute`, () => {
      const world = new World(7);
      const root = new MeshClock(world.clock(0, 0), 1n);
      const peer = new MeshClock(world.clock(ahead, drift), 2n);
      run(world, [root, peer], 60);
      assert.ok(apart(root, peer) < 0.0001, `${apart(root, peer)} s apart`);
      assert.ok(apart(root, peer) <= peer.state().uncertainty, 'and it knows how right');
      assert.ok(peer.state().uncertainty < 0.001, `${peer.state().uncertainty}`);
      assert.ok(Math.abs(peer.state().wallAhead - ahead) < 0.05);
    });
  }

  test('within its own uncertainty at any moment, four links from the root, on many seeds', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(seed);
      const random = mulberry32(seed * 31);
      const peers = Array.from(
        { length: 5 },
        (_, i) =>
          new MeshClock(
            world.clock((random() - 0.5) * 100, i === 0 ? 0 : (random() - 0.5) * 2e-4),
            BigInt(i + 1),
          ),
      );
      run(world, peers, 30);
      for (let i = 0; i < 20; i++) {
        run(world, peers, 1.7);
        const last = peers.at(-1)!;
        assert.ok(apart(peers[0]!, last) < 0.001, `seed ${seed}: ${apart(peers[0]!, last)} s apart`);
        assert.ok(apart(peers[0]!, last) <= last.state().uncertainty, `seed ${seed}`);
      }
      assert.deepEqual([peers.at(-1)!.state().level, peers.at(-1)!.state().root], [4, 1n]);
    }
  });

  test('once settled it never runs backwards', () => {
    const world = new World(3);
    const root = new MeshClock(world.clock(0, 0), 1n);
    const peer = new MeshClock(world.clock(0.5, 150e-6), 2n);
    run(world, [root, peer], 20);
    const { steps } = peer.state();
    let before = peer.nowNs();
    for (let i = 0; i < 400; i++) {
      run(world, [root, peer], 0.1);
      const now = peer.nowNs();
      assert.ok(now >= before);
      before = now;
    }
    assert.equal(peer.state().steps, steps);
  });

  test('when the root is gone another goes on with the same time', () => {
    const world = new World(4);
    const root = new MeshClock(world.clock(0, 0), 1n);
    const second = new MeshClock(world.clock(900, 50e-6), 2n);
    run(world, [root, second], 60);
    second.lead();
    const third = new MeshClock(world.clock(-900, -50e-6), 3n);
    run(world, [second, third], 60);
    assert.ok(apart(root, third) < 0.002, `${apart(root, third)} s apart`);
    assert.deepEqual([second.state().level, third.state().level, third.state().root], [0, 1, 2n]);
  });

  test('a root that follows time servers brings everybody to their time', () => {
    const world = new World(5);
    const local = world.clock(40, 20e-6);
    const root = new MeshClock(local, 1n);
    const peer = new MeshClock(world.clock(-3, 0), 2n);
    for (let i = 0; i < 30; i++) {
      const truth = START_NS + BigInt(Math.round(world.seconds * 1e9)) + 77_000_000_000n;
      root.followServers(Number(truth - local.wallNs()) / 1e9, 0.0005);
      run(world, [root, peer], 2);
    }
    const truth = START_NS + BigInt(Math.round(world.seconds * 1e9)) + 77_000_000_000n;
    assert.ok(Math.abs(Number(peer.nowNs() - truth)) < 200_000, `${peer.nowNs() - truth} ns off`);
  });

  test('an answer nobody asked for, or heard twice, is not believed; nor is a loop', () => {
    const world = new World(6);
    const root = new MeshClock(world.clock(0, 0), 1n);
    const peer = new MeshClock(world.clock(10, 0), 2n);
    const question = peer.ask();
    world.seconds += 0.001;
    const reply = root.answer(question, root.nowNs())!;
    assert.equal(peer.hear(reply), true);
    assert.equal(peer.hear(reply), false);
    const looping = peer.answer(root.ask(), peer.nowNs())!;
    new DataView(looping.buffer).setUint32(32, 64);
    assert.equal(root.hear(looping), false);
    assert.equal(peer.answer(new Uint8Array(9), 0n), null);
  });

  test('no bytes make it throw', () => {
    const world = new World(8);
    const peer = new MeshClock(world.clock(0, 0), 2n);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeQuestion(bytes);
        decodeAnswer(bytes);
        assert.equal(peer.hear(bytes), false);
      }),
    );
  });
});
