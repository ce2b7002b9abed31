// The state of this machine before a plan is made: its firewall and that firewall's rules, the ports in use.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { eyrieHome, peerFolder, peersIn } from '@eyrie/mesh';
import {
  FIREWALL_TOOLS,
  type FirewallTool,
  firewallNamed,
  type Listening,
  type LocalPeer,
  listeningIn,
  type Step,
  serviceOf,
  sshdPorts,
} from '@eyrie/services/firewall';
import { FAILED, UserError } from '../errors.ts';

const TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 64 << 20;
/** Linux assigns ephemeral ports from here on (ip_local_port_range). */
const EPHEMERAL_PORT_MIN = 32_768;

/** Bound on processes between this one and the login shell. */
const ANCESTORS_MAX = 64;

export interface Ran {
  readonly ok: boolean;
  readonly missing: boolean;
  readonly stdout: string;
  /** The last line of standard error or output. */
  readonly message: string;
}

export function run({ argv, input }: Step): Ran {
  const [program, ...rest] = argv;
  const { status, stdout, stderr, error } = spawnSync(program!, rest, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    // The output of these programs is parsed in English.
    env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C' },
    ...(input === undefined ? {} : { input }),
  });
  const message = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').at(-1) || (error?.message ?? '');
  return {
    ok: error === undefined && status === 0,
    missing: (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT',
    stdout: stdout ?? '',
    message,
  };
}

/** The named firewall, or the one that manages this host. @throws UserError */
export function toolFor(named: string | undefined): FirewallTool {
  if (named !== undefined) {
    const tool = firewallNamed(named);
    if (tool !== null) return tool;
    throw new UserError(`--tool ${named}: there are ${FIREWALL_TOOLS.map(({ name }) => name).join(', ')}`);
  }
  const name = nameOfActive();
  if (name !== null) return firewallNamed(name)!;
  throw new UserError(
    'no firewall is found here: install ufw, firewalld or nftables, or name one with --tool',
    FAILED,
  );
}

/** An active firewall comes before one that is only installed. */
function nameOfActive(): string | null {
  if (process.platform === 'win32') return 'powershell';
  if (process.platform === 'darwin') return 'pf';
  if (run({ argv: ['firewall-cmd', '--state'] }).ok) return 'firewalld';
  if (/^ENABLED=yes/m.test(readText('/etc/ufw/ufw.conf'))) return 'ufw';
  if (!run({ argv: ['nft', '--version'] }).missing) return 'nft';
  return run({ argv: ['ufw', 'version'] }).ok ? 'ufw' : null;
}

/** The current rules as the firewall prints them; null without permission. */
export function look(tool: FirewallTool): string[] | null {
  const all = tool.look.map(run);
  if (all[0]!.missing) throw new UserError(`${tool.look[0]!.argv[0]} is not installed here`, FAILED);
  return all[0]!.ok ? all.map(({ stdout }) => stdout) : null;
}

export function localPeers(): LocalPeer[] {
  const home = eyrieHome();
  return peersIn(home).flatMap((id) => {
    const { host, port } = settingsIn(join(peerFolder(home, id), 'settings.json'));
    return typeof host === 'string' && Number.isInteger(port) ? [{ id, host, port: Number(port) }] : [];
  });
}

/** Empty if there are none, or none is readable: starting the peer reports the errors. */
function settingsIn(path: string): { host?: unknown; port?: unknown } {
  try {
    return JSON.parse(readText(path)) ?? {};
  } catch {
    return {};
  }
}

/** Listening sockets of Eyrie's processes; on Linux only, of processes whose /proc entries are readable. */
export function listeningNow(): Listening[] {
  if (process.platform !== 'linux') return [];
  const owners = new Map<string, string>();
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    const service = serviceOf(readText(`/proc/${pid}/cmdline`).split('\0'));
    if (service === null) continue;
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(targetOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) owners.set(inode, service);
    }
  }
  return (['tcp', 'udp'] as const).flatMap((protocol) =>
    ['', '6'].flatMap((version) =>
      listeningIn(readText(`/proc/net/${protocol}${version}`), protocol).flatMap(({ inode, ...socket }) => {
        const service = owners.get(inode);
        const isQuestion = protocol === 'udp' && socket.port >= EPHEMERAL_PORT_MIN;
        return service === undefined || isQuestion ? [] : [{ service, ...socket }];
      }),
    ),
  );
}

/** Ports of this host's SSH server, from the current session and sshd's configuration. */
export function sshPorts(): number[] {
  const session = sshConnection()?.split(' ')[3];
  const ports = [Number(session), ...sshdPorts({ read: readText, list: namesIn })];
  return [...new Set(ports)].filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
}

/** The source of the current SSH session. */
export function sshVisitor(): string | null {
  return sshConnection()?.split(' ')[0] ?? null;
}

/** SSH_CONNECTION (sshd(8), "ENVIRONMENT"). sudo removes it, but the calling shell still has it. */
function sshConnection(): string | null {
  const given = process.env.SSH_CONNECTION;
  if (given !== undefined && given !== '') return given;
  let pid = process.ppid;
  for (let i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
    const found = /(?:^|\0)SSH_CONNECTION=([^\0]+)/.exec(readText(`/proc/${pid}/environ`))?.[1];
    if (found !== undefined) return found;
    // proc_pid_stat(5): the parent is the second word after the name, which may contain anything.
    pid = Number(/.*\) \S (\d+)/s.exec(readText(`/proc/${pid}/stat`))?.[1] ?? 0);
  }
  return null;
}

export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address.split('%')[0]!),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
