// Hand-made packets whose frame.protocols and Protocol column are checked twice: ours, and, where it is installed,
// tshark's on the same bytes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { requireTool } from '../../../../test/support/tools.ts';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import type { Packet } from '../../src/core/packet.ts';
import { framePath } from '../../src/core/path.ts';
import { treeOf } from '../../src/core/tree.ts';
import { newFrame } from '../../src/files/frame.ts';
import { bytesOf, ETHERNET } from './support.ts';

/** A frame, as bytes or in hexadecimal; what stands in frame.protocols behind `below`; the Protocol column. */
export type Told = readonly [frame: Uint8Array | string, path: string, column: string];

/** A frame as the capture file's reader would hand it over: what stands before it in the record is no part of it. */
function readFrame(dissector: Dissector, data: Uint8Array, linkType: number, headBytes: number): Packet {
  const frame = newFrame();
  frame.number = 1;
  frame.data = data;
  frame.start = Math.min(headBytes, data.length);
  frame.end = data.length;
  frame.wireLength = frame.end - frame.start;
  frame.linkType = linkType;
  return dissector.dissect(frame);
}

/**
 * Tests the frames, read as one capture, against what is expected, and the expectation against tshark.
 *
 * @param headBytes - bytes of each record that stand before the frame: Bluetooth's direction has four.
 */
export function testAgainstTshark(
  name: string,
  cases: readonly Told[],
  linkType = ETHERNET,
  headBytes = 0,
): void {
  const frames = cases.map(([frame]) => (typeof frame === 'string' ? bytesOf(frame) : frame));
  const expected = cases.map(([, path, column]) => `${path} [${column}]`);
  test(`${name}: is named, and never throws when truncated`, () => {
    const dissector = new Dissector();
    const told = frames.map((frame) => {
      const p = readFrame(dissector, frame, linkType, headBytes);
      return `${framePath(p)} [${protocolColumn(p)}]`;
    });
    assert.deepEqual(told, expected);
    const cut = new Dissector();
    for (const frame of frames) {
      for (let length = 0; length < frame.length; length += length < 200 ? 1 : 17) {
        const p = readFrame(cut, frame.slice(0, length), linkType, headBytes);
        infoColumn(p);
        treeOf(p);
      }
    }
  });
  const question: Question = { frames, linkType };
  questions.push(question);
  test(`${name}: is named as by tshark`, { skip: requireTool('tshark') }, () => {
    together ??= tsharks(questions);
    // Others' conversations may have got in the way: what counts is what it says of these frames alone.
    if (!isDeepStrictEqual(together.get(question), expected))
      assert.deepEqual(tsharks([question]).get(question), expected);
  });
}

interface Question {
  readonly frames: readonly Uint8Array[];
  readonly linkType: number;
}

/** Of all files that this process tests: tshark takes a second to start, whatever it reads. */
const questions: Question[] = [];
let together: Map<Question, readonly string[]> | undefined;

/** `frame.protocols [Protocol column]` of each frame, by tshark. */
function tsharks(asked: readonly Question[]): Map<Question, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-tshark-'));
  try {
    const file = join(folder, 'frames.pcapng');
    writeFileSync(file, pcapngOf(asked));
    const columns = ['-e', 'frame.protocols', '-e', '_ws.col.Protocol'];
    const said = execFileSync('tshark', ['-n', '-r', file, '-T', 'fields', ...columns], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, WIRESHARK_CONFIG_DIR: join(folder, 'profile') },
    });
    const lines = said
      .trimEnd()
      .split('\n')
      .map((line) => line.replace('\t', ' [').concat(']'));
    return new Map(asked.map((question) => [question, lines.splice(0, question.frames.length)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The frames of each question on an interface of its own, an hour after those before it, and a second apart. */
function pcapngOf(asked: readonly Question[]): Buffer {
  const header = [0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff];
  const interfaces = asked.map(({ linkType }) => block(1, [linkType, 0]));
  const packets = asked.flatMap(({ frames }, i) =>
    frames.map((frame, k) => {
      const microseconds = BigInt(1_700_000_000 + i * 3_600 + k) * 1_000_000n;
      const time = [Number(microseconds >> 32n), Number(microseconds & 0xffffffffn)];
      return block(6, [i, ...time, frame.length, frame.length], frame);
    }),
  );
  return Buffer.concat([block(0x0a0d0d0a, header), ...interfaces, ...packets]);
}

/** A block of a pcapng file: words, then bytes filled up to the next word. */
function block(type: number, words: readonly number[], bytes: Uint8Array = new Uint8Array(0)): Buffer {
  const length = 12 + words.length * 4 + Math.ceil(bytes.length / 4) * 4;
  const made = Buffer.alloc(length);
  for (const [i, word] of [type, length, ...words].entries()) made.writeUInt32LE(word, i * 4);
  made.set(bytes, 8 + words.length * 4);
  made.writeUInt32LE(length, length - 4);
  return made;
}
