#!/usr/bin/env node
// Starts `eyrie` on Node 24, whichever Node was asked to run this file. Plain JavaScript of an old
// kind, so that an old Node gets far enough to find the right one.

import { existsSync, readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const NODE_MAJOR_MIN = 24;

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) start();
else import('./newer-node.js').then((other) => other.startOnNewerNode(NODE_MAJOR_MIN));

/**
 * Loads the program: in a checkout what scripts/bundle.js made of the sources, or the sources where they have changed
 * since; in a published package, which has no src, the built files.
 */
function start() {
  // Node keeps what it stripped and compiled: a start takes a third of the time. A folder that cannot be
  // written only means no saving.
  module.enableCompileCache(join(cacheFolder(), 'compile'));
  const [source, bundle] = ['../src/run.ts', '../.bundle/run.mjs'].map(
    (path) => new URL(path, import.meta.url),
  );
  if (!existsSync(source)) import(new URL('../dist/run.js', import.meta.url).href);
  else import(isFresh() ? bundle.href : source.href);
}

/** Is every source as it was when the bundle was made? */
function isFresh() {
  try {
    const root = new URL('../../../', import.meta.url);
    const sources = JSON.parse(readFileSync(new URL('../.bundle/sources.json', import.meta.url), 'utf8'));
    return sources.every(([path, time, size]) => {
      const now = statSync(new URL(path, root));
      return now.mtimeMs === time && now.size === size;
    });
  } catch {
    return false;
  }
}

/** Node would take the system's temporary folder, where other users can write: not for code that we run. */
function cacheFolder() {
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA || homedir(), 'eyrie', 'cache');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eyrie');
}
