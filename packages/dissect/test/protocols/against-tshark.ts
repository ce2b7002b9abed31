// Hand-made packets whose frame.protocols and Protocol column are checked twice: ours, and, where it is installed,
// tshark's on the same bytes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
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
  test(`${name}: named, and cut anywhere it never fails`, () => {
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
  test(`${name}: as tshark names it`, { skip: requireTool('tshark') }, () => {
    assert.deepEqual(tsharks(frames, linkType), expected);
  });
}

function tsharks(frames: readonly Uint8Array[], linkType: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-tshark-'));
  try {
    const file = join(folder, 'frames.pcap');
    writeFileSync(file, pcapOf(frames, linkType));
    const columns = ['-e', 'frame.protocols', '-e', '_ws.col.Protocol'];
    const said = execFileSync('tshark', ['-n', '-r', file, '-T', 'fields', ...columns], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, WIRESHARK_CONFIG_DIR: join(folder, 'profile') },
    });
    return said
      .trimEnd()
      .split('\n')
      .map((line) => line.replace('\t', ' [').concat(']'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A pcap file of the frames, a second apart. */
function pcapOf(frames: readonly Uint8Array[], linkType: number): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(0x40000, 16);
  head.writeUInt32LE(linkType, 20);
  const parts: Uint8Array[] = [head];
  frames.forEach((frame, i) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + i, 0);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, frame);
  });
  return Buffer.concat(parts);
}
