/**
 * Fields that filters accept and that never have a value, although tshark gives them one: over all captures of a folder,
 * the names in tshark's PDML are compared with those of our trees, file by file.
 *
 *   node scripts/silent-fields.ts DIR|FILE… [--all]
 *
 * Prints each such field with a file and tshark's count there. --all: also fields that neither has in any file, which
 * may be right. Exit status: 0 there are none, 1 there are some, 2 bad usage.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openCapture, unpack } from '../packages/capture/src/index.ts';
import {
  Dissector,
  fieldNamed,
  fieldNames,
  newFrame,
  type TreeNode,
  treeOf,
} from '../packages/dissect/src/index.ts';
import { findCaptures } from './compare/captures.ts';

/** Packets read of each file. */
const PACKETS_MAX = 2000;

/** How many packets of the file have the field in tshark's tree. */
async function theirs(path: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const args = ['-n', '-r', path, '-c', String(PACKETS_MAX), '-T', 'pdml'];
  const child = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const name = /^\s*<field name="([^"]+)"/.exec(line)?.[1];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

async function ours(path: string): Promise<Set<string>> {
  const names = new Set<string>();
  const source = await openCapture(path);
  const dissector = new Dissector({ unpack, timesConversations: true });
  dissector.session.interfaces = source.reader.interfaces;
  dissector.session.keyLog.watch(source.reader.secrets);
  const frame = newFrame();
  const visit = ({ name, children }: TreeNode): void => {
    names.add(name);
    children.forEach(visit);
  };
  try {
    for await (const _ of source.chunks())
      while (source.reader.next(frame) && frame.number <= PACKETS_MAX)
        treeOf(dissector.dissect(frame), { hidden: true }).forEach(visit);
  } finally {
    await source.close();
  }
  return names;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  });
  if (positionals.length === 0) {
    process.stderr.write('silent-fields: name a folder of captures, or files\n');
    return 2;
  }
  const silent = new Map<string, string>();
  const produced = new Set<string>();
  for (const { path } of findCaptures(positionals)) {
    const own = await ours(path).catch(() => null);
    if (own === null) continue;
    for (const name of own) produced.add(name);
    for (const [name, count] of await theirs(path))
      if (fieldNamed(name) !== undefined && !own.has(name) && !silent.has(name))
        silent.set(name, `${path} (${count} in tshark)`);
  }
  const found = [...silent].filter(([name]) => !produced.has(name)).sort();
  for (const [name, where] of found) process.stdout.write(`${name.padEnd(44)} ${where}\n`);
  if (values.all)
    for (const name of [...fieldNames()].sort())
      if (!produced.has(name) && !silent.has(name)) process.stdout.write(`${name}\n`);
  return found.length > 0 ? 1 : 0;
}

process.exitCode = await main();
