// Is the clock right? Asks the local time service, and compares with the configured servers or --time-server.
import { spawnSync } from 'node:child_process';
import { TimeKeeper } from '@eyrie/clock';
import { askRepeatedly } from '../../time/compare.ts';
import { sourcesOf } from '../../time/sources.ts';
import { offsetText } from '../../time/text.ts';
import { type Finding, ok, warn, wrong } from '../check.ts';

/** Certificates of a mesh are valid from a minute before their creation. */
const OFFSET_WRONG_S = 60;
const OFFSET_WARN_S = 0.5;
const TIMEOUT_MS = 5000;
/** A clock before this was never set (it starts in 1970): it would reject all certificates as not yet valid. */
const YEAR_MIN = 2026;

export async function clockFindings(servers: readonly string[], nts: boolean): Promise<Finding[]> {
  const year = new Date().getUTCFullYear();
  if (year < YEAR_MIN)
    return [
      wrong('clock', `says it is ${year}`, 'set it: certificates are not valid yet; then keep it by chrony'),
    ];
  return servers.length === 0 ? [keeper()] : [await compared(servers, nts)];
}

async function compared(servers: readonly string[], nts: boolean): Promise<Finding> {
  const sources = sourcesOf(servers, { nts });
  await Promise.all(sources.map((source) => askRepeatedly(source, 2)));
  return judged(new TimeKeeper(sources).verdict().offset);
}

/** @param offset seconds by which the servers are ahead of this clock; null: they disagree, or do not answer */
export function judged(offset: number | null): Finding {
  const keep = 'keep it by chrony or systemd-timesyncd; eyrie never sets it';
  if (offset === null) return warn('clock', 'the time servers gave no time', 'look with: eyrie time SERVER…');
  const found = `the servers are ${offsetText(offset)} from it`;
  if (Math.abs(offset) >= OFFSET_WRONG_S) return wrong('clock', found, keep);
  return Math.abs(offset) >= OFFSET_WARN_S ? warn('clock', found, keep) : ok('clock', found);
}

function keeper(): Finding {
  const ask = 'compare it: eyrie doctor --time-server HOST';
  if (process.platform !== 'linux') return ok('clock', `${new Date().toISOString()}; not compared. ${ask}`);
  const chrony = run('chronyc', '-c', 'tracking');
  const isSet = chrony.text !== null && !/^00000000,|Not synchronised/.test(chrony.text);
  if (isSet) return ok('clock', 'kept by chrony');
  if (run('timedatectl', 'show', '-p', 'NTPSynchronized', '--value').text === 'yes')
    return ok('clock', 'kept by systemd');
  return unkept(chrony, ask);
}

/** @param chrony its own status report */
export function unkept({ isInstalled, text }: Result, ask: string): Finding {
  if (!isInstalled)
    return warn('clock', 'no program here synchronizes the clock', `install chrony, or ${ask}`);
  return text === null
    ? warn('clock', 'chrony is installed, but does not run', `systemctl enable --now chronyd, or ${ask}`)
    : warn('clock', 'chrony runs, but has no time from any server', `look with: chronyc sources, or ${ask}`);
}

interface Result {
  readonly isInstalled: boolean;
  /** Null: it did not answer, or failed. */
  readonly text: string | null;
}

function run(program: string, ...args: string[]): Result {
  const { status, stdout, error } = spawnSync(program, args, { encoding: 'utf8', timeout: TIMEOUT_MS });
  const isInstalled = (error as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT';
  return { isInstalled, text: status === 0 ? stdout.trim() : null };
}
