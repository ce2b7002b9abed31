// What this process knows of the messages it is sending to one receiver.

import type { Cancel } from '../runtime.ts';
import type { Queue } from './outbox.ts';

export interface Sending {
  attempts: number;
  sentUpTo: number;
  /** When the shared secret was last replaced because the receiver reported that it has lost it. */
  renewedMs: number;
  /** Messages up to this number are left with `holders`. */
  leftUpTo: number;
  leaveAgainMs: number;
  readonly holders: Set<string>;
  cancelRetry: Cancel | null;
  /**
   * The receiver confirmed in this run that it took no number that an earlier run did not give. Otherwise this folder is an
   * old copy, and the receiver would take new messages for known ones.
   */
  isInStep: boolean;
  renumberedMs: number;
  /** The highest number left with holders in this run: receipts up to it may be for what they delivered. */
  heldUpTo: number;
  /** The epoch in use, and the first message that waited when it began: the receiver had taken all before. */
  epoch: string;
  epochFrom: number;
  /** The receiver's last reason for not taking a message; not authenticated. */
  problem: string;
}

export function newSending(): Sending {
  const renewedMs = Number.NEGATIVE_INFINITY;
  return {
    attempts: 0,
    sentUpTo: 0,
    renewedMs,
    leftUpTo: 0,
    leaveAgainMs: 0,
    holders: new Set(),
    isInStep: false,
    renumberedMs: Number.NEGATIVE_INFINITY,
    heldUpTo: 0,
    epoch: '',
    epochFrom: 0,
    cancelRetry: null,
    problem: '',
  };
}

/** Whether only numbers of this run wait in a stream of earlier ones, whose end the receiver has not confirmed yet. */
export function isUnproved({ ownFrom, waiting }: Queue, { isInStep }: Sending): boolean {
  return !isInStep && ownFrom > 1 && (waiting[0]?.sequence ?? 0) >= ownFrom;
}
