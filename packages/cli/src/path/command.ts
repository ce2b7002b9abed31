// `eyrie path A B`: delay, loss and routers between two capture files, or two peers.
import { existsSync } from 'node:fs';
import { PEER_ID } from '@eyrie/mesh';
import { comparePaths, fileSightings, type PeerPath } from '@eyrie/services/path';
import { FAILED, UserError } from '../errors.ts';
import { pathFrom } from '../pipeline/config.ts';
import { userError } from '../pipeline/user-error.ts';
import { textOf } from './text.ts';

export interface PathOptions {
  readonly peer?: string;
  readonly json?: boolean;
}

export async function path(first: string, second: string, options: PathOptions): Promise<number> {
  const isFile = [first, second].map((name) => existsSync(pathFrom(name)));
  const isOfFiles =
    isFile.includes(true) || [first, second].some((name) => !PEER_ID.test(name) || isCapture(name));
  const answer = await (isOfFiles ? betweenFiles(first, second) : betweenPeers(first, second, options.peer));
  console.log(options.json === true ? JSON.stringify(answer, null, 2) : textOf(answer));
  return answer.forth.matched + answer.back.matched > 0 ? 0 : FAILED;
}

async function betweenFiles(first: string, second: string): Promise<PeerPath> {
  for (const name of [first, second])
    if (!existsSync(pathFrom(name))) throw new UserError(`${name}: no such file; check the name`);
  const [a, b] = await Promise.all([first, second].map((name) => fileSightings(pathFrom(name)))).catch(
    userError,
  );
  for (const [name, { problem }] of [[first, a!] as const, [second, b!] as const])
    if (problem !== null) console.error(`eyrie: ${name}: ${problem}`);
  return { from: first, to: second, uncertaintyMs: null, ...comparePaths(a!.sightings, b!.sightings) };
}

async function betweenPeers(from: string, to: string, peer: string | undefined): Promise<PeerPath> {
  const { askMesh } = await import('../mesh/select.ts');
  return askMesh<PeerPath>(peer, 'path', { from, to });
}

/** A name of a peer may have dots too. */
function isCapture(name: string): boolean {
  return /\.(pcap|pcapng|cap|snoop)(\.gz|\.zst)?$/.test(name);
}
