// Wireshark's tools as reference for what we read, over a folder of real captures, and for what we write.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { encapTypeOf, type Frame, newFrame } from '@eyrie/dissect/files';
import { capturesFolder, requireCaptures, requireTool } from '../../../test/support/tools.ts';
import { CaptureError, createCapture, openCapture } from '../src/index.ts';
import { folderFor } from './support.ts';

const run = promisify(execFile);
const skip = requireTool('tshark') || requireTool('capinfos') || requireCaptures();

/** Magic of the most common format, little-endian pcap in microseconds; others are compared packet by packet. */
const USUAL_MAGIC = 'd4c3b2a1';

function captures(): string[] {
  const folder = capturesFolder()!;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && /\.(pcap|pcapng|snoop|gz|trace)$/.test(entry.name),
  );
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Two at a time, and a limited number of each kind: tshark takes a quarter of a second to start. */
async function forEachUnusual(perKind: number, look: (path: string) => Promise<void>): Promise<void> {
  const kinds = Map.groupBy(captures(), magicOf);
  kinds.delete(USUAL_MAGIC);
  const files = [...kinds.values()].flatMap((paths) => paths.slice(0, perKind));
  const take = async () => {
    for (let path = files.pop(); path !== undefined; path = files.pop()) await look(path);
  };
  await Promise.all([take(), take()]);
}

function magicOf(path: string): string {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(4);
  readSync(file, bytes);
  closeSync(file);
  return bytes.toString('hex');
}

/** The output of a program; a non-zero exit status depends on the file and is ignored. */
async function printed(command: string, args: string[]): Promise<string> {
  const ran = run(command, args, { maxBuffer: 1 << 28 });
  return (await ran.catch((error: { stdout: string }) => error)).stdout;
}

function time({ hasTime, seconds, nanoseconds }: Frame): string {
  return hasTime ? `${seconds}.${String(nanoseconds).padStart(9, '0')}` : '';
}

/** Fields that a copy preserves; the last one stands for the bytes. */
const KEPT = ['number', 'time_epoch', 'cap_len', 'len', 'encap_type', 'comment', 'md5_hash'];
const FIELDS = [...KEPT, 'interface_id'];

async function linesOf(path: string): Promise<string[]> {
  const source = await openCapture(path);
  const lines: string[] = [];
  const frame = newFrame();
  for await (const reader of source.chunks()) {
    while (reader.next(frame)) {
      const { number, start, end, wireLength, linkType } = frame;
      const interfaceId = frame.interfaceId < 0 ? '' : frame.interfaceId;
      const values = [number, time(frame), end - start, wireLength, encapTypeOf(linkType) ?? '', interfaceId];
      lines.push(values.join('\t'));
    }
  }
  return lines;
}

/** The fields of each packet, by tshark. */
async function tsharkRows(path: string): Promise<string[][]> {
  const chosen = FIELDS.flatMap((name) => ['-e', `frame.${name}`]);
  const hashed = ['-o', 'frame.generate_md5_hash:TRUE'];
  const text = await printed('tshark', ['-n', ...hashed, '-r', path, '-T', 'fields', ...chosen]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

const known = new Map<string, Promise<string[][]>>();

/** Cached, because two tests need the same captures. */
function rowsOf(path: string): Promise<string[][]> {
  const rows = known.get(path) ?? tsharkRows(path);
  known.set(path, rows);
  return rows;
}

const kept = (row: readonly string[]): readonly string[] => row.slice(0, KEPT.length);

test('packet count, bytes, first and last time equal those of capinfos for every capture', {
  skip,
}, async () => {
  const files = captures();
  const table = await printed('capinfos', ['-T', '-r', '-m', '-c', '-d', '-S', '-a', '-e', ...files]);
  const judged = new Map<string, string[]>();
  for (const line of table.split('\n')) {
    const [path, ...values] = line.split(',');
    if (path) judged.set(path, values);
  }
  assert.ok(judged.size > 0.9 * files.length, 'capinfos says something about nearly every file');
  for (const path of files) {
    const expected = judged.get(path);
    if (expected === undefined) continue;
    const source = await openCapture(path);
    const frame = newFrame();
    let bytes = 0;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for await (const reader of source.chunks()) {
      while (reader.next(frame)) {
        bytes += frame.wireLength;
        if (!frame.hasTime) continue;
        first = Math.min(first, frame.seconds + frame.nanoseconds / 1e9);
        last = Math.max(last, frame.seconds + frame.nanoseconds / 1e9);
      }
    }
    const [count, size, start, end] = expected;
    assert.deepEqual([source.reader.frameCount, bytes], [Number(count), Number(size)], path);
    // capinfos misreads times beyond 2^32 seconds.
    if (start === 'n/a' || Number(start) > 2 ** 32) continue;
    assert.ok(Math.abs(first - Number(start)) < 1e-5, `${path}: first ${first}, not ${start}`);
    assert.ok(Math.abs(last - Number(end)) < 1e-5, `${path}: last ${last}, not ${end}`);
  }
});

test('every packet of the unusual captures equals tshark’s', { skip }, async () => {
  await forEachUnusual(20, async (path) => {
    const judged = (await rowsOf(path)).map((row) => [...row.slice(0, 5), row.at(-1)].join('\t'));
    assert.deepEqual(await linesOf(path), judged, path);
  });
});

test('tshark reads our output as it reads the original', { skip }, async (t) => {
  const folder = folderFor(t);
  /** A pcapng file may have many sections: the copies are read as one file. */
  const sections = join(folder, 'sections.pcapng');
  const paths: string[] = [];
  await forEachUnusual(4, async (path) => {
    const copy = join(folder, `${basename(path)}.copy.pcap`);
    if (await copied(path, copy))
      assert.deepEqual((await tsharkRows(copy)).map(kept), (await rowsOf(path)).map(kept), `${path} as pcap`);
    const section = `${copy}ng`;
    if (!(await copied(path, section))) return;
    appendFileSync(sections, readFileSync(section));
    paths.push(path);
  });
  const rows = await tsharkRows(sections);
  let before = 0;
  for (const path of paths) {
    const original = (await rowsOf(path)).map(kept);
    const copies = rows.slice(before, before + original.length).map(kept);
    const counted = copies.map(([number, ...rest]) => [String(Number(number) - before), ...rest]);
    assert.deepEqual(counted, original, `${path} as pcapng`);
    before += original.length;
  }
  assert.ok(paths.length > 0);
  assert.equal(rows.length, before);
});

/** False if pcap cannot hold the capture: several link types, or packets without a time. */
async function copied(path: string, copy: string): Promise<boolean> {
  const source = await openCapture(path);
  const output = await createCapture(copy, { force: true, from: source.reader });
  const frame = newFrame();
  try {
    for await (const reader of source.chunks()) {
      while (reader.next(frame)) {
        if (output.format === 'pcap' && !frame.hasTime) {
          await output.abandon();
          return false;
        }
        if (!output.write(frame)) await output.flush();
      }
    }
  } catch (error) {
    if (!(error instanceof CaptureError) || error.code !== 'ERR_CAPTURE_LINK_TYPE') throw error;
    await output.abandon();
    return false;
  }
  await output.close();
  return true;
}
