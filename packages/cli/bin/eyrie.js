#!/usr/bin/env node
// Starts `eyrie` on Node 24, whichever Node was asked to run this file. Plain JavaScript of an old
// kind, so that an old Node gets far enough to find the right one.

import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';

const NODE_MAJOR_MIN = 24;
const bundleFolder = fileURLToPath(new URL('../.bundle', import.meta.url));
const root = join(bundleFolder, '../../..');

/**
 * Tells glibc to ask the kernel for pages of 2 MiB where it takes much memory at once, as the snapshot's 15 MB: an
 * eighth off the processor time of a start; and to give back what was 4 MiB and longer. Left to itself it would keep the
 * places of tables that have grown since: 30 MB with 100,000 conversations. Another C library knows nothing of it.
 */
const TABLES = {
  GLIBC_TUNABLES:
    'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4194304:glibc.malloc.trim_threshold=16777216',
};

/**
 * Tells glibc to take what is 32 KiB and longer from the kernel, and to give it back: of the buffers that a thousand links
 * once filled it would keep a hundred megabytes.
 */
const LEAN = { GLIBC_TUNABLES: 'glibc.malloc.mmap_threshold=32768' };

// os.homedir() takes an empty one as it stands: keys would be written below the current folder.
if (process.env.HOME === '') delete process.env.HOME;

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) start();
else import('./newer-node.js').then((other) => other.startOnNewerNode(NODE_MAJOR_MIN));

/**
 * Loads the program: the bundle, which starts three times as fast as what it was made of; where that has changed since, or
 * there is none, the sources, or in a published package, which has no src, the built files.
 */
function start() {
  if (process.argv[2] === 'read') becomeSnapshot();
  if (process.argv[2] === 'emulate') becomeLean();
  // Node keeps what it stripped and compiled: a start takes a third of the time. A folder that cannot be
  // written only means no saving.
  const compiled = join(cacheFolder(), 'compile');
  if (makeFolder(compiled)) module.enableCompileCache(compiled);
  const [source, bundle] = ['../src/run.ts', '../.bundle/run.mjs'].map(
    (path) => new URL(path, import.meta.url),
  );
  if (existsSync(source)) import(factsOf('sources.json') === null ? source.href : bundle.href);
  else import(existsSync(bundle) ? bundle.href : new URL('../dist/run.js', import.meta.url).href);
}

/**
 * Goes on as a Node that begins with the program in its memory (take-snapshot.js): that takes a third of the time.
 * Comes back where there is no snapshot that this Node can start from, where somebody told Node to do otherwise, and
 * with --debug, since names in the snapshot are shortened.
 */
function becomeSnapshot() {
  if (process.execve === undefined || process.execArgv.length > 0 || process.env.NODE_OPTIONS) return;
  if (process.argv.includes('--debug')) return;
  const blob = join(bundleFolder, 'read.blob');
  const facts = factsOf('read.json');
  // Made by another version, or on another kind of processor: Node would refuse it, and not come back.
  if (facts?.made !== `${process.version} ${cachedDataVersionTag()}`) return;
  if (statSync(blob, { throwIfNoEntry: false })?.size !== facts.bytes) return;
  const args = [...(facts.flags ?? []), '--snapshot-blob', blob, ...process.argv.slice(1)];
  process.execve(process.execPath, [process.execPath, ...args], { ...TABLES, ...process.env });
}

/** Goes on as a process that takes memory as LEAN says; where that cannot be, it stays as it is. */
function becomeLean() {
  if (process.execve === undefined || process.platform !== 'linux' || process.env.GLIBC_TUNABLES) return;
  const args = [...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, [process.execPath, ...args], { ...process.env, ...LEAN });
}

/** What stands beside something that was bundled; null when a source is no longer as it was then. */
function factsOf(name) {
  try {
    const facts = JSON.parse(readFileSync(join(bundleFolder, name), 'utf8'));
    const isFresh = facts.sources.every(([path, time, size]) => {
      // Not join(): there are 850 of them, and it would take as long as the question itself.
      const now = statSync(`${root}/${path}`);
      return now.mtimeMs === time && now.size === size;
    });
    return isFresh ? facts : null;
  } catch {
    return null;
  }
}

/** Whether the folder is there now. Node itself would try without end where none can be made, as under /proc. */
function makeFolder(path) {
  if (existsSync(path)) return true;
  if (dirname(path) === path || !makeFolder(dirname(path))) return false;
  try {
    mkdirSync(path);
  } catch {
    // Another process may have made it meanwhile.
  }
  return existsSync(path);
}

/** Node would take the system's temporary folder, where other users can write: not for code that we run. */
function cacheFolder() {
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA || homedir(), 'eyrie', 'cache');
  // A relative path is ignored (XDG Base Directory 0.8 §3).
  const base = process.env.XDG_CACHE_HOME || '';
  return join(isAbsolute(base) ? base : join(homedir(), '.cache'), 'eyrie');
}
