// Makes and removes the namespaces of an emulated network. Needs root, and the commands `ip` and, for loss, `nft`.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { LabError } from '../errors.ts';
import { type BranchPlan, type HostPlan, makerOf, type NetworkPlan } from './plan.ts';

const COMMAND_MS = 20_000;
const NETEM_PROBE = 'eyrie-lab-probe';

export interface Shaping {
  delayMs: number;
  /** Part of the packets lost on the way to a host, 0 to 1. */
  lossRate: number;
}

/** What applies delay and loss. */
export interface Shapers {
  delay: 'netem' | 'links' | 'none';
  loss: 'netem' | 'nftables' | 'links' | 'none';
}

/** The reason why namespaces can't be made here; null if they can. */
export function whyNoNamespaces(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are of Linux only';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  return hasCommand('ip') ? null : 'the command ip is missing: install iproute2';
}

/** netem if the kernel has it; otherwise nftables drops packets and the links themselves delay. */
export function shapersFor({ delayMs, lossRate }: Shaping, inNamespaces: boolean): Shapers {
  const isAsked = delayMs > 0 || lossRate > 0;
  const how = (asked: boolean, tool: Shapers['loss']) => (asked ? tool : 'none');
  const links: Shapers = {
    delay: delayMs > 0 ? 'links' : 'none',
    loss: how(lossRate > 0, 'links'),
  };
  if (!isAsked || !inNamespaces) return links;
  if (hasNetem()) return { delay: delayMs > 0 ? 'netem' : 'none', loss: how(lossRate > 0, 'netem') };
  return hasCommand('nft') ? { ...links, loss: how(lossRate > 0, 'nftables') } : links;
}

export function makeNetwork(plan: NetworkPlan): void {
  for (const namespace of namespacesOf(plan)) run('ip', ['netns', 'add', namespace]);
  inNamespace(plan.core, ['link set lo up']);
  forward(plan.core);
  plan.branches.forEach((branch, b) => {
    makeBranch(plan.core, branch, b);
  });
  plan.hosts.forEach((host, h) => {
    makeHost(host, plan.branches[host.branch]!, h);
  });
}

function makeBranch(core: string, branch: BranchPlan, b: number): void {
  run('ip', [
    ...['link', 'add', `b${b}`, 'netns', core, 'type', 'veth'],
    ...['peer', 'name', 'uplink', 'netns', branch.namespace],
  ]);
  inNamespace(core, [
    `addr add ${branch.coreAddress}/30 dev b${b}`,
    `link set b${b} up`,
    `route add ${branch.subnet} via ${branch.uplink}`,
  ]);
  inNamespace(branch.namespace, [
    'link set lo up',
    `addr add ${branch.uplink}/30 dev uplink`,
    'link set uplink up',
    'link add bridge type bridge',
    `addr add ${branch.gateway}/24 dev bridge`,
    'link set bridge up',
    `route add default via ${branch.coreAddress}`,
  ]);
  forward(branch.namespace);
}

function makeHost(host: HostPlan, branch: BranchPlan, h: number): void {
  const { namespace } = host;
  run('ip', [
    ...['link', 'add', `h${h}`, 'netns', branch.namespace, 'type', 'veth'],
    ...['peer', 'name', 'eth0', 'netns', namespace],
  ]);
  inNamespace(branch.namespace, [`link set h${h} master bridge`, `link set h${h} up`]);
  inNamespace(namespace, [
    'link set lo up',
    `addr add ${host.address}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${branch.gateway}`,
  ]);
}

/** Sets up the kernel's part of loss and delay at each host. */
export function shapeNetwork(plan: NetworkPlan, { delayMs, lossRate }: Shaping, shapers: Shapers): void {
  const netem = [
    ...(shapers.delay === 'netem' ? ['delay', `${delayMs}ms`] : []),
    ...(shapers.loss === 'netem' ? ['loss', `${lossRate * 100}%`] : []),
  ];
  for (const { namespace } of plan.hosts) {
    if (netem.length > 0)
      run('tc', ['-n', namespace, 'qdisc', 'add', 'dev', 'eth0', 'root', 'netem', ...netem]);
    if (shapers.loss === 'nftables') loseBy(namespace, lossRate);
  }
}

function loseBy(namespace: string, lossRate: number): void {
  const rules = `table inet lab {
    chain arriving {
      type filter hook input priority 0;
      iifname "eth0" numgen random mod 10000 < ${Math.round(lossRate * 10_000)} counter drop
    }
  }`;
  run('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], rules);
}

export function removeNetwork(plan: NetworkPlan): void {
  for (const namespace of namespacesOf(plan)) removeNamespace(namespace);
}

/** Namespaces of runs that ended without removing them. */
export function leftBehind(): string[] {
  if (whyNoNamespaces() !== null) return [];
  return run('ip', ['netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => {
      const maker = makerOf(name);
      return maker !== null && !isOurs(maker);
    });
}

/** Ends the processes in it, and removes it. */
export function removeNamespace(namespace: string): void {
  const pids = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8', timeout: COMMAND_MS });
  for (const pid of (pids.stdout ?? '').split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has already ended.
    }
  }
  spawnSync('ip', ['netns', 'delete', namespace], { timeout: COMMAND_MS });
}

function namespacesOf({ core, branches, hosts }: NetworkPlan): string[] {
  return [core, ...branches.map((each) => each.namespace), ...hosts.map((each) => each.namespace)];
}

/** Whether the process still runs and is an emulation: process numbers are reused. */
function isOurs(pid: number): boolean {
  try {
    return /emulate|lab/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    return false;
  }
}

function forward(namespace: string): void {
  run('ip', ['netns', 'exec', namespace, 'tee', '/proc/sys/net/ipv4/ip_forward'], '1');
}

function inNamespace(namespace: string, commands: string[]): void {
  run('ip', ['-n', namespace, '-batch', '-'], `${commands.join('\n')}\n`);
}

function hasNetem(): boolean {
  if (!hasCommand('tc')) return false;
  run('ip', ['netns', 'add', `${NETEM_PROBE}-${process.pid}`]);
  const args = ['-n', `${NETEM_PROBE}-${process.pid}`, 'qdisc', 'add', 'dev', 'lo', 'root', 'netem'];
  const { status } = spawnSync('tc', [...args, 'delay', '1ms'], { timeout: COMMAND_MS });
  spawnSync('ip', ['netns', 'delete', `${NETEM_PROBE}-${process.pid}`], { timeout: COMMAND_MS });
  return status === 0;
}

function hasCommand(name: string): boolean {
  return spawnSync(name, ['-V'], { stdio: 'ignore', timeout: COMMAND_MS }).error === undefined;
}

/** @throws LabError with the output of the command */
function run(command: string, args: string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    timeout: COMMAND_MS,
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? stderr.trim().split('\n')[0];
  throw new LabError(`${command} ${args.join(' ')}: ${reason}`);
}
