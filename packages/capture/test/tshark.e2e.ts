// Wireshark's tools as judges: of what we read, over a folder of real captures, and of what we write.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { encapTypeOf, type Frame, newFrame } from '@eyrie/dissect/files';
import { capturesFolder, requireCaptures, requireTool } from '../../../test/support/tools.ts';
import { CaptureError, createCapture, openCapture } from '../src/index.ts';
import { folderFor } from './support.ts';

const run = promisify(execFile);
const skip = requireTool('tshark') || requireTool('capinfos') || requireCaptures();

/** The magic of the most usual kind, little-endian pcap in microseconds; the others are looked at packet by packet. */
const USUAL_MAGIC = 'd4c3b2a1';

function captures(): string[] {
  const folder = capturesFolder()!;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && /\.(pcap|pcapng|snoop|gz|trace)$/.test(entry.name),
  );
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Two at a time, and no more than some of a kind: tshark takes a quarter of a second to start. */
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

/** What a program prints; an exit status other than 0 is a matter of the file. */
async function printed(command: string, args: string[]): Promise<string> {
  const ran = run(command, args, { maxBuffer: 1 << 28 });
  return (await ran.catch((error: { stdout: string }) => error)).stdout;
}

function time({ hasTime, seconds, nanoseconds }: Frame): string {
  return hasTime ? `${seconds}.${String(nanoseconds).padStart(9, '0')}` : '';
}

const fields = ['number', 'time_epoch', 'cap_len', 'len', 'encap_type', 'interface_id'];

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

async function tsharkLines(path: string, extra: string[] = [], names = fields): Promise<string[]> {
  const chosen = names.flatMap((name) => ['-e', `frame.${name}`]);
  const text = await printed('tshark', ['-n', ...extra, '-r', path, '-T', 'fields', ...chosen]);
  return text.split('\n').filter((line) => line !== '');
}

test('number of packets, their bytes, first and last time are those of capinfos, for every capture', {
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
    // capinfos gets lost in times beyond 2^32 seconds.
    if (start === 'n/a' || Number(start) > 2 ** 32) continue;
    assert.ok(Math.abs(first - Number(start)) < 1e-5, `${path}: first ${first}, not ${start}`);
    assert.ok(Math.abs(last - Number(end)) < 1e-5, `${path}: last ${last}, not ${end}`);
  }
});

test('every packet of the unusual captures is as tshark reads it', { skip }, async () => {
  await forEachUnusual(20, async (path) => {
    assert.deepEqual(await linesOf(path), await tsharkLines(path), path);
  });
});

test('what we write, tshark reads as it reads the original', { skip }, async (t) => {
  const folder = folderFor(t);
  const judged = [...fields.slice(0, 5), 'md5_hash', 'comment'];
  const hashed = ['-o', 'frame.generate_md5_hash:TRUE'];
  let copies = 0;
  await forEachUnusual(4, async (path) => {
    const original = await tsharkLines(path, hashed, judged);
    for (const name of ['copy.pcap', 'copy.pcapng']) {
      const copy = join(folder, `${basename(path)}.${name}`);
      if (!(await copied(path, copy))) continue;
      copies += 1;
      assert.deepEqual(await tsharkLines(copy, hashed, judged), original, `${path} as ${name}`);
    }
  });
  assert.ok(copies > 0);
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
