// What the mesh takes from outside, so that the same code runs on real machines and on a virtual clock.

import { randomBytes, randomInt } from 'node:crypto';
import { HostClock, type LocalClock, type SleepingMachine, Slept } from '@eyrie/clock/mesh';
import { Timers } from './timers.ts';

/** Cancels what was scheduled. Calling it twice, or too late, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Wall clock, in milliseconds since 1970. It may jump. */
  nowMs(): number;
  /** Monotonic, in milliseconds since an arbitrary moment; it also counts the time that the machine sleeps. */
  elapsedMs(): number;
  /** Runs `action` once, after `delayMs` at the earliest. */
  after(delayMs: number, action: () => void): Cancel;
  /** The same two clocks at full resolution, for comparing clocks; without it, milliseconds have to do. */
  readonly fine?: LocalClock;
}

export interface Random {
  /** 0 <= fraction < 1. For choices and jitter, never for keys. */
  fraction(): number;
  /** Cryptographically secure bytes (on a virtual clock: bytes that follow from the seed). */
  bytes(length: number): Uint8Array;
}

/** One line for the log: what happened, and the values that say where. */
export type Log = (level: 'debug' | 'info' | 'warn', message: string, values?: LogValues) => void;
export type LogValues = Record<string, string | number | boolean>;

export interface Runtime {
  clock: Clock;
  random: Random;
  log: Log;
}

let hostClock: HostClock | null = null;

/**
 * Elapsed time, sleep included: without that, a laptop that slept for an hour would take what it heard before for recent,
 * and would not notice the gap in what it has recorded.
 */
export function elapsedClock(counterMs: () => number, machine?: SleepingMachine): () => number {
  const slept = new Slept(counterMs(), machine);
  return () => {
    const nowMs = counterMs();
    return nowMs + slept.at(nowMs);
  };
}

const timers = new Timers();
const elapsedMs = elapsedClock(() => performance.now());

export const systemRandom: Random = {
  fraction: () => randomInt(2 ** 47) / 2 ** 47,
  bytes: (length) => randomBytes(length),
};

/** A timer's action that throws is logged: a disk that is full for a moment must not end a peer. */
export function systemRuntime(log: Log = () => {}): Runtime {
  const failed = (error: unknown) =>
    log('warn', 'something that was due failed', { message: (error as Error).message });
  const clock: Clock = {
    /** Shared by all peers of a process: reading the date at full resolution costs a millisecond now and then. */
    get fine() {
      hostClock ??= new HostClock();
      return hostClock;
    },
    nowMs: () => Date.now(),
    elapsedMs,
    after: (delayMs, action) => timers.after(delayMs, action, failed),
  };
  return { clock, random: systemRandom, log };
}

/** The clocks of a runtime at the best resolution it has. */
export function fineClock({ fine, elapsedMs, nowMs }: Clock): LocalClock {
  return (
    fine ?? {
      steadyNs: () => BigInt(Math.round(elapsedMs() * 1e6)),
      wallNs: () => BigInt(Math.round(nowMs() * 1e6)),
    }
  );
}

/** `ms` ± 25 %, so that many peers never act in step. */
export function jittered(random: Random, ms: number): number {
  return ms * (0.75 + random.fraction() / 2);
}

/** Runs `action` every `intervalMs`, jittered, until cancelled. */
export function every({ clock, random }: Runtime, intervalMs: number, action: () => void): Cancel {
  let cancel = clock.after(jittered(random, intervalMs), function again() {
    cancel = clock.after(jittered(random, intervalMs), again);
    action();
  });
  return () => cancel();
}

/**
 * Batches work: `action` runs soon after a quiet time, and at most every `busyMs` while there is much to do. On a machine
 * that falls behind it runs less often, so that many peers on a slow one do not drown in their own updates.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #soonMs: number;
  readonly #busyMs: number;
  readonly #action: () => void;
  #lateMs = 0;
  #ranMs = Number.NEGATIVE_INFINITY;
  #dueMs = 0;
  #cancel: Cancel | null = null;

  constructor(clock: Clock, soonMs: number, busyMs: number, action: () => void) {
    this.#clock = clock;
    this.#soonMs = soonMs;
    this.#busyMs = busyMs;
    this.#action = action;
  }

  /** @param isUrgent runs soon, even when it ran a moment ago */
  soon(isUrgent = false): void {
    const nowMs = this.#clock.elapsedMs();
    const pauseMs = Math.min(this.#busyMs + LATENESS * this.#lateMs, LATENESS * this.#busyMs);
    const waitMs = isUrgent ? this.#soonMs : Math.max(this.#soonMs, this.#ranMs + pauseMs - nowMs);
    if (this.#cancel !== null && this.#dueMs <= nowMs + waitMs) return;
    this.#cancel?.();
    this.#dueMs = nowMs + waitMs;
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#lateMs = Math.max(0, this.#clock.elapsedMs() - this.#dueMs);
      this.now();
    });
  }

  get isWaiting(): boolean {
    return this.#cancel !== null;
  }

  now(): void {
    this.cancel();
    this.#ranMs = this.#clock.elapsedMs();
    this.#action();
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

/** Each millisecond that a timer fires late makes the next wait so many longer, up to so many times the usual wait. */
const LATENESS = 8;

/** Up to `count` members of `all`, each as likely as the others. */
export function sample<T>(random: Random, all: readonly T[], count: number): T[] {
  const rest = all.slice();
  const chosen: T[] = [];
  while (chosen.length < count && rest.length > 0) {
    chosen.push(rest.splice(Math.floor(random.fraction() * rest.length), 1)[0]!);
  }
  return chosen;
}
