// Which of the user's peers a command means, and asking it.
import { ControlError, callPeer, eyrieHome, peerFolder, peersIn } from '@eyrie/mesh';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';

/** The peer that was named, or EYRIE_PEER, or the only one there is. */
export function selectPeer(named: string | undefined): string {
  const all = peersIn(eyrieHome());
  const id = named ?? (process.env.EYRIE_PEER || undefined);
  if (id !== undefined) {
    if (all.includes(id)) return id;
    throw new UserError(
      `there is no peer ${id} here${all.length > 0 ? `, only ${all.join(', ')}` : ': see eyrie mesh join --help'}`,
    );
  }
  if (all.length === 1) return all[0]!;
  if (all.length === 0)
    throw new UserError('there is no peer here yet: eyrie mesh init, or eyrie mesh join', FAILED);
  throw new UserError(`there are more peers here: name one with --peer (${all.join(', ')})`, BAD_USAGE);
}

export async function ask<T>(
  named: string | undefined,
  method: string,
  parameters: Record<string, unknown> = {},
): Promise<T> {
  const id = selectPeer(named);
  try {
    return (await callPeer(peerFolder(eyrieHome(), id), method, parameters)) as T;
  } catch (error) {
    if (error instanceof ControlError) throw new UserError(`${id}: ${error.message}`, FAILED);
    throw error;
  }
}

/** 15m, 24h, 7d, 90s, 250ms; in milliseconds. */
export function readTime(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
  if (match === null || unitMs === undefined)
    throw new UserError(`${option} ${text}: write a time as 90s, 15m, 24h or 7d`);
  return Number(match[1]) * unitMs;
}

export function readWhole(text: string, option: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new UserError(`${option} ${text}: must be a whole number up to ${max}`);
  return value;
}

/** Rows in columns that fit what is in them. */
export function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
