// The tree of a packet, with its hidden nodes. Order, places and lengths are those of tshark's PDML.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Dissector } from '../src/core/dissector.ts';
import { fieldNamed } from '../src/core/registry.ts';
import { hex } from '../src/core/text.ts';
import { StringSink } from '../src/core/text-sink.ts';
import { type TreeNode, treeOf } from '../src/core/tree.ts';
import { TreeLines } from '../src/core/tree-lines.ts';
import { newFrame } from '../src/files/frame.ts';
import { CaptureReader } from '../src/files/reader.ts';
import { bytesOf, dissect, udpFrame } from './protocols/support.ts';

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

/** The lines of a tree, of which layers outside `details` have only their first. */
function linesOf(nodes: readonly TreeNode[], details: ReadonlySet<string> | null, indent = ''): string {
  const isShown = (node: TreeNode): boolean => indent !== '' || details === null || details.has(node.name);
  return nodes
    .map(
      (node) =>
        `${indent}${node.text}\n${isShown(node) ? linesOf(node.children, details, `${indent}    `) : ''}`,
    )
    .join('');
}

for (const details of [null, new Set(['tcp', 'dns'])])
  test(`lines written one by one, details of ${details === null ? 'all' : 'two'}: those of the tree`, () => {
    for (const sample of ['office-hour', 'port-scan']) {
      const reader = new CaptureReader();
      reader.feed(readFileSync(new URL(`../../../samples/${sample}.pcapng`, import.meta.url)));
      const dissector = new Dissector({ timesConversations: true });
      const frame = newFrame();
      const out = new StringSink();
      const lines = new TreeLines(out, details);
      while (reader.frameCount < 1000 && reader.next(frame)) {
        const p = dissector.dissect(frame);
        out.value = '';
        lines.write(p);
        assert.equal(out.value, linesOf(treeOf(p), details));
      }
    }
  });

test('a layer of unclaimed bytes: its line is followed by a dump, then its fields, wherever it has details', () => {
  // Ethernet, IPv4 and UDP from port 40000 to 40001 around four bytes.
  const packet = `${'02'.repeat(12)}080045000020000000004011000001010101010101029c409c41000c0000deadbeef`;
  const written = (details: ReadonlySet<string> | null): string => {
    const out = new StringSink();
    const dump = (b: Uint8Array, start: number, end: number): void => out.text(`<${hex(b, start, end)}>\n`);
    new TreeLines(out, details, dump).write(dissect([bytesOf(packet)]));
    return out.value.slice(out.value.indexOf('Data ('));
  };
  assert.equal(written(null), 'Data (4 bytes)\n\n<deadbeef>\n    Data: deadbeef\n    [Length: 4]\n');
  assert.equal(written(new Set(['data'])), written(null));
  assert.equal(written(new Set(['udp'])), 'Data (4 bytes)\n');
});

test('expert information stands below the field that it is about, with the field that names it', () => {
  const reader = new CaptureReader();
  reader.feed(readFileSync(new URL('../../../samples/office-hour.pcapng', import.meta.url)));
  const dissector = new Dissector();
  const frame = newFrame();
  const found = new Map<string, string>();
  const look = (nodes: readonly TreeNode[], above: string): void => {
    for (const { name, text, children } of nodes) {
      if (name === '_ws.expert') found.set(`${above}: ${children[0]!.name}`, text);
      look(children, name || text);
    }
  };
  while (reader.next(frame)) look(treeOf(dissector.dissect(frame), { hidden: true }), '');
  assert.equal(
    found.get('tcp.flags.syn: tcp.connection.synack')?.replace(/\d+]$/, 'N]'),
    '[Expert Info (Chat/Sequence): Connection establish acknowledge (SYN+ACK): server port N]',
  );
  assert.ok(found.has('tcp.flags.fin: tcp.connection.fin'));
  const request = [...found.keys()].find((key) => key.startsWith('GET '));
  assert.match(request ?? '', /^GET .* HTTP\/1\.1\\r\\n: http\.chat$/);
});

test('a field in hexadecimal that is part of a word has the digits of its bits', () => {
  const p = dissect([bytesOf(`${'0'.repeat(24)}86dd6a012345000011400000${'0'.repeat(60)}`)]);
  const lines = treeOf(p)
    .find(({ name }) => name === 'ipv6')!
    .children.map(({ text }) => text);
  assert.deepEqual(lines.slice(1, 3), [
    '.... 1010 0000 .... .... .... .... .... = Traffic Class: 0xa0 (DSCP: CS5, ECN: Not-ECT)',
    '.... 0001 0010 0011 0100 0101 = Flow Label: 0x12345',
  ]);
});
