// Certificates of the peers that live here: how long they, and the roots that they trust, are good.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  eyrieHome,
  FolderStorage,
  isComplete,
  peerFolder,
  peersIn,
  readStanding,
  type Standing,
  systemRuntime,
} from '@eyrie/mesh';
import { PassphraseError } from '@eyrie/mesh/sealed';
import { durationText } from '../../terminal/units.ts';
import { type Finding, ok, warn, wrong } from '../check.ts';

/** A running peer renews at half the life of its certificate. */
const RENEWS_AT = 0.5;
const ROOT_WARN_MS = 30 * 86_400_000;

export function certificateFindings(nowMs = Date.now()): Finding[] {
  return peersIn(eyrieHome())
    .filter((id) => isComplete(new FolderStorage(peerFolder(eyrieHome(), id))))
    .flatMap((id) => {
      try {
        return [leaf(id, pemOf(id), nowMs), ...roots(id, nowMs)];
      } catch (error) {
        const reason = (error as Error).message.split('\n')[0]!;
        return [wrong(`certificate of peer ${id}`, reason, 'join anew: eyrie mesh join --help')];
      }
    });
}

function pemOf(id: string): Buffer {
  return readFileSync(join(peerFolder(eyrieHome(), id), 'peer.crt'));
}

export function leaf(id: string, pem: Buffer, nowMs: number): Finding {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  const check = `certificate of peer ${id}`;
  const leftMs = validToDate.getTime() - nowMs;
  if (nowMs < validFromDate.getTime())
    return wrong(check, `is good from ${validFromDate.toISOString()} on`, 'set the clock of this machine');
  if (leftMs <= 0)
    return warn(
      check,
      `ended ${durationText(-leftMs / 1000)} ago`,
      `eyrie mesh start ${id} renews it while the mesh remembers the peer; else: eyrie mesh join`,
    );
  const life = validToDate.getTime() - validFromDate.getTime();
  const found = `good for ${durationText(leftMs / 1000)}`;
  if (leftMs < (life * RENEWS_AT) / 2)
    return warn(
      check,
      found,
      `it should have renewed itself: is the peer running, and one that holds the authority?`,
    );
  return ok(check, `${found}; renews itself at half its life`);
}

function roots(id: string, nowMs: number): Finding[] {
  const check = `root that peer ${id} trusts`;
  const standing = readable(id);
  if (standing === null)
    return [warn(check, 'its keys are under a passphrase', 'set EYRIE_PASSPHRASE to look')];
  const ends = standing.roster.roots.map((der) => new X509Certificate(der).validToDate.getTime());
  const leftMs = Math.max(...ends) - nowMs;
  const advice = 'on the peer that holds the authority: eyrie mesh ca rotate';
  if (leftMs <= 0) return [wrong(check, 'has ended', advice)];
  const found = `good for ${durationText(leftMs / 1000)}`;
  return [leftMs < ROOT_WARN_MS ? warn(check, found, advice) : ok(check, found)];
}

/** Null: its keys are under a passphrase. @throws FolderError if a file is damaged */
function readable(id: string): Standing | null {
  try {
    return readStanding(new FolderStorage(peerFolder(eyrieHome(), id)), systemRuntime()).standing;
  } catch (error) {
    if (error instanceof PassphraseError) return null;
    throw error;
  }
}
