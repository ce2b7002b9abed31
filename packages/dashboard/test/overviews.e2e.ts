// DNS, HTTP and TLS at a glance in Chromium: figures, lists, and the way to the packets.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { complaints } from './support/axe.ts';
import { DESKTOP, PHONE, visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import type { Eyrie } from './support/eyrie.ts';
import { officeEyrie, sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await officeEyrie();
  browser = await sharedBrowser();
});

test('DNS: a failed name leads to its packets, Back back; a long list opens', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/dns`);
  const names = page.getByRole('region', { name: 'Names' });
  await names.getByRole('listitem').first().waitFor();
  assert.equal(await names.getByRole('listitem').count(), 10);
  await names.getByRole('button', { name: 'All' }).click();
  assert.equal(await names.getByRole('listitem').count(), 33);
  await page.getByRole('link', { name: 'www.missing.example NXDOMAIN' }).click();
  await page.locator('.row[data-row="0"] .cell-summary', { hasText: 'www.missing.example' }).waitFor();
  assert.equal(
    await page.inputValue('#filter'),
    'dns.qry.name == "www.missing.example" && dns.flags.rcode == 3',
  );
  await page.goBack();
  await names.getByRole('listitem').first().waitFor();
  // The styles of this page, which are added when it is opened, are those of no other page.
  await page.getByRole('link', { name: 'Flows', exact: true }).click();
  const cell = page.locator('tr[data-row="0"] .protocol');
  await cell.waitFor();
  assert.equal(await cell.evaluate((element) => getComputedStyle(element).display), 'inline');
  await end();
});

test('a client narrows the page to its own queries: what failed of them, and what nobody answered', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/dns`);
  const clients = page.getByRole('region', { name: 'Clients' });
  await clients.getByRole('link', { name: '192.168.10.102', exact: true }).click();
  await page.locator('.figure', { hasText: 'Queries' }).getByText('73', { exact: true }).waitFor();
  assert.match(page.url(), /#\/analysis\/dns\?q=/);
  assert.match(await page.inputValue('#filter'), /&& ip\.addr == 192\.168\.10\.102$/);
  const errors = page.getByRole('region', { name: 'Errors' });
  assert.deepEqual(await errors.getByRole('link').allInnerTexts(), ['www.missing.example NXDOMAIN']);
  const unanswered = page.getByRole('region', { name: 'Unanswered' });
  assert.equal(await unanswered.getByRole('listitem').count(), 1);
  await end();
});

test('the tabs keep the filter; a protocol that does not pass it says so', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/dns?q=udp`);
  await page.getByRole('region', { name: 'Names' }).waitFor();
  await page.getByRole('link', { name: 'HTTP', exact: true }).click();
  await page.getByText('No HTTP/1 in what passes the filter').waitFor();
  assert.equal(await page.inputValue('#filter'), 'udp');
  await end();
});

test('a content type leads to its files, a cipher suite to the handshakes that chose it', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/http`);
  await page.getByRole('link', { name: 'image/png', exact: true }).click();
  await page.locator('.files tr[data-row="0"]', { hasText: 'image/png' }).waitFor();
  assert.equal(await page.inputValue('[aria-label="Find a file"]'), 'image/png');
  await page.getByRole('link', { name: 'TLS', exact: true }).click();
  await page.getByRole('link', { name: 'TLS_AES_256_GCM_SHA384' }).click();
  await page.locator('.row[data-row="11"] .cell-summary', { hasText: 'Server Hello' }).waitFor();
  assert.match(await page.inputValue('#filter'), /ciphersuite == 0x1302/);
  await end();
});

test('HTTP and TLS: lists, certificates with their ends, no barriers, nothing wider than the screen', async () => {
  for (const [viewport, colorScheme] of [
    [DESKTOP, 'light'],
    [PHONE, 'dark'],
  ] as const) {
    const { page, end } = await visit(browser, `${eyrie.url}#/analysis/http`, {
      viewport,
      colorScheme,
      bypassCSP: true,
    });
    await page.getByRole('region', { name: 'User agents' }).getByRole('link').first().waitFor();
    assert.deepEqual(await complaints(page), []);
    await page.getByRole('link', { name: 'TLS', exact: true }).click();
    await page
      .getByRole('region', { name: 'Certificates' })
      .getByText(/^\d{4}-\d\d-\d\d$/)
      .first()
      .waitFor();
    assert.deepEqual(await complaints(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await end();
  }
});
