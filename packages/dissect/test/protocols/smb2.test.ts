import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { type TreeNode, treeOf } from '../../src/core/tree.ts';
import { talk } from './conversation.ts';
import { dissect, ETHERNET, fieldsOf } from './support.ts';

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

const CREATE = 5;

/** A create request (§2.2.13) for reading, with one context, of maximal access (§2.2.13.2.5), without data. */
function createRequest(): number[] {
  const body = new Array<number>(56 + 24).fill(0);
  body[0] = 57;
  body[24] = 0x81;
  body[40] = 0x40;
  body.splice(48, 8, 64 + 56, 0, 0, 0, 24, 0, 0, 0);
  body.splice(56, 24, 0, 0, 0, 0, 16, 0, 4, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0x4d, 0x78, 0x41, 0x63, 0, 0, 0, 0);
  return body;
}

test('SMB2 create request: each bit of the access mask and of the options in Wireshark’s words, and the context', () => {
  const [frame] = talk(445, [['>', message(CREATE, false, createRequest())]]).slice(-1);
  const lines: string[] = [];
  const visit = (node: TreeNode): void => {
    lines.push(node.text);
    node.children.forEach(visit);
  };
  treeOf(dissect([frame!], ETHERNET, new Dissector())).forEach(visit);
  for (const line of [
    'Access Mask: 0x00000081',
    '.... .... .... .... .... .... .... ...1 = Read: READ access',
    '.... .... .... .... .... .... .... ..0. = Write: NO write access',
    '.... .... .... .... .... .... 1... .... = Read Attributes: READ ATTRIBUTES access',
    '.... .... .... .... .... .... .1.. .... = Non-Directory: File being created/opened must not be a directory',
    'Chain Element: SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST "MxAc"',
    'Data: NO DATA',
  ])
    assert.ok(lines.includes(line) || lines.includes(`[${line}]`), line);
});

test('SMB2: messages of an open file say which frames opened and closed it', () => {
  const FLUSH = 7;
  const CLOSE = 6;
  const file = [...Array(16).keys()].map((i) => i + 1);
  const opened = [89, 0, ...new Array<number>(62).fill(0), ...file, ...new Array<number>(8).fill(0)];
  const named = [24, 0, 0, 0, 0, 0, 0, 0, ...file];
  const frames = talk(445, [
    ['>', message(CREATE, false, createRequest())],
    ['<', message(CREATE, true, opened)],
    ['>', message(FLUSH, false, named)],
    ['>', message(CLOSE, false, named)],
    ['>', message(FLUSH, false, named)],
  ]);
  const names = ['dcerpc.nt.open_frame', 'dcerpc.nt.close_frame'];
  const count = frames.length;
  const [create, reply, flush, close, again] = [4, 3, 2, 1, 0].map((left) =>
    Object.values(fieldsOf(dissect(frames.slice(0, count - left), ETHERNET, new Dissector()), names)),
  );
  assert.deepEqual(create, ['', '']);
  assert.deepEqual(reply, [String(count - 3), '']);
  assert.deepEqual(flush, reply);
  assert.deepEqual(close, [String(count - 3), String(count - 1)]);
  assert.deepEqual(again, close);
});
