// Tests of the Security page with an attack: findings, their packets, and the replay of a honeypot visit.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { complaints } from './support/axe.ts';
import { visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { type Eyrie, PORT_SCAN, startEyrie } from './support/eyrie.ts';
import { sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await startEyrie(PORT_SCAN);
  browser = await sharedBrowser();
});
after(async () => {
  await eyrie?.stop();
});

test('findings are listed by grade; a finding links to its packets', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/security`);
  const rows = page.locator('.security-findings tr[data-row]');
  await rows.first().waitFor();
  await page.getByRole('button', { name: /^\d+ high$/ }).click();
  await page.waitForFunction(() => location.hash.includes('grade=high'));
  const grades = await page.locator('.security-findings tr[data-row] .grade').allTextContents();
  assert.ok(grades.length > 0 && grades.every((grade) => grade === 'high'), grades.join());
  await rows.filter({ hasText: 'Port scan' }).first().click();
  await page
    .locator('.finding-card')
    .getByText(/tried \d+ ports/)
    .waitFor();
  await page.locator('.finding-card').getByText('T1046').waitFor();
  await page
    .locator('.finding-card')
    .getByRole('link', { name: /packet/i })
    .click();
  await page.locator('.row[data-row="0"] .cell-protocol:not(:empty)').waitFor();
  assert.match(await page.inputValue('#filter'), /^frame\.number (==|in) /);
  await page.goBack();
  await page.locator('.finding-card').waitFor();
  await end();
});

test('n and N step through the findings, the most severe first; the overview has the same first', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/security`);
  const chosen = page.locator('.security-findings tr[aria-current="true"]');
  await page.locator('.security-findings tr[data-row="0"][aria-current="true"]').waitFor();
  const first = await chosen.textContent();
  await page.keyboard.press('n');
  await page.locator('.security-findings tr[data-row="1"][aria-current="true"]').waitFor();
  await page.keyboard.press('Shift+N');
  await page.locator('.security-findings tr[data-row="0"][aria-current="true"]').waitFor();
  assert.equal(await chosen.textContent(), first);
  assert.match(first ?? '', /^critical/);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.locator('.findings li .grade', { hasText: 'critical' }).first().waitFor();
  await end();
});

test('by keyboard: Tab from the table goes on to the links of the finding that n chose, in any order', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/security?sort=kind`);
  const card = page.locator('.finding-card');
  await page.locator('.security-findings tr[data-row="0"]').waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('n');
  await card.getByText('Port scan').waitFor();
  const chosen = await card.innerText();
  const row = page.locator('.security-findings tr[aria-current="true"]');
  assert.notEqual(await row.getAttribute('data-row'), '0');
  await page.getByRole('button', { name: 'Last seen' }).focus();
  await page.keyboard.press('Tab');
  assert.equal(await row.evaluate((element) => element === document.activeElement), true);
  assert.equal(await card.innerText(), chosen);
  await page.getByRole('button', { name: 'Severity' }).press('Enter');
  await page.getByRole('button', { name: 'Last seen' }).focus();
  await page.keyboard.press('Tab');
  assert.equal(await card.innerText(), chosen);
  await end();
});

test('a port scan leads to the ports that it found open, and to its target', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/security`);
  const card = page.locator('.finding-card');
  await page.locator('.security-findings tr', { hasText: 'ports of 192.168.10.10 within' }).click();
  await card.getByText(/accepted the connection$/).waitFor();
  await card.getByRole('link', { name: 'Open ports' }).click();
  const values = page.getByRole('dialog');
  for (const port of ['21', '22', '445']) await values.getByText(port, { exact: true }).first().waitFor();
  assert.match(
    await page.inputValue('#filter'),
    /^ip\.src == 192\.168\.10\.10 && ip\.dst == 192\.168\.10\.66 && /,
  );
  await page.goBack();
  await card.getByRole('link', { name: '192.168.10.10', exact: true }).click();
  await page.getByRole('heading', { name: /nas\.office\.example/ }).waitFor();
  await end();
});

test('the display filter applies to findings, on this page and on the overview', async () => {
  const { page, end } = await visit(
    browser,
    `${eyrie.url}#/security?q=${encodeURIComponent('ip.addr == 192.168.10.20')}`,
  );
  const rows = page.locator('.security-findings tr[data-row]');
  await rows.filter({ hasText: '192.168.10.66 tried' }).first().waitFor();
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.locator('.findings li').first().waitFor();
  await page.fill('#filter', 'ip.addr == 224.0.0.251');
  await page.keyboard.press('Enter');
  await page.locator('.findings', { hasText: 'Nothing unusual found' }).waitFor();
  await page.getByRole('link', { name: 'All findings' }).click();
  await page.getByText('No findings pass this filter').waitFor();
  await page.getByRole('button', { name: 'Protocol expert' }).click();
  await page.getByRole('button', { name: 'Show all findings' }).click();
  await rows.filter({ hasText: 'Connection reset (RST)' }).click();
  const times = Number((await page.locator('.finding-card dd').nth(1).innerText()).replace(/\D/g, ''));
  await page.locator('.finding-card').getByRole('link', { name: 'Packets' }).click();
  await page.locator('.row[data-row="1"] .cell-summary', { hasText: 'RST' }).waitFor();
  assert.equal(await page.inputValue('#filter'), '_ws.expert.message == "Connection reset (RST)"');
  assert.ok(times > 1000, String(times));
  await end();
});

test('findings are marked above the timeline and link to their pages', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`, { bypassCSP: true });
  await page.locator('.ribbon-mark').first().waitFor();
  assert.deepEqual(await complaints(page), []);
  const [marks, chart] = [
    (await page.locator('.ribbon').boundingBox())!,
    (await page.locator('.timeline .u-over').boundingBox())!,
  ];
  assert.ok(Math.abs(marks.x - chart.x) < 1, `marks begin at ${marks.x}, the chart at ${chart.x}`);
  assert.ok(Math.abs(marks.width - chart.width) < 1, `marks span ${marks.width}, the chart ${chart.width}`);
  await page.locator('.ribbon-mark').last().click();
  await page.waitForFunction(() => /^#\/security\/\d+/.test(location.hash));
  await page.locator('.finding-card').waitFor();
  await end();
});

test('a honeypot visit is replayed, and its control characters are not executed', async () => {
  const sessions = join(eyrie.folder, 'eyrie/honeypot/sessions');
  mkdirSync(sessions, { recursive: true });
  const header = { session: 'v1', protocol: 'redis', source: '127.0.0.1:4000', port: 6379, time: 1e12 };
  const summary = { ...header, meshTime: null, seconds: 0.2, bytesIn: 10, bytesOut: 10 };
  const lines = [
    { version: 2, width: 80, height: 24, eyrie: header },
    [0.1, 'i', 'INFO\r\n<b id="planted">'],
    [0.2, 'o', 'redis_version\u001b[31m'],
  ];
  const cast = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(sessions, '20261121T143511.casts'), cast);
  const index = { ...summary, cast: { at: 0, length: Buffer.byteLength(cast) }, packets: null };
  writeFileSync(join(sessions, '20261121T143511.index'), `${JSON.stringify(index)}\n`);
  const { page, end } = await visit(browser, `${eyrie.url}#/security`);
  await page.getByRole('button', { name: 'Play the visit of 127.0.0.1' }).click();
  const screen = page.getByRole('region', { name: 'Text of the visit' });
  await screen.getByText('redis_version·[31m').waitFor();
  assert.equal(await screen.locator('.visitor-input').innerText(), 'INFO\n<b id="planted">');
  assert.equal(await page.locator('#planted').count(), 0);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await end();
});
