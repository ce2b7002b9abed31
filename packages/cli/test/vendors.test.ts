import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ieee, nmap, vendorLookup, wireshark } from '../src/read/vendors.ts';

const LISTS = [
  [
    'Wireshark',
    wireshark,
    '# comment\n00:00:0C\tCisco\tCisco Systems, Inc\n02:60:8C\t3comIbmP\t3Com\t# IBM PC\n00:00:AA\tFirst\n00:00:AA\tSecond\n',
  ],
  [
    'the IEEE',
    ieee,
    '00-00-0C   (hex)\t\tCisco Systems, Inc\n00000C     (base 16)\t\tCisco\n\n02-60-8C   (hex)\t\t3Com\n00-00-AA   (hex)\t\tFirst\n00-00-AA   (hex)\t\tSecond\n',
  ],
  ['Nmap', nmap, '00000C Cisco Systems, Inc\n02608C 3Com\n0000AA First\n0000AA Second'],
] as const;

for (const [whose, format, text] of LISTS) {
  test(`vendors, a list as ${whose} has it: the name by the first three bytes, none for an unknown one`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-vendors-'));
    try {
      const path = join(folder, 'list');
      writeFileSync(path, text);
      const vendorOf = vendorLookup([nmap(join(folder, 'missing')), format(path)]);
      assert.equal(vendorOf(0x00000c), 'Cisco Systems, Inc');
      assert.equal(vendorOf(0x02608c), '3Com');
      assert.equal(vendorOf(0x02608d), undefined);
      // From an index after some searches, once more for addresses not asked for yet.
      for (let oui = 0x100000; oui < 0x100020; oui++) assert.equal(vendorOf(oui), undefined);
      assert.equal(vendorOf(0x0000aa), 'First');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('vendors, a line of Wireshark’s list with a short name alone: that is the vendor', () => {
  assert.equal(wireshark('').vendor('Netgear'), 'Netgear');
});

test('vendors, a system without a list: none is known', () => {
  assert.equal(vendorLookup([])(0x00000c), undefined);
});
