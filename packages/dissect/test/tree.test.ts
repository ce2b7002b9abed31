// The tree of a packet, with its hidden nodes. Order, places and lengths are those of tshark's PDML.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldNamed } from '../src/core/registry.ts';
import { type TreeNode, treeOf } from '../src/core/tree.ts';
import { dissect, udpFrame } from './protocols/support.ts';

/** A DNS question for the address of a.example. */
const QUESTION = '0001010000010000000000000161076578616d706c650000010001';

function layer(name: string): TreeNode {
  const p = dissect([udpFrame(1000, 53, QUESTION)]);
  return treeOf(p, { hidden: true }).find((node) => node.name === name)!;
}

test('an alias stands behind its field, or behind all of its fields', () => {
  const names = (name: string, like: RegExp): string[] =>
    layer(name)
      .children.map((node) => node.name)
      .filter((each) => like.test(each));
  assert.deepEqual(names('udp', /port$/), ['udp.srcport', 'udp.dstport', 'udp.port', 'udp.port']);
  assert.deepEqual(names('ip', /src|dst|addr|host/), [
    'ip.src',
    'ip.addr',
    'ip.src_host',
    'ip.host',
    'ip.dst',
    'ip.addr',
    'ip.dst_host',
    'ip.host',
  ]);
});

test('a heading without a length of its own spans what is below it', () => {
  const heading = layer('dns').children.find(({ text }) => text === 'Queries')!;
  assert.deepEqual([heading.start, heading.length], [54, QUESTION.length / 2 - 12]);
});

test('an alias has the bits of its fields, and the names of their values', () => {
  const bit = fieldNamed('eth.ig')!;
  assert.equal(bit.bits, 0x010000);
  assert.equal(bit.nameOf(0), 'Individual address (unicast)');
});
