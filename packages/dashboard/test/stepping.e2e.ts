// Steps along a conversation, by . and , in a capture whose clock was set back while it ran.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { type Eyrie, startEyrie } from './support/eyrie.ts';
import { sharedBrowser } from './support/shared.ts';

const OWN = 4000;
const OTHER = 4001;
/** Seconds and source port; the clock is set back by an hour after the third packet. */
const PACKETS = [
  [7200, OWN],
  [7201, OTHER],
  [7202, OWN],
  [3603, OWN],
  [3604, OTHER],
  [3605, OWN],
  [7203, OWN],
] as const;

let browser: Browser;
let eyrie: Eyrie;
let folder: string;

before(async () => {
  bundle();
  folder = mkdtempSync(join(tmpdir(), 'eyrie-stepping-'));
  const file = join(folder, 'clock-back.pcap');
  writeFileSync(file, capture(PACKETS));
  eyrie = await startEyrie(file);
  browser = await sharedBrowser();
});
after(async () => {
  await eyrie?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A pcap file of UDP datagrams over raw IPv4. */
function capture(packets: readonly (readonly [seconds: number, port: number])[]): Buffer {
  const RAW_IPV4 = 228;
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(RAW_IPV4, 20);
  const records = packets.map(([seconds, port]) => {
    const ip = Buffer.from(`4500001c0000000040110000c0000201c0000202${'0000'.repeat(4)}`, 'hex');
    ip.writeUInt16BE(port, 20);
    ip.writeUInt16BE(9, 22);
    ip.writeUInt16BE(8, 24);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + seconds, 0);
    record.writeUInt32LE(ip.length, 8);
    record.writeUInt32LE(ip.length, 12);
    return Buffer.concat([record, ip]);
  });
  return Buffer.concat([head, ...records]);
}

test('. and , visit the packets of a conversation by number, both ways, where the clock goes back', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  const chosen = (number: number) =>
    page.locator('.row[aria-selected="true"] .cell-number', { hasText: new RegExp(`^${number}$`) }).waitFor();
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').click();
  await chosen(1);
  for (const number of [3, 4, 6, 7]) {
    await page.keyboard.press('.');
    await chosen(number);
  }
  await page.keyboard.press('.');
  await page.getByText('The conversation has no packet after this one in this list').first().waitFor();
  for (const number of [6, 4, 3, 1]) {
    await page.keyboard.press(',');
    await chosen(number);
  }
  assert.equal(await page.inputValue('#filter'), '');
  await end();
});
