// Tests of the mesh clock on simulated clocks and links: each clock has its own rate, each link its own delay.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { LocalClock } from '../src/host/host-clock.ts';
import { decodeRequest, decodeResponse } from '../src/mesh/exchange.ts';
import { MeshClock, type Reception } from '../src/mesh/mesh-clock.ts';

const START_NS = 1_790_000_000_000_000_000n;

/** The simulation: true time and random delays. */
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
  clock(ahead: number, drift: number, slept = () => 0): LocalClock {
    const counted = () => this.seconds * (1 + drift) - slept();
    const steadyNs = () => BigInt(Math.round(counted() * 1e9)) + 777_000_000_000_000n;
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

const names = new Map<MeshClock, string>();

function nameOf(clock: MeshClock): string {
  if (!names.has(clock)) names.set(clock, `clock ${names.size}`);
  return names.get(clock)!;
}

/** Takes one sample: as many requests as the burst needs. */
function exchange(world: World, child: MeshClock, parent: MeshClock): void {
  while (ask(world, child, parent) === 'more');
}

function ask(world: World, child: MeshClock, parent: MeshClock): Reception {
  const question = child.request(nameOf(parent));
  world.seconds += world.delay();
  const came = parent.steadyNs();
  world.seconds += 0.00005;
  const reply = parent.answer(question, came, nameOf(child));
  assert.ok(reply !== null);
  world.seconds += world.delay();
  const heard = child.receive(reply, nameOf(parent));
  assert.match(heard, /^(taken|more)$/);
  return heard;
}

/** A clock that has taken the lead. */
function leader(clock: LocalClock, id: number): MeshClock {
  const root = new MeshClock(clock, id);
  root.lead();
  return root;
}

/** Each peer polls its parent, the previous one in the list, until `seconds` have passed. */
function run(world: World, peers: readonly MeshClock[], seconds: number): void {
  const end = world.seconds + seconds;
  const next = peers.map(() => world.seconds);
  while (world.seconds < end) {
    for (let i = 1; i < peers.length; i++) {
      if (world.seconds < next[i]!) continue;
      exchange(world, peers[i]!, peers[i - 1]!);
      next[i] = world.seconds + peers[i]!.requestAfter;
    }
    world.seconds += 0.05;
  }
}

function apart(a: MeshClock, b: MeshClock): number {
  return Math.abs(Number(a.nowNs() - b.nowNs())) / 1e9;
}

describe('the mesh clock', () => {
  test('of two eras of the same age, exactly one prevails', () => {
    const world = new World(7);
    const clocks = [leader(world.clock(0, 0), 1), leader(world.clock(0, 0), 2)];
    const eras = clocks.map(({ era }) => era);
    assert.equal(eras[0]!.age, eras[1]!.age);
    world.seconds += 1;
    const now = clocks.map(({ era }) => era);
    const yields = clocks.map((clock, i) => clock.isOutlivedBy({ ...now[1 - i]! }));
    assert.deepEqual(yields, [now[1]!.founder < now[0]!.founder, now[0]!.founder < now[1]!.founder]);
  });

  for (const [ahead, drift] of [
    [3600, 0],
    [-3600, 0],
    [0, 200e-6],
    [-5, -200e-6],
  ] as const) {
    test(`a peer ${ahead} s ahead that drifts ${drift * 1e6} ppm is synchronised within a minute`, () => {
      const world = new World(7);
      const root = leader(world.clock(0, 0), 1);
      const peer = new MeshClock(world.clock(ahead, drift), 2);
      run(world, [root, peer], 60);
      assert.ok(apart(root, peer) < 0.0001, `${apart(root, peer)} s apart`);
      assert.ok(apart(root, peer) <= peer.state().uncertainty, 'and it knows how right');
      assert.ok(peer.state().uncertainty < 0.001, `${peer.state().uncertainty}`);
      assert.ok(Math.abs(peer.state().wallAhead - ahead) < 0.05);
    });
  }

  for (const seconds of [0.05, 3, 28_800])
    test(`a peer whose counter stopped for ${seconds} s is synchronised by the next response`, () => {
      const world = new World(11);
      let slept = 0;
      const root = leader(world.clock(0, 0), 1);
      const peer = new MeshClock(
        world.clock(0, 50e-6, () => slept),
        2,
      );
      run(world, [root, peer], 900);
      const { steps } = peer.state();
      run(world, [root, peer], 300);
      assert.equal(peer.state().steps, steps, 'awake, it never steps');
      slept = seconds;
      run(world, [root, peer], 5 + peer.requestAfter);
      assert.ok(apart(root, peer) < 0.002, `${apart(root, peer)} s apart`);
      assert.ok(apart(root, peer) <= peer.state().uncertainty, 'and it knows how right');
      assert.equal(peer.state().steps, steps + 1);
    });

  test('the error is within the stated uncertainty at all times, four hops from the root, for many seeds', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(seed);
      const random = mulberry32(seed * 31);
      const peers = Array.from(
        { length: 5 },
        (_, i) =>
          new MeshClock(world.clock((random() - 0.5) * 100, i === 0 ? 0 : (random() - 0.5) * 2e-4), i + 1),
      );
      peers[0]!.lead();
      run(world, peers, 30);
      for (let i = 0; i < 20; i++) {
        run(world, peers, 1.7);
        const last = peers.at(-1)!;
        assert.ok(apart(peers[0]!, last) < 0.001, `seed ${seed}: ${apart(peers[0]!, last)} s apart`);
        assert.ok(apart(peers[0]!, last) <= last.state().uncertainty, `seed ${seed}`);
      }
      assert.deepEqual([peers.at(-1)!.state().level, peers.at(-1)!.state().founder], [4, 1]);
    }
  });

  test('a settled clock never runs backwards', () => {
    const world = new World(3);
    const root = leader(world.clock(0, 0), 1);
    const peer = new MeshClock(world.clock(0.5, 150e-6), 2);
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

  test('a new root continues the time of the old one', () => {
    const world = new World(4);
    const root = leader(world.clock(0, 0), 1);
    const second = new MeshClock(world.clock(900, 50e-6), 2);
    run(world, [root, second], 60);
    second.lead();
    const third = new MeshClock(world.clock(-900, -50e-6), 3);
    run(world, [second, third], 60);
    assert.ok(apart(root, third) < 0.002, `${apart(root, third)} s apart`);
    assert.deepEqual([second.state().level, third.state().level, third.state().founder], [0, 1, 1]);
  });

  test('all peers adopt the time of a root that follows time servers', () => {
    const world = new World(5);
    const local = world.clock(40, 20e-6);
    const root = leader(local, 1);
    const peer = new MeshClock(world.clock(-3, 0), 2);
    for (let i = 0; i < 30; i++) {
      const truth = START_NS + BigInt(Math.round(world.seconds * 1e9)) + 77_000_000_000n;
      root.followServers(Number(truth - local.wallNs()) / 1e9, 0.0005);
      run(world, [root, peer], 2);
    }
    const truth = START_NS + BigInt(Math.round(world.seconds * 1e9)) + 77_000_000_000n;
    assert.ok(Math.abs(Number(peer.nowNs() - truth)) < 200_000, `${peer.nowNs() - truth} ns off`);
  });

  test('unsolicited, repeated, misattributed and looping responses are refused', () => {
    const world = new World(6);
    const root = leader(world.clock(0, 0), 1);
    const peer = new MeshClock(world.clock(10, 0), 2);
    const question = peer.request('root');
    world.seconds += 0.001;
    const reply = root.answer(question, root.steadyNs(), 'peer')!;
    assert.equal(peer.receive(reply, 'other'), 'refused');
    assert.equal(peer.receive(reply, 'root'), 'taken');
    assert.equal(peer.receive(reply, 'root'), 'refused');
    const backwards = peer.answer(root.request('peer'), peer.steadyNs(), 'root')!;
    assert.equal(root.receive(backwards, 'peer'), 'refused', 'the peer has its time from the root');
    const other = new MeshClock(world.clock(0, 0), 3);
    const looping = root.answer(other.request('root'), root.steadyNs(), 'other')!;
    looping[30] = 64;
    assert.equal(other.receive(looping, 'root'), 'refused');
    assert.equal(peer.answer(new Uint8Array(9), 0n, 'root'), null);
  });

  test('an interrupted burst is restarted, also after the parent’s machine has rebooted', () => {
    const world = new World(8);
    const peer = new MeshClock(world.clock(10, 0), 2);
    const before = leader(world.clock(0, 0), 1);
    run(world, [before, peer], 60);
    const name = nameOf(before);
    const reply = before.answer(peer.request(name), before.steadyNs(), nameOf(peer))!;
    world.seconds += 0.02;
    assert.equal(peer.receive(reply, name), 'more');
    const { steadyNs, wallNs } = world.clock(0, 0);
    const bootedNs = steadyNs();
    const rebooted = new MeshClock({ steadyNs: () => steadyNs() - bootedNs, wallNs }, 3);
    names.set(rebooted, 'rebooted');
    run(world, [peer, rebooted], 60);
    names.set(rebooted, name);
    rebooted.lead();
    exchange(world, peer, rebooted);
    assert.ok(apart(rebooted, peer) < 0.001, `${apart(rebooted, peer)} s apart`);
  });

  test('a bogus rate error of a new parent does not disturb the time or the responses to children', () => {
    for (const skewError of [Number.POSITIVE_INFINITY, Number.NaN, 3e38, 1e30, 1e6, 0]) {
      const world = new World(7);
      const root = leader(world.clock(0, 0), 1);
      const liar = new MeshClock(world.clock(0, 0), 2);
      const peer = new MeshClock(world.clock(10, 50e-6), 3);
      const below = new MeshClock(world.clock(0, 0), 4);
      run(world, [root, liar], 30);
      run(world, [root, peer], 30);
      for (let asked = 0; asked < 10; asked++) {
        const question = peer.request('liar');
        world.seconds += 0.0002;
        const reply = liar.answer(question, liar.steadyNs(), 'peer')!;
        if (reply.length === 52) new DataView(reply.buffer, reply.byteOffset).setFloat32(48, skewError);
        world.seconds += 0.0002;
        peer.receive(reply, 'liar');
        assert.ok(apart(root, peer) < 0.001, `${skewError}: ${apart(root, peer)} s apart`);
        assert.ok(peer.uncertainty < 0.01);
      }
      exchange(world, below, peer);
      assert.ok(apart(root, below) < 0.01);
    }
  });

  test('two roots that alternate in one era cause no step', () => {
    const world = new World(9);
    const first = leader(world.clock(0, 0), 1);
    const second = new MeshClock(world.clock(3600, 80e-6), 2);
    const peer = new MeshClock(world.clock(-60, -150e-6), 3);
    run(world, [first, second], 30);
    run(world, [first, peer], 30);
    const { steps } = peer.state();
    for (let turn = 0; turn < 10; turn++) {
      const [root, other] = turn % 2 === 0 ? [second, first] : [first, second];
      const before = apart(root, peer);
      assert.ok(before <= peer.uncertainty + root.uncertainty, `turn ${turn}: ${before} s apart`);
      root.lead();
      world.seconds += 0.01;
      exchange(world, peer, root);
      run(world, [root, peer], 5);
      run(world, [root, other], 5);
      assert.ok(apart(root, peer) < 0.0003, `turn ${turn}: ${apart(root, peer)} s apart`);
    }
    assert.equal(peer.state().steps, steps);
  });

  test('the older of two eras prevails regardless of the root', () => {
    const world = new World(10);
    const old = leader(world.clock(0, 0), 7);
    world.seconds += 100;
    const returned = leader(world.clock(3600, 0), 1);
    assert.equal(old.isOutlivedBy(returned.era), false);
    assert.equal(returned.isOutlivedBy(old.era), true);
    const reply = returned.answer(old.request('returned'), returned.steadyNs(), 'old')!;
    assert.equal(old.receive(reply, 'returned'), 'younger');
    run(world, [old, returned], 10);
    assert.ok(apart(old, returned) < 0.0003);
    returned.lead();
    const { steps } = old.state();
    run(world, [returned, old], 10);
    assert.ok(apart(old, returned) < 0.0003);
    assert.deepEqual([old.state().steps, old.state().level, returned.state().founder], [steps, 1, 7]);
  });

  test('arbitrary bytes do not throw', () => {
    const world = new World(8);
    const peer = new MeshClock(world.clock(0, 0), 2);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeRequest(bytes);
        decodeResponse(bytes);
        assert.equal(peer.receive(bytes, 'root'), 'refused');
      }),
    );
  });
});
