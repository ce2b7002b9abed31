// Client and server of ours with each other, over loopback.
import assert from 'node:assert/strict';
import { createSocket, Socket } from 'node:dgram';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, describe, mock, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import {
  HostClock,
  Leap,
  referenceBytes,
  type ServedTime,
  Source,
  TimeKeeper,
  TimeServer,
} from '../src/index.ts';
import { KE_PROTOCOL } from '../src/nts/keys.ts';
import {
  AES_SIV_CMAC_256,
  decodeRecords,
  END_OF_MESSAGE,
  encodeRecords,
  type KeyRecord,
  NTPV4,
  numbers,
  numbersOf,
  RecordType,
  record,
} from '../src/nts/records.ts';
import { certificate } from './certificate.ts';

const clock = new HostClock();
const { key, cert, remove } = certificate();
after(remove);

/** A server `ahead` seconds ahead of us. */
function timeAhead(ahead: number): ServedTime {
  return {
    nowNs: () => clock.wallNs() + BigInt(Math.round(ahead * 1e9)),
    status: () => ({
      stratum: 1,
      leap: Leap.none,
      referenceId: referenceBytes('TEST'),
      referenceNs: clock.wallNs(),
      rootDelay: 0,
      rootDispersion: 0,
    }),
  };
}

async function withServer(
  options: { ahead: number; isAuthenticated?: boolean; burst?: number },
  work: (server: TimeServer) => Promise<void>,
): Promise<void> {
  const server = new TimeServer({
    time: timeAhead(options.ahead),
    address: '127.0.0.1',
    port: 0,
    nts: options.isAuthenticated ? { port: 0, key, cert } : undefined,
    rate: { burst: options.burst ?? 100, perSecond: 1, clientsMax: 10 },
  });
  await server.listen();
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

function sourceOf(server: TimeServer): Source {
  const port = server.keyPort;
  return port === null
    ? new Source({ host: '127.0.0.1', port: server.port }, clock)
    : new Source({ host: 'localhost', nts: { port, ca: cert } }, clock);
}

/** What the key server answers. */
async function exchanged(port: number, request: readonly KeyRecord[]): Promise<KeyRecord[]> {
  const socket = connectTls({ host: 'localhost', port, ca: cert, ALPNProtocols: [KE_PROTOCOL] });
  socket.end(encodeRecords(request));
  return decodeRecords(await buffer(socket))!;
}

async function ask(source: Source, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await source.poll();
}

describe('our client and our server', () => {
  test('a question from port 0, which only a forger sends, is not answered and ends nothing', async () => {
    let receive: ((bytes: Buffer, from: object) => void) | null = null;
    const on = Socket.prototype.on;
    const spy = mock.method(
      Socket.prototype,
      'on',
      function (this: Socket, ...args: Parameters<Socket['on']>) {
        if (args[0] === 'message') receive = args[1] as typeof receive;
        return on.apply(this, args);
      },
    );
    await withServer({ ahead: 0 }, async (server) => {
      spy.mock.restore();
      const question = Buffer.alloc(48);
      question[0] = 0x23;
      receive!(question, { address: '127.0.0.1', port: 0 });
      assert.deepEqual(server.counts, { answered: 0, limited: 0, ignored: 1 });
    });
  });

  test('the offset is found, plain and with NTS', async () => {
    for (const isAuthenticated of [false, true]) {
      await withServer({ ahead: 3600, isAuthenticated }, async (server) => {
        const source = sourceOf(server);
        await ask(source, 8);
        const { estimate, fault, reach } = source.state();
        assert.equal(fault, null);
        assert.equal(reach, 0xff);
        assert.ok(Math.abs(estimate!.offset - 3600) <= estimate!.delay / 2 + 0.001, `${estimate!.offset}`);
      });
    }
  });

  test('of three servers the one that lies is found', async () => {
    await withServer({ ahead: 0.5 }, (a) =>
      withServer({ ahead: 0.5 }, (b) =>
        withServer({ ahead: -99 }, async (liar) => {
          const sources = [a, b, liar].map(sourceOf);
          await Promise.all(sources.map((source) => ask(source, 4)));
          const verdict = new TimeKeeper(sources).verdict();
          assert.deepEqual(
            verdict.sources.map(({ role }) => role),
            ['truth', 'truth', 'falseticker'],
          );
          assert.ok(Math.abs(verdict.offset! - 0.5) < 0.05);
        }),
      ),
    );
  });

  test('who asks too often is told so, and asks less often', async () => {
    await withServer({ ahead: 0, burst: 2 }, async (server) => {
      const source = sourceOf(server);
      await ask(source, 3);
      assert.match(source.state().fault!, /^RATE/);
      assert.equal(server.counts.limited, 1);
    });
  });

  test('a certificate that is not trusted, a server without NTS, and nobody at all: one line each', async () => {
    await withServer({ ahead: 0, isAuthenticated: true }, async (server) => {
      const untrusting = new Source({ host: 'localhost', nts: { port: server.keyPort! } }, clock);
      await untrusting.poll();
      assert.match(untrusting.state().fault!, /^NTS keys from localhost port \d+: [^;]*certificate$/);
    });
    const nobody = new Source({ host: '127.0.0.1', port: 9 }, clock);
    await nobody.poll();
    assert.match(nobody.state().fault!, /connection refused/);
  });

  test('a request for keys is answered, or refused with the error of RFC 8915 §4.1.3', async () => {
    await withServer({ ahead: 0, isAuthenticated: true }, async (server) => {
      const protocol = record(RecordType.nextProtocol, numbers(NTPV4), true);
      const aead = record(RecordType.aead, numbers(AES_SIV_CMAC_256), true);
      const said = async (...request: KeyRecord[]) => {
        const answer = await exchanged(server.keyPort!, [...request, END_OF_MESSAGE]);
        const of = (type: number) => answer.filter((each) => each.type === type);
        const [error] = of(RecordType.error);
        if (error !== undefined) return `error ${numbersOf(error.body)}`;
        return [RecordType.nextProtocol, RecordType.aead].map(
          (type) => `${of(type).map(({ body }) => numbersOf(body))}`,
        );
      };
      assert.deepEqual(await said(protocol, aead), ['0', '15']);
      assert.equal(await said(protocol, protocol, aead), 'error 1');
      assert.equal(await said(aead), 'error 1', 'no protocol');
      assert.equal(await said(protocol, aead, aead), 'error 1');
      assert.equal(await said(protocol, aead, record(9, numbers(), true)), 'error 0');
      assert.deepEqual(await said(protocol, aead, record(9, numbers(), false)), ['0', '15']);
      const unknown = record(RecordType.nextProtocol, numbers(77), true);
      assert.deepEqual(await said(unknown, aead), ['', ''], 'nothing in common is no error');
      assert.deepEqual(await said(protocol, record(RecordType.aead, numbers(1), true)), ['0', '']);
    });
  });

  test('garbage at both ports does no harm', async () => {
    await withServer({ ahead: 0, isAuthenticated: true }, async (server) => {
      const socket = createSocket('udp4');
      for (let length = 0; length < 200; length += 7)
        socket.send(Buffer.alloc(length, 0x23), server.port, '127.0.0.1');
      const raw = connect(server.keyPort!, '127.0.0.1');
      raw.on('error', () => {});
      raw.end('GET / HTTP/1.1\r\n\r\n');
      await new Promise((done) => raw.once('close', done));
      const source = sourceOf(server);
      await ask(source, 2);
      socket.close();
      assert.equal(source.state().fault, null);
    });
  });

  test('a port that is taken is an error of one line', async () => {
    await withServer({ ahead: 0 }, async (server) => {
      const second = new TimeServer({ time: timeAhead(0), address: '127.0.0.1', port: server.port });
      await assert.rejects(second.listen(), /^ClockError: port \d+ is taken/);
    });
  });
});

describe('a step of our wall clock', () => {
  const HOUR_S = 3_600;

  /** A server with the true time, and a source on a machine whose wall clock the test steps. */
  async function stepping(onServed: () => void = () => {}) {
    const machine = { stepNs: 0n, slewedNs: 0n };
    const stepped = {
      steadyNs: () => clock.steadyNs(),
      wallNs: () => clock.wallNs() + machine.stepNs + machine.slewedNs,
    };
    const time = timeAhead(0);
    const nowNs = () => {
      onServed();
      return time.nowNs() + machine.slewedNs;
    };
    const server = new TimeServer({ time: { ...time, nowNs }, address: '127.0.0.1', port: 0 });
    await server.listen();
    const source = new Source({ host: '127.0.0.1', port: server.port }, stepped);
    return { machine, server, source, offset: () => source.state().estimate!.offset };
  }

  test('between two polls is seen at once, and earlier samples stay valid', async () => {
    const { machine, server, source, offset } = await stepping();
    try {
      for (let i = 0; i < 3; i++) await source.poll();
      assert.ok(Math.abs(offset()) < 0.05, String(offset()));
      for (const step of [-HOUR_S, HOUR_S, 0]) {
        machine.stepNs = BigInt(step) * 1_000_000_000n;
        assert.ok(Math.abs(offset() + step) < 0.05, `${step}: ${offset()}`);
        await source.poll();
        assert.ok(Math.abs(offset() + step) < 0.05, `${step}, polled: ${offset()}`);
        assert.ok(source.state().estimate!.jitter < 0.05);
      }
    } finally {
      await server.close();
    }
  });

  test('is not seen where another daemon keeps the wall clock right, and the counter alone drifts', async () => {
    const { machine, server, source, offset } = await stepping();
    try {
      await source.poll();
      for (let i = 0; i < 12; i++) {
        machine.slewedNs += 30_000_000n;
        assert.ok(Math.abs(offset()) < 0.02, `${i}: ${offset()}`);
        await source.poll();
      }
      assert.ok(source.state().estimate!.jitter < 0.02);
    } finally {
      await server.close();
    }
  });

  test('during an exchange is not taken for delay', async () => {
    let served = 0;
    const { machine, server, source, offset } = await stepping(() => {
      // While the second request is at the server.
      if (++served === 3) machine.stepNs = BigInt(-HOUR_S) * 1_000_000_000n;
    });
    try {
      for (let i = 0; i < 3; i++) await source.poll();
      assert.equal(machine.stepNs < 0n, true);
      assert.ok(Math.abs(offset() - HOUR_S) < 0.05, String(offset()));
      assert.ok(source.state().estimate!.jitter < 0.05);
    } finally {
      await server.close();
    }
  });
});
