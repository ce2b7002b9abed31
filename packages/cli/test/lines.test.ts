// Summary lines (read/lines.ts) are written as bytes; the text of the same line is the reference.

import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Dissector, newFrame, protocolColumn } from '@eyrie/dissect';
import fc from 'fast-check';
import { LinesPrinter, summaryLine } from '../src/read/lines.ts';
import { Output } from '../src/terminal/output.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-lines-'));
after(() => rmSync(folder, { recursive: true }));

const ETHERNET = 1;
const UDP = 17;

/** Runs of zeros, because they are written as `::`. */
const octet = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 });
const ipv6 = fc.array(octet, { minLength: 16, maxLength: 16 });
const pairs = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6));

/** An empty UDP datagram from port 40001 to 40002, in Ethernet. */
function datagram([source, destination]: [number[], number[]]): Uint8Array {
  const udp = [0x9c, 0x41, 0x9c, 0x42, 0, 8, 0, 0];
  const ethernet = new Array<number>(12).fill(2);
  return Uint8Array.from(
    source.length === 4
      ? [...ethernet, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, UDP, 0, 0, ...source, ...destination, ...udp]
      : [...ethernet, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, UDP, 64, ...source, ...destination, ...udp],
  );
}

test('a summary line as bytes equals the same line as text, whatever the addresses', () => {
  const path = join(folder, 'lines');
  fc.assert(
    fc.property(fc.array(pairs, { minLength: 1, maxLength: 20 }), (packets) => {
      const file = openSync(path, 'w');
      const printer = new LinesPrinter(new Output(file), true);
      const dissector = new Dissector();
      const expected: string[] = [];
      for (const [i, pair] of packets.entries()) {
        const data = datagram(pair);
        const frame = {
          ...newFrame(),
          data,
          number: i + 1,
          end: data.length,
          wireLength: data.length,
          linkType: ETHERNET,
          seconds: 1_700_000_000 + i,
        };
        const packet = dissector.dissect(frame);
        printer.see(packet);
        expected.push(`${summaryLine(packet, protocolColumn(packet))}\n`);
      }
      printer.finish();
      closeSync(file);
      assert.equal(readFileSync(path, 'utf8'), expected.join(''));
    }),
  );
});
