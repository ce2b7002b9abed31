import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { treeOf } from '../../src/core/tree.ts';
import { talk } from './conversation.ts';
import { dissect, ETHERNET } from './support.ts';

/** An SMB2 message in a NetBIOS session message. */
function message(command: number, isReply: boolean, body: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 64 + body.length);
  bytes.set([0, 0, 0, 64 + body.length, 0xfe, 0x53, 0x4d, 0x42, 64]);
  bytes[4 + 12] = command;
  bytes[4 + 16] = isReply ? 1 : 0;
  bytes.set(body, 4 + 64);
  return bytes;
}

const FIND = 14;
const GET_INFO = 16;
const SET_INFO = 17;

test('SMB2 requests cut before their class and level: no such text, and their replies are still read', () => {
  for (const command of [FIND, GET_INFO, SET_INFO])
    for (const body of [
      [33, 0],
      [33, 0, 1],
      [33, 0, 1, 2],
    ]) {
      const dissector = new Dissector();
      const frames = talk(445, [
        ['>', message(command, false, body)],
        ['<', message(command, true, [9, 0, 72, 0, 0, 0, 0, 0])],
      ]);
      const infos = frames.map((frame) => {
        const p = dissect([frame], ETHERNET, dissector);
        assert.ok([...treeOf(p)].length > 0);
        return infoColumn(p);
      });
      assert.match(infos.join(), /Request.*Response/, `command ${command}, ${body.length} bytes`);
      assert.doesNotMatch(infos.join(), /undefined|NaN/);
    }
});
