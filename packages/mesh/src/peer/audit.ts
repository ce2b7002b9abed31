// The audit log: which measure was decided against which peer, by whom and why. Append-only, one JSON object per line.

import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Step } from '../members/measures.ts';
import { makeFolder } from './make-folder.ts';

export interface AuditEntry {
  /** ISO 8601. */
  time: string;
  action: Step | 'release' | 'revoke' | 'advise' | 'refuse' | 'block' | 'unblock';
  peer: string;
  /** An operator's command, the automatic response policy, or the peer that leaves for good. */
  by: 'operator' | 'policy' | 'itself';
  reason: string;
  /** ISO 8601; null if the measure does not expire. */
  until: string | null;
  /** The findings on which a policy acted. */
  evidence?: readonly { rule: string; witness: string; summary: string }[];
}

export type Audit = (entry: AuditEntry) => void;

const BYTES_MAX = 10_000_000;
const KEPT = 5;

/** Rotates the file beyond `BYTES_MAX` (to `.1`, `.2` …) and keeps `KEPT` older ones. @throws the error of the file system */
export function auditTo(path: string): Audit {
  return (entry) => {
    makeFolder(dirname(path), 0o700);
    if (sizeOf(path) > BYTES_MAX) rotate(path);
    appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  };
}

function rotate(path: string): void {
  for (let i = KEPT - 1; i >= 0; i--) {
    const from = i === 0 ? path : `${path}.${i}`;
    if (sizeOf(from) > 0) renameSync(from, `${path}.${i + 1}`);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
