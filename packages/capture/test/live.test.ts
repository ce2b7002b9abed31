// Tests of parsing the tools' output. The messages are literal, of tcpdump 4.99.3 and dumpcap 4.0.17.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { listInterfaces, parseList } from '../src/live/interfaces.ts';
import { liveError, readCounts } from '../src/live/messages.ts';
import { cannotRun, countsSignal, findTool } from '../src/live/tool.ts';

const tcpdump = { name: 'tcpdump', path: '/usr/bin/tcpdump' } as const;
const dumpcap = { name: 'dumpcap', path: '/usr/bin/dumpcap' } as const;

describe('lists of interfaces', () => {
  it('lists of tcpdump are parsed', () => {
    assert.deepEqual(
      parseList(
        '1.eth0 [Up, Running, Connected]\n2.any (Pseudo-device that captures on all interfaces) [Up, Running]\n' +
          '3.lo [Up, Running, Loopback]\n4.ifb0 [none]\n',
      ),
      [
        { name: 'eth0', description: '', isUp: true, isLoopback: false },
        {
          name: 'any',
          description: 'Pseudo-device that captures on all interfaces',
          isUp: true,
          isLoopback: false,
        },
        { name: 'lo', description: '', isUp: true, isLoopback: true },
        { name: 'ifb0', description: '', isUp: false, isLoopback: false },
      ],
    );
  });

  it('lists of dumpcap are parsed', () => {
    assert.deepEqual(
      parseList('1. eth0\n3. lo (Loopback)\n').map(({ name, isLoopback }) => [name, isLoopback]),
      [
        ['eth0', false],
        ['lo', true],
      ],
    );
  });
});

describe('drop counters', () => {
  it('counters of both tools are parsed', () => {
    const counts = { kernel: 0, interface: 0 };
    readCounts(
      'tcpdump: 12 packets captured, 15 packets received by filter, 3 packets dropped by kernel',
      counts,
    );
    assert.deepEqual(counts, { kernel: 3, interface: 0 });
    readCounts('7 packets dropped by interface', counts);
    assert.deepEqual(counts, { kernel: 3, interface: 7 });
    readCounts(
      "Packets received/dropped on interface 'Loopback: lo': 90/5 (pcap:4/dumpcap:0/flushed:0/ps_ifdrop:1) (94.7%)",
      counts,
    );
    assert.deepEqual(counts, { kernel: 4, interface: 1 });
  });
});

describe('failures of the tools have a one-line error', () => {
  const cases: [string, string, RegExp][] = [
    [
      'tcpdump: nope: No such device exists\n(No such device exists)',
      'ERR_CAPTURE_NO_INTERFACE',
      /there are eth0, lo$/,
    ],
    ['dumpcap: There is no device named "nope".', 'ERR_CAPTURE_NO_INTERFACE', /^nope: no such interface/],
    [
      "tcpdump: lo: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)",
      'ERR_CAPTURE_NO_PERMISSION',
      /you may not capture here/,
    ],
    [
      "tcpdump: can't parse filter expression: syntax error",
      'ERR_CAPTURE_BAD_FILTER',
      /"foo bar": syntax error; see man pcap-filter/,
    ],
    ['dumpcap: Invalid capture filter "foo bar" for interface \'lo\'.', 'ERR_CAPTURE_BAD_FILTER', /foo bar/],
    ['tcpdump: eth1: That device is not up', 'ERR_CAPTURE_LIVE', /ip link set nope up/],
    ['', 'ERR_CAPTURE_LIVE', /it printed no message/],
  ];
  for (const [said, code, message] of cases) {
    it(`${said.split('\n')[0] || 'nothing'}`, () => {
      const tool = said.startsWith('dumpcap') ? dumpcap : tcpdump;
      const error = liveError(tool, 'nope', 'foo bar', said, ['eth0', 'lo']);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('\n'));
    });
  }

  it('a missing tool is an error that says how to install it', () => {
    const empty = mkdtempSync(join(tmpdir(), 'eyrie-tools-'));
    assert.throws(() => findTool('nothing' as 'tcpdump', empty), {
      code: 'ERR_CAPTURE_NO_TOOL',
      message: /not installed; .*install/,
    });
    rmSync(empty, { recursive: true });
  });
});

it('the signal that requests tcpdump’s counters is the one of this system', () => {
  assert.equal(countsSignal(tcpdump, { SIGUSR1: 10 }), 'SIGUSR1');
  assert.equal(
    countsSignal(tcpdump, { SIGUSR1: 30, SIGINFO: 29 }),
    'SIGINFO',
    'SIGUSR1 would end it on macOS',
  );
  assert.equal(countsSignal(dumpcap, { SIGUSR1: 10 }), null);
});

describe('a capturing program that cannot be run', () => {
  it('is one line that names it', { skip: process.platform === 'win32' }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-tool-'));
    const path = join(folder, 'tcpdump');
    writeFileSync(path, '#!/nowhere/sh\n', { mode: 0o755 });
    try {
      const expected = {
        code: 'ERR_CAPTURE_NO_PERMISSION',
        message: /tcpdump cannot be run: spawn .*; install/,
      };
      await assert.rejects(listInterfaces({ name: 'tcpdump', path }), expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the right that a container lacks', () => {
    const error = cannotRun(
      { name: 'tcpdump', path: '/usr/bin/tcpdump' },
      Object.assign(new Error('spawn EPERM'), { code: 'EPERM' }),
    );
    assert.match(error.message, /^\/usr\/bin\/tcpdump may not capture here; .*--cap-add NET_RAW$/);
  });
});
