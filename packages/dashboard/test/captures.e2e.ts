// Tests of the page with several captures that are years apart, and one with a long name.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newFrame, PcapngWriter } from '@eyrie/dissect';
import type { Browser } from 'playwright-core';
import { until } from '../../../test/support/until.ts';
import { DESKTOP, PHONE, visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { type Eyrie, PORT_SCAN, startEyrie } from './support/eyrie.ts';
import { sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;
const folder = mkdtempSync(join(tmpdir(), 'eyrie-captures-'));

/** A capture file of one frame: an ARP request. */
function oneFrame(seconds: number): Buffer {
  const frame = Buffer.from(
    `ffffffffffff02000000000108060001080006040001020000000001c0a80a01000000000000c0a80a02`.padEnd(120, '0'),
    'hex',
  );
  const head = Buffer.alloc(40);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(seconds, 24);
  head.writeUInt32LE(frame.length, 32);
  head.writeUInt32LE(frame.length, 36);
  return Buffer.concat([head, frame]);
}

before(async () => {
  bundle();
  const captures = join(folder, 'captures');
  mkdirSync(captures);
  copyFileSync(PORT_SCAN, join(captures, 'a-port-scan.pcapng'));
  writeFileSync(
    join(captures, 'z-the-one-frame-that-was-seen-in-the-office-on-the-second-floor-in-2013.pcap'),
    oneFrame(Date.UTC(2013, 4, 2, 12) / 1000),
  );
  eyrie = await startEyrie(captures);
  await until('both are stored', async () => {
    const answer = await fetch(`${eyrie.url}captures`);
    const { items } = (await answer.json()) as { items: { state: string }[] };
    return items.length === 2 && items.every(({ state }) => state === 'done');
  });
  browser = await sharedBrowser();
});
after(async () => {
  await eyrie?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A projector of 1280 by 720 at 150 %. */
const PROJECTOR = { width: 853, height: 480 };

test('neither the long name of a capture nor large type makes a page wider than the screen', async () => {
  for (const viewport of [PHONE, PROJECTOR])
    for (const path of ['overview', 'packets', 'flows', 'flows/1', 'hosts']) {
      const { page, end } = await visit(browser, `${eyrie.url}#/${path}`, { viewport });
      await page.locator('.chooser option').nth(2).waitFor({ state: 'attached' });
      const widest = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(widest <= viewport.width, `${path} is ${widest} px wide on ${viewport.width}`);
      await end();
    }
});

test('times carry their date if the captures are years apart, and no date in a capture of one day', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows`, { viewport: DESKTOP });
  const start = page.locator('tr[data-row="0"] time');
  await start.waitFor();
  assert.match((await start.textContent())!, /^2026-11-2\d \d\d:\d\d:\d\d$/);
  await page.locator('.chooser').selectOption({ label: 'a-port-scan.pcapng' });
  await page.locator('tr[data-row="0"] time', { hasText: /^\d\d:\d\d:\d\d\.\d{3}$/ }).waitFor();
  await end();
});

test('a timeline stretched by a lone packet offers to zoom to where the others are', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`, { viewport: DESKTOP });
  const traffic = page.locator('.traffic');
  await traffic.getByText(/in bars of \d+ d/).waitFor();
  const packets = () => page.locator('.figure', { hasText: /^Packets/ }).innerText();
  const before = await packets();
  await traffic.getByRole('button', { name: 'Where the packets are' }).click();
  await traffic.getByText(/in bars of [\d.]+ m?s/).waitFor();
  await traffic.getByRole('button', { name: 'Where the packets are' }).waitFor({ state: 'detached' });
  assert.notEqual(await packets(), before);
  await traffic.getByRole('button', { name: 'All time' }).click();
  await traffic.getByText(/in bars of \d+ d/).waitFor();
  await end();
});

test('over years the axis of time has the same number of them between any two of its ticks', async () => {
  const { page, end } = await visit(browser, 'about:blank', { viewport: DESKTOP }, async (own) => {
    await own.addInitScript(() => {
      const own = window as unknown as { drawn: string[] };
      own.drawn = [];
      const fillText = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        own.drawn.push(text);
        fillText.call(this, text, ...rest);
      };
    });
  });
  await page.goto(`${eyrie.url}#/overview`);
  await page.locator('.timeline canvas').waitFor();
  const drawn = await page.evaluate(() => (window as unknown as { drawn: string[] }).drawn);
  const years = [...new Set(drawn.filter((text) => /^\d{4}-\d\d$/.test(text)))].map((text) =>
    Number(text.slice(0, 4)),
  );
  assert.ok(years.length > 3, drawn.join());
  assert.deepEqual(new Set(years.slice(1).map((year, i) => year - years[i]!)).size, 1, years.join());
  await end(/asked/);
});

test('a finding of the overview names its capture, and its card on the Security page too', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`, { viewport: DESKTOP });
  await page.locator('.findings li', { hasText: 'a-port-scan.pcapng' }).first().waitFor();
  await page.getByRole('link', { name: 'All findings' }).click();
  await page.locator('.finding-card').getByText('a-port-scan.pcapng').waitFor();
  await page.locator('.chooser').selectOption({ label: 'a-port-scan.pcapng' });
  await page.waitForFunction(() => location.hash.includes('capture='));
  await end();
});

test('the I/O graph and the page of a host, stretched by a lone packet, offer the same', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis`);
  for (const [path, panel] of [
    ['analysis', '.io-panel'],
    // Broadcasts are in both captures.
    ['hosts/ff:ff:ff:ff:ff:ff', '.host-traffic'],
  ]) {
    await page.goto(`${eyrie.url}#/${path}`);
    const shown = page.locator(panel!);
    await shown.getByText(/(bars|steps) of \d+ d/).waitFor();
    await shown.getByRole('button', { name: 'Where the packets are' }).click();
    await shown.getByText(/(bars|steps) of [\d.]+ m?s/).waitFor();
    assert.match(page.url(), /[?&]from=\d+(\.\d+)?&to=\d+/);
    await shown.getByRole('button', { name: 'Whole time' }).click();
    await shown.getByText(/(bars|steps) of \d+ d/).waitFor();
  }
  await end();
});

