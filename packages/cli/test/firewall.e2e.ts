// `eyrie firewall` against real firewalls, each in network and mount namespaces of its own: what the host has stays as it is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hasTool, requireTool } from '../../../test/support/tools.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const lab = join(import.meta.dirname, 'support/firewall-lab.sh');

function run(
  file: string,
  args: string[],
  input = '',
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(file, args, { timeout: 300_000 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
    // It may have ended before it read.
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
  });
}

const firewall = (...args: string[]) => run(process.execPath, [eyrie, 'firewall', ...args]);

async function skipReason(tool: string): Promise<string | false> {
  const missing = requireTool(tool) || requireTool('ip');
  if (missing !== false) return missing;
  const { status } = await run('unshare', ['--net', '--mount', 'true']);
  return status === 0 ? false : 'needs root, for namespaces of its own';
}

const tools = { ufw: 'ufw', nft: 'nft', firewalld: 'firewall-cmd' };
/** The rules themselves: what is opened, and what is blocked. */
const statusShows = {
  ufw: [/allow 9999\/tcp comment 'eyrie /, /deny from 10\.9\.0\.3 comment 'eyrie block'/],
  nft: [/ input: tcp dport 9999 accept comment "eyrie /, /ip saddr @blocked4 .*drop/, /blocked4: 1 entry/],
  firewalld: [/service eyrie-.*-9999$/m, /ipset eyrie-block4/],
};
// Side by side: each mostly waits for its firewall, or for packets that do not come.
describe('a real firewall', { concurrency: 3 }, async () => {
  for (const [tool, program] of Object.entries(tools)) {
    test(`${tool}: opens what was asked, blocks, keeps SSH, is undone`, {
      skip: await skipReason(program),
    }, async () => {
      const { stdout, stderr, status } = await run('unshare', [
        '--net',
        '--mount',
        '--fork',
        'bash',
        lab,
        tool,
        eyrie,
      ]);
      assert.equal(status, 0, stderr);
      const lines = stdout.split('\n');
      const line = (start: string) => lines.find((each) => each.startsWith(start));
      assert.equal(line('before 10.9.0.2:'), 'before 10.9.0.2:');
      assert.equal(line('after 10.9.0.2:'), 'after 10.9.0.2: 22 9999');
      assert.equal(line('after 10.9.0.3:'), 'after 10.9.0.3:', 'it is blocked');
      assert.equal(line('protected:'), 'protected: 2', 'who is logged in by SSH, and this machine');
      const rules = lines.filter((each) => each.startsWith('status: ')).join('\n');
      for (const shown of statusShows[tool as keyof typeof tools]) assert.match(rules, shown);
      if (tool !== 'firewalld') {
        assert.ok(lines.includes('again: the same'), stdout);
        assert.equal(line('limited 10.9.0.2:'), 'limited 10.9.0.2: 22');
        assert.equal(line('limited 10.9.0.3:'), 'limited 10.9.0.3: 22 9999');
      }
      assert.ok(lines.includes('removed: as before'), stdout);
      assert.match(lines.at(-2)!, /^Nothing in \w+ is Eyrie's\.$/);
    });
  }
});

describe('eyrie firewall', () => {
  test('says what is wrong in one line', async () => {
    for (const [args, reason] of [
      [['plan', '--tool', 'pfsense'], /^eyrie: --tool pfsense: there are ufw, /],
      [['plan', '--tool', 'nft', '--open', '70000/tcp'], /^eyrie: --open 70000\/tcp: must be a port/],
      [['plan', '--tool', 'nft', '--from', 'lan'], /^eyrie: --from lan: must be an address or network/],
      [['plan', '--tool', 'nft', '--block', 'no-such-file'], /^eyrie: --block no-such-file: no such file/],
      [['block-list', '--severity', 'bad'], /^eyrie: --severity bad: there are info, /],
    ] as const) {
      if (args[0] === 'plan' && args[2] === 'nft' && !hasTool('nft')) continue;
      const { status, stdout, stderr } = await firewall(...args);
      assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [2, '', 1], stderr);
      assert.match(stderr, reason);
    }
  });

  test('whoever is logged in by SSH is not blocked through sudo either, which hides the login', {
    skip: requireTool('nft'),
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-firewall-'));
    const list = join(folder, 'block.txt');
    writeFileSync(list, '198.51.100.9\n198.51.100.8\n');
    const { stdout, stderr } = await run('env', [
      'SSH_CONNECTION=198.51.100.9 50000 192.0.2.1 2222',
      ...['sh', '-c', 'env -u SSH_CONNECTION "$@"; exit $?', 'sh'],
      ...[process.execPath, eyrie, 'firewall', 'plan', '--tool', 'nft', '--block', list, '--json'],
    ]);
    rmSync(folder, { recursive: true });
    assert.equal(stderr, '');
    const { blocked, notes, steps } = JSON.parse(stdout);
    assert.deepEqual(blocked, ['198.51.100.8']);
    assert.match(notes.join(), /198\.51\.100\.9: you are logged in by SSH from there/);
    assert.ok(Array.isArray(steps));
  });

  test('makes a block list of findings', async () => {
    const findings = [
      { source: '192.0.2.7', severity: 'high', title: 'Port scan' },
      { source: '192.0.2.7', severity: 'critical', title: 'Brute\u001b[31m\n\u009bforce' },
      { source: '192.0.2.8', severity: 'low', title: 'Weak TLS' },
      { source: 'aa:bb:cc:dd:ee:ff', severity: 'high', title: 'ARP spoofing' },
      { source: '2001:db8::9', severity: 'high', title: 'SYN flood' },
    ];
    const { stdout } = await run(
      process.execPath,
      [eyrie, 'firewall', 'block-list'],
      JSON.stringify({ findings }),
    );
    assert.equal(stdout, '192.0.2.7  # critical: Brute [31m force\n2001:db8::9  # high: SYN flood\n');

    // As `eyrie findings --json` has them.
    const stored = [
      { address: '192.0.2.7', severity: 'error', group: 'Port scan', detail: { severity: 'high' } },
      { address: '192.0.2.8', severity: 'error', group: 'Malformed', detail: null },
    ];
    const second = await run(process.execPath, [eyrie, 'firewall', 'block-list'], JSON.stringify(stored));
    assert.equal(second.stdout, '192.0.2.7  # high: Port scan\n');
  });
});
