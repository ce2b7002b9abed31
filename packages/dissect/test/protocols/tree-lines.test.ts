// Lines of the tree that are not just a field's title and value: in tshark's words, so that both outputs can be compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TreeNode, treeOf } from '../../src/core/tree.ts';
import { bytesOf, dissect, etherFrame, tcpFrame } from './support.ts';

function linesOf(frame: Uint8Array): string[] {
  const lines: string[] = [];
  const walk = (nodes: readonly TreeNode[]): void => {
    for (const { text, children } of nodes) {
      lines.push(text);
      walk(children);
    }
  };
  walk(treeOf(dissect([frame])));
  return lines;
}

function assertLines(frame: Uint8Array, expected: readonly string[]): void {
  const lines = linesOf(frame);
  for (const line of expected) assert.ok(lines.includes(line), `${line} is in\n${lines.join('\n')}`);
}

test('ICMP: type before its name, numbers in both bases, the state of the checksum', () => {
  const echo = `4502001c0000000040010000${'01'.repeat(8)}0800f7fe00010000`;
  assertLines(etherFrame(0x0800, echo), [
    ".... ..10 = Explicit Congestion Notification: ECN-Capable Transport codepoint '10' (2)",
    'Type: 8 (Echo (ping) request)',
    'Checksum: 0xf7fe [correct]',
    'Identifier (BE): 1 (0x0001)',
    'Identifier (LE): 256 (0x0100)',
  ]);
  assert.ok(
    linesOf(etherFrame(0x0800, echo.replace('f7fe', 'f7ff'))).includes(
      'Checksum: 0xf7ff incorrect, should be 0xf7fe',
    ),
  );
});

test('TLS: each record by its version, its protocol and what it carries', () => {
  const records = `140303000101${'1703030010'}${'aa'.repeat(16)}`;
  assertLines(tcpFrame(40000, 443, bytesOf(records)), [
    'TLSv1.2 Record Layer: Change Cipher Spec Protocol: Change Cipher Spec',
    'TLSv1.2 Record Layer: Application Data Protocol: Hypertext Transfer Protocol',
  ]);
});

test('UDP: a length beyond that of IP, a checksum left out', () => {
  const udp = (length: string): Uint8Array =>
    etherFrame(0x0800, `4500001e0000000040110000${'01'.repeat(8)}9c409c41${length}0000abcd`);
  assertLines(udp('00ff'), ['Length: 255 (bogus, payload length 10)']);
  assertLines(udp('000a'), [
    'Length: 10',
    'Checksum: 0x0000 [zero-value ignored]',
    '[Checksum Status: Not present]',
  ]);
});

test('GRE: bits that are set or not', () => {
  const gre = `4500001c00000000402f0000${'01'.repeat(8)}20000800000000ff`;
  assertLines(etherFrame(0x0800, gre), [
    '..1. .... .... .... = Key Bit: Yes',
    '0... .... .... .... = Checksum Bit: No',
  ]);
});