test('the traffic of a host is drawn over the time in which it was seen', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/hosts/192.168.10.66`);
  await page.locator('.host-traffic', { hasText: /bars of [\d.]+ m?s/ }).waitFor();
  await end();
});

test('a packet with a comment in its file is marked in the list; a column names the capture of each packet', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  const writer = new PcapngWriter({});
  for (const comments of [[], ['who asked this?']]) {
    const data = oneFrame(0).subarray(40);
    const frame = { ...newFrame(), data, end: data.length, wireLength: data.length, linkType: 1 };
    writer.write(frame, undefined, comments);
  }
  const answer = await fetch(`${eyrie.url}captures?name=commented.pcapng`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(writer.take()),
  });
  assert.ok(answer.ok, await answer.text());
  await page.getByLabel('Capture', { exact: true }).selectOption({ label: 'commented.pcapng' });
  await page.getByText('2 packets').waitFor();
  await page.getByRole('row', { name: /Commented: Who has/ }).waitFor();
  assert.equal(await page.locator('.row-comment').count(), 1);
  await page.locator('.row[data-row="1"]').click();
  await page.getByText('Packet comment: who asked this?').waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Capture', exact: true }).click();
  await page.locator('.row[data-row="0"] .cell-capture', { hasText: 'commented.pcapng' }).waitFor();
  await end();
});

test('a capture that is dropped alone opens as soon as it is stored; one that is none stays with the reason', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=tcp`);
  const drop = async (name: string, content: Buffer) => {
    const dropped = await page.evaluateHandle(
      ({ name: called, base64 }) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], called));
        return data;
      },
      { name, base64: content.toString('base64') },
    );
    await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
  };
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await drop('one.pcap', oneFrame(Date.UTC(2020, 1, 2) / 1000));
  await page.waitForURL(/#\/overview\?capture=\d+$/);
  await page.locator('.figure', { hasText: /^Packets1/ }).waitFor();
  await drop('notes.txt', Buffer.from('hello, this is no capture'));
  await page.getByText(/not a capture file/).waitFor();
  const name = page.locator('.upload-failed strong');
  assert.ok(
    await name.evaluate((element) => element.scrollWidth <= element.clientWidth),
    'its name is whole',
  );
  await end(/status of 4/);
});
