// docs/tutorial.md, as a newcomer goes through it: every command of it, in its order, in one shell; what it shows must come.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { endProcesses } from './support/leftovers.ts';
import { readText, root } from './support/repository.ts';
import { requireTool } from './support/tools.ts';

/** For what never comes. */
const WAIT_MS = 120_000;
const LOOK_MS = 50;
const LOG_CHARS = 4_000;
/** Blocks that change nothing. */
const ONLY_ASKS = /^(eyrie (mesh tree|query|honeypot sessions)\b.*\n)+$/;

interface Step {
  readonly commands: string;
  /** Lines that come, in this order; … stands for anything. */
  readonly shown: readonly string[];
}

/** A block of commands, and the block of what they show that follows it, if any. */
function stepsOf(page: string): Step[] {
  const steps: { commands: string; shown: string[] }[] = [];
  for (const [, kind, text] of page.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)) {
    if (kind === 'sh') steps.push({ commands: text!, shown: [] });
    else steps.at(-1)!.shown.push(...text!.trimEnd().split('\n'));
  }
  return steps;
}

const home = mkdtempSync(join(tmpdir(), 'eyrie-tutorial-'));
/** The repository as its commands see it; what they write beside its files goes with this. */
const checkout = mkdtempSync(join(tmpdir(), 'eyrie-checkout-'));
for (const name of readdirSync(root)) symlinkSync(join(root, name), join(checkout, name));
let shell: ChildProcess | undefined;
after(async () => {
  // With all that it started; peers have left it, but not its environment. One that is left would hold its output open.
  await endProcesses(`HOME=${home}`);
  for (const folder of [home, checkout]) rmSync(folder, { recursive: true, force: true });
});

/** What the programs behind the commands wrote last: a mesh that does not come together says why. */
function logs(): string {
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.log'),
  );
  return files
    .map((name) => `\n${name}:\n${readFileSync(join(home, name), 'utf8').slice(-LOG_CHARS)}`)
    .join('');
}

/** A loopback of its own, where that may be, has every port free. */
const isAlone = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

function startShell(): ChildProcess {
  const env = {
    ...process.env,
    ...{ HOME: home, EYRIE_HOME: join(home, 'eyrie'), XDG_CONFIG_HOME: join(home, 'config') },
    ...{ XDG_DATA_HOME: '', XDG_STATE_HOME: '' },
  };
  const [file, ...args] = isAlone
    ? ['unshare', '--net', 'bash', '-c', 'ip link set lo up; exec bash']
    : ['bash'];
  return spawn(file!, args, { cwd: checkout, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function skipReason(): Promise<string | false> {
  if (process.platform === 'win32') return 'is for a shell';
  const missing = requireTool('bash') || requireTool('curl');
  if (missing !== false || isAlone) return missing;
  for (const port of [5000, 5001, 9999])
    if (!(await isFree(port))) return `port ${port} is taken, and no loopback of its own may be made`;
  return false;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

test('docs/tutorial.md works, command by command', { skip: await skipReason() }, async () => {
  shell = startShell();
  let text = '';
  for (const stream of [shell.stdout!, shell.stderr!])
    stream.setEncoding('utf8').on('data', (part) => (text += part));
  const ended = new Promise((done) => shell!.once('exit', done));
  const steps = stepsOf(readText('docs/tutorial.md'));
  assert.ok(steps.length > 10);
  assert.ok(steps.some(({ commands }) => ONLY_ASKS.test(commands)));
  for (const [i, { commands, shown }] of steps.entries()) {
    let said = '';
    // What a mesh knows, or a visit that has ended, comes a moment later: nobody types so fast, and a query may be repeated.
    for (const end = Date.now() + WAIT_MS; ; ) {
      said = await outcome(commands, i, shown, end);
      if (missing(said, shown) === null || !ONLY_ASKS.test(commands) || Date.now() > end) break;
    }
    assert.equal(missing(said, shown), null, `${commands}shows:\n${said}${logs()}`);
    assert.ok(!said.includes('@failed'), `${commands}fails:\n${said}`);
  }

  /** What a block shows until it is done; of what goes on in the background, until all has come that must. */
  async function outcome(
    commands: string,
    i: number,
    shown: readonly string[],
    end: number,
  ): Promise<string> {
    const from = text.length;
    // A command that fails is said, whatever stands behind it.
    shell!.stdin!.write(
      `set -eE; trap 'echo "@failed: $BASH_COMMAND"' ERR\n${commands}set +eE; trap - ERR; echo @done ${i}\n`,
    );
    const isDone = () => text.includes(`@done ${i}\n`, from);
    const isOver = () => isDone() && (ONLY_ASKS.test(commands) || missing(text.slice(from), shown) === null);
    while (!isOver() && !text.includes('@failed', from) && Date.now() < end)
      await new Promise((done) => setTimeout(done, LOOK_MS));
    return text.slice(from);
  }
  shell.stdin!.end();
  await ended;
});

/** The first of the lines that is not there, behind those before it; null if all are. */
function missing(text: string, shown: readonly string[]): string | null {
  let from = 0;
  for (const line of shown) {
    const parts = line
      .trim()
      .split('…')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const found = new RegExp(parts.join('[^\\n]*')).exec(text.slice(from));
    if (found === null) return line;
    from += found.index + found[0].length;
  }
  return null;
}
