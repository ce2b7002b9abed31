// Where an emulation runs: hosts as processes in namespaces, or as threads of this process on loopback.

import { LabError } from '../errors.ts';
import type { Hosted } from '../hosting/calls.ts';
import type { Host, HostCalls, HostOptions } from '../hosting/host.ts';
import { startHostThread } from '../hosting/host-thread.ts';
import { startProcess } from '../hosting/process.ts';
import {
  leftBehind,
  makeNetwork,
  removeNamespace,
  removeNetwork,
  type Shapers,
  type Shaping,
  shapeNetwork,
  shapersFor,
  whyNoNamespaces,
} from './namespaces.ts';
import { planNetwork } from './plan.ts';

export interface StageOptions extends Shaping {
  /** 0: loopback. */
  hosts: number;
  /** On loopback. */
  threads: number;
  peers: number;
  seed: number;
  /** Time between two measurements of a peer. */
  intervalMs: number;
  /** In namespaces: command of a program that calls `serveHost` with the appended argument. */
  hostCommand: string[];
}

export interface Stage {
  hosts: HostCalls[];
  shapers: Shapers;
  /** Removes everything. To be called after errors too. */
  end(): Promise<void>;
}

export function openStage(options: StageOptions, note: (line: string) => void): Stage {
  return options.hosts === 0 ? openLoopback(options, note) : openNamespaces(options, note);
}

function openLoopback(options: StageOptions, note: (line: string) => void): Stage {
  const shapers = shapersFor(options, false);
  if (shapers.delay !== 'none' || shapers.loss !== 'none')
    note(
      'On loopback the links themselves delay and lose: a lost segment comes after 200 ms, as TCP repeats it.',
    );
  const threads = Math.min(options.threads, options.peers);
  const hosts = Array.from({ length: threads }, (_, h) =>
    startHostThread(hostOptions(options, shapers, `thread ${h}`, '127.0.0.1', h)),
  );
  const end = async () => {
    await Promise.all(hosts.map((each) => each.end()));
  };
  return { hosts: hosts.map(({ calls }) => calls), shapers, end };
}

/** @throws LabError */
function openNamespaces(options: StageOptions, note: (line: string) => void): Stage {
  const why = whyNoNamespaces();
  if (why !== null) throw new LabError(`${why}; without --hosts the peers run on loopback`);
  const removed = clean();
  if (removed > 0) note(`Removed ${removed} namespaces that an earlier run left behind.`);
  const shapers = shapersFor(options, true);
  if (shapers.delay === 'links' || shapers.loss === 'links' || shapers.loss === 'nftables')
    note(
      `This kernel has no netem: ${[
        shapers.loss === 'nftables' ? 'nftables drops packets' : '',
        shapers.loss === 'links' ? 'the links themselves lose' : '',
        shapers.delay === 'links' ? 'the links themselves delay' : '',
      ]
        .filter((part) => part !== '')
        .join(', ')}.`,
    );
  const plan = planNetwork(process.pid, options.hosts);
  const processes: Hosted<Host>[] = [];
  const end = async () => {
    await Promise.all(processes.map((each) => each.end()));
    removeNetwork(plan);
  };
  // Also if this process ends early: the hosts end with it, and the namespaces are removed.
  const removeAtExit = () => removeNetwork(plan);
  process.once('exit', removeAtExit);
  const endOnce = async () => {
    await end();
    process.removeListener('exit', removeAtExit);
  };
  try {
    makeNetwork(plan);
    shapeNetwork(plan, options, shapers);
    plan.hosts.forEach(({ namespace, address }, h) => {
      processes.push(
        startProcess(options.hostCommand, namespace, hostOptions(options, shapers, `host ${h}`, address, h)),
      );
    });
  } catch (error) {
    removeNetwork(plan);
    process.removeListener('exit', removeAtExit);
    throw error;
  }
  return { hosts: processes.map((each) => each.calls), shapers, end: endOnce };
}

function hostOptions(
  { delayMs, lossRate, seed, peers, intervalMs }: StageOptions,
  shapers: Shapers,
  name: string,
  address: string,
  h: number,
): HostOptions {
  return {
    name,
    address,
    delayMs: shapers.delay === 'links' ? delayMs : 0,
    lossRate: shapers.loss === 'links' ? lossRate : 0,
    seed: seed * 1_000 + h,
    peers,
    intervalMs,
  };
}

/** Removes what interrupted runs left behind; returns the number of namespaces. */
export function clean(): number {
  const names = leftBehind();
  for (const name of names) removeNamespace(name);
  return names.length;
}
