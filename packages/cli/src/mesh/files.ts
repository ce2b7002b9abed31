// Files between peers: eyrie share, get.
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { JobView, Offer } from '@eyrie/mesh';
import { FAILED, UserError } from '../errors.ts';
import { bar, ERASE_LINE } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { bytesText } from '../terminal/units.ts';
import { ask } from './select.ts';

const LOOK_MS = 100;
const BAR_WIDTH = 24;

interface Common {
  peer?: string;
  json?: boolean;
}

export async function share(
  path: string | undefined,
  options: Common & { name?: string; to?: string[]; stop?: string; captures?: boolean },
): Promise<void> {
  if (options.stop !== undefined) {
    await ask(options.peer, 'unshare', { name: options.stop });
    console.log(`${options.stop} is shared no longer.`);
    return;
  }
  if (path === undefined) {
    await listShares(options);
    return;
  }
  const full = resolve(path);
  const kind = statSync(full, { throwIfNoEntry: false });
  if (kind === undefined) throw new UserError(`${path}: no such file; check the name`);
  if (options.captures === true) return shareCaptures(full, options);
  if (!kind.isFile())
    throw new UserError(
      `${path} is not a file: pack a folder into one first, or share its captures with --captures`,
    );
  const name = options.name ?? basename(full);
  const { sizeBytes } = await ask<Offer>(options.peer, 'share', { path: full, name, to: options.to ?? [] });
  if (options.json === true) console.log(JSON.stringify({ name, sizeBytes }));
  else
    console.log(`${name} (${bytesText(sizeBytes)}) is shared with ${options.to?.join(', ') ?? 'all peers'}.`);
}

async function shareCaptures(
  path: string,
  options: Common & { name?: string; to?: string[] },
): Promise<void> {
  if (!statSync(path).isDirectory()) throw new UserError(`${path} is not a folder of captures`);
  const given = { path, name: options.name ?? basename(path), to: options.to ?? [], captures: true };
  const { name, captures } = await ask<{ name: string; captures: number }>(options.peer, 'share', given);
  if (options.json === true) return console.log(JSON.stringify({ name, captures }));
  const recipients = [...(options.to ?? []), 'those whom policy.toml allows "captures"'].join(', ');
  console.log(`The captures in ${path} (${captures} now) are offered to ${recipients}.`);
}

async function listShares(options: Common): Promise<void> {
  const all = await ask<{ name: string; path: string; to: string[]; isCaptures?: boolean }[]>(
    options.peer,
    'shares',
  );
  // A folder of captures is only for peers that are named here or allowed by the policy.
  const recipientsOf = (to: readonly string[], isCaptures: boolean) =>
    isCaptures ? [...to, 'by policy'].join(' ') : to.join(' ') || 'all';
  if (options.json === true) console.log(JSON.stringify(all, null, 2));
  else if (all.length === 0) console.log('Nothing is shared.');
  else
    console.log(
      table([
        ['NAME', 'TO', 'FILE'],
        ...all.map(({ name, to, path, isCaptures = false }) => [name, recipientsOf(to, isCaptures), path]),
      ]),
    );
}

export async function get(
  what: string,
  options: Common & { output?: string; force?: boolean },
): Promise<number> {
  const [from, name] = split(what);
  if (name === '') {
    await listOffers(from, options);
    return 0;
  }
  const path = resolve(options.output ?? basename(name));
  const target = existsSync(path) && statSync(path).isDirectory() ? join(path, basename(name)) : path;
  if (existsSync(target) && options.force !== true)
    throw new UserError(`${target} is there already: --force replaces it`, FAILED);
  const { id } = await ask<{ id: string }>(options.peer, 'get', { from, name, path: target });
  const view = await watch(id, options);
  if (view.error !== null) {
    const part = `${target}.part`;
    const kept = existsSync(part) ? `; ${part} is kept, and the same command goes on from there` : '';
    throw new UserError(`${from}: ${view.error}${kept}`, view.error === 'interrupted' ? 130 : FAILED);
  }
  if (options.json === true) console.log(JSON.stringify({ path: target, sizeBytes: view.totalBytes }));
  else
    console.log(
      `${target} (${bytesText(view.totalBytes)}${view.resumedBytes > 0 ? `, ${bytesText(view.resumedBytes)} were there` : ''})`,
    );
  return 0;
}

/** Draws a bar while it goes on; Ctrl-C stops it, and the next time it goes on from there. */
async function watch(id: string, options: Common): Promise<JobView> {
  const isDrawn = process.stderr.isTTY === true && options.json !== true;
  let cancel = false;
  const interrupt = () => {
    cancel = true;
  };
  process.once('SIGINT', interrupt);
  try {
    for (;;) {
      const view = await ask<JobView>(options.peer, 'job', { id, cancel });
      if (isDrawn) process.stderr.write(`${ERASE_LINE}${view.isDone ? '' : progressLine(view)}`);
      if (view.isDone) return view;
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function progressLine({ doneBytes, totalBytes }: JobView): string {
  const share = totalBytes === 0 ? 0 : doneBytes / totalBytes;
  return `${bar(share, BAR_WIDTH)} ${Math.floor(share * 100)} % of ${bytesText(totalBytes)}`;
}

async function listOffers(from: string, options: Common): Promise<void> {
  const all = await ask<Offer[]>(options.peer, 'offers', { from });
  if (options.json === true) console.log(JSON.stringify(all, null, 2));
  else if (all.length === 0) console.log(`${from} offers nothing to this peer.`);
  else
    console.log(table([['NAME', 'SIZE'], ...all.map(({ name, sizeBytes }) => [name, bytesText(sizeBytes)])]));
}

function split(what: string): [string, string] {
  const at = what.indexOf('/');
  return at < 0 ? [what, ''] : [what.slice(0, at), what.slice(at + 1)];
}
