// Which of the user's peers a command means, and asking it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ControlError, callPeer, eyrieHome, meshFingerprint, peerFolder, peersIn } from '@eyrie/mesh';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import { stateOf } from './running.ts';

export const NO_PEER = 'there is no peer here yet: eyrie mesh init, or eyrie mesh join';

/**
 * The peer that was named, or EYRIE_PEER, or the only one there is.
 *
 * @param how one is named where there are several
 * @param remedy where the one that was named is not among those that are here
 * @throws UserError
 */
export function selectPeer(named: string | undefined, how = 'with --peer', remedy = ''): string {
  const all = peersIn(eyrieHome());
  const id = named ?? (process.env.EYRIE_PEER || undefined);
  if (id !== undefined) {
    if (all.includes(id)) return id;
    throw new UserError(
      `there is no peer ${id} here${all.length > 0 ? `, only ${all.join(', ')}${remedy}` : ': eyrie mesh init, or eyrie mesh join'}`,
    );
  }
  if (all.length === 1) return all[0]!;
  // One that was never let in is no other that could be meant.
  const members = all.filter((each) => meshFingerprint(peerFolder(eyrieHome(), each)) !== null);
  if (members.length === 1) return members[0]!;
  if (all.length === 0) throw new UserError(NO_PEER);
  throw new UserError(`there are more peers here: name one ${how} (${all.join(', ')})`, BAD_USAGE);
}

/** The remedy of `selectPeer` where a peer of that name may well be wanted. */
export const creation = (id: string | undefined) => `: eyrie mesh create ${id} makes it`;

/** The same for what only the authority can do: of several peers here, all of one mesh, the one that holds it. */
export function selectAuthority(named: string | undefined): string {
  const all = isFree(named) ? peersIn(eyrieHome()) : [];
  const holders = all.filter(holdsAuthority);
  if (all.length > 1 && holders.length === 0)
    throw new UserError('no peer here holds the authority: run this where the mesh was founded', FAILED);
  return holders.length === 1 && meshesOf(all).size === 1 ? holders[0]! : selectPeer(named);
}

/** For what any peer of a mesh answers alike: of several here, one that runs, if all that run are of one mesh. */
export async function selectAny(named: string | undefined): Promise<string> {
  const all = peersIn(eyrieHome());
  if (!isFree(named) || all.length < 2) return selectPeer(named);
  // One that hangs is none that runs, where another can be asked.
  const states = await Promise.all(all.map(stateOf));
  const running = all.filter((_, i) => states[i] === 'runs');
  if (running.length === 0) throw new UserError('no peer of this user runs: eyrie mesh start', FAILED);
  return meshesOf(running).size === 1 ? bestInformed(running) : selectPeer(named);
}

/** Not one that was revoked, and knows the mesh as it was then: the authority, if it is among them. */
export function bestInformed(ids: readonly string[]): string {
  return ids.find(holdsAuthority) ?? ids[0]!;
}

/** Those that wait to be let in are in none. */
function meshesOf(ids: readonly string[]): Set<string> {
  const meshes = ids.map((id) => meshFingerprint(peerFolder(eyrieHome(), id)));
  return new Set(meshes.filter((mesh) => mesh !== null));
}

function isFree(named: string | undefined): boolean {
  return (named ?? process.env.EYRIE_PEER ?? '') === '';
}

export function holdsAuthority(id: string): boolean {
  return existsSync(join(peerFolder(eyrieHome(), id), 'authority'));
}

type Parameters = Record<string, unknown>;

export function ask<T>(named: string | undefined, method: string, parameters?: Parameters): Promise<T> {
  return askPeer(selectPeer(named), method, parameters);
}

export function askAuthority<T>(
  named: string | undefined,
  method: string,
  parameters?: Parameters,
): Promise<T> {
  return askPeer(selectAuthority(named), method, parameters);
}

export async function askMesh<T>(
  named: string | undefined,
  method: string,
  parameters?: Parameters,
): Promise<T> {
  return askPeer(await selectAny(named), method, parameters);
}

export async function askPeer<T>(id: string, method: string, parameters: Parameters = {}): Promise<T> {
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

export function readWhole(text: string, option: string, max: number, min = 0): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max || value < min)
    throw new UserError(
      `${option} ${text}: must be a whole number ${min === 0 ? `up to ${max}` : `from ${min} to ${max}`}`,
    );
  return value;
}
