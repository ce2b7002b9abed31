// Tests of a flow's page: ladder and graphs, by mouse and by keys.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { complaints } from './support/axe.ts';
import { PHONE, visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import type { Eyrie } from './support/eyrie.ts';
import { officeEyrie, sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;
/** The largest flow of the sample, which has retransmissions. */
let flow: { id: number; packets: number };

before(async () => {
  bundle();
  eyrie = await officeEyrie();
  browser = await sharedBrowser();
  const answer = await fetch(`${eyrie.url}flows?transport=tcp&sort=bytes&limit=1`);
  const [found] = ((await answer.json()) as { items: Record<string, number>[] }).items;
  flow = { id: found!.id!, packets: found!.packets_to_server! + found!.packets_to_client! };
});

test('l leads from a packet to the ladder of its conversation, Enter from a step to its packet, Back back', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=tcp.analysis.retransmission`);
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  await page.locator('.row[data-row="0"]').click();
  await page.keyboard.press('l');
  const steps = page.locator('.ladder-step');
  await steps.first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'keys go on at the page');
  assert.match((await steps.first().textContent())!, /^0\.000000from .*: \[SYN\] Seq=0/);
  assert.match((await steps.nth(1).getAttribute('class'))!, /side-1 tone-begin/);
  assert.ok((await page.locator('.tone-odd').count()) > 0, 'retransmissions stand out');
  await steps.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.row[aria-selected="true"]', { hasText: '[SYN, ACK]' }).waitFor();
  assert.match(await page.inputValue('#filter'), /^tcp\.stream == \d+$/);
  await page.goBack();
  await steps.first().waitFor();
  await end();
});

test('the graphs are part of the address; arrow keys read packets, + zooms, Enter opens', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/${flow.id}?show=sequence`);
  const graph = page.getByRole('slider', { name: /^Sequence, data of / });
  await graph.locator('canvas').waitFor();
  assert.equal(await graph.getAttribute('aria-valuemax'), String(flow.packets - 1));
  await page.getByText('Retransmitted', { exact: true }).waitFor();
  await graph.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.match((await graph.getAttribute('aria-valuetext'))!, /^0\.\d{6} s · packet [\d,]+ · Sent 1$/);
  await page.keyboard.press('+');
  await page.getByRole('button', { name: 'Whole time' }).click();
  await page.getByRole('button', { name: 'Whole time' }).waitFor({ state: 'detached' });
  for (const name of ['RTT', 'Throughput', 'Windows']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('slider', { name: new RegExp(`^${name}`) }).waitFor();
  }
  assert.match(page.url(), /show=window/);
  await page.getByRole('slider').press('ArrowRight');
  await page.getByRole('slider').press('Enter');
  await page.locator('.row[aria-selected="true"]').waitFor();
  await end();
});

test('a drag zooms, and a click opens the packet under the pointer', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/${flow.id}?show=throughput`);
  const over = page.locator('.stream-canvas .u-over');
  await over.waitFor();
  const box = (await over.boundingBox())!;
  assert.equal(await page.getByRole('button', { name: 'Whole time' }).count(), 0, 'not zoomed at first');
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 50, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Whole time' }).waitFor();
  await page.getByRole('button', { name: 'Sequence' }).click();
  await over.waitFor();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
  await page.mouse.click(box.x + box.width * 0.5, box.y + 60);
  await page.locator('.row[aria-selected="true"]').waitFor();
  await end();
});

test('a flow of UDP has a ladder and its throughput, no graph of sequence numbers', async () => {
  const answer = await fetch(`${eyrie.url}flows?transport=udp&application=dns&limit=1`);
  const [dns] = ((await answer.json()) as { items: { id: number }[] }).items;
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/${dns!.id}?show=rtt`);
  await page.locator('.ladder-step', { hasText: 'Standard query' }).first().waitFor();
  const views = await page.getByRole('group', { name: 'View' }).getByRole('button').allTextContents();
  assert.deepEqual(views, ['Ladder', 'Throughput']);
  await page.getByRole('button', { name: 'Follow' }).click();
  await page.locator('.piece').first().waitFor();
  assert.equal(await page.getByRole('group', { name: 'As' }).count(), 0, 'UDP carries no TLS');
  await end();
});

test('a conversation is read as bytes or as one stream of HTTP/2, and a piece leads to its packet', async () => {
  const answer = await fetch(`${eyrie.url}flows?application=http2&limit=1`);
  const [http2] = ((await answer.json()) as { items: { id: number; stream: number }[] }).items;
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/${http2!.id}`);
  await page.route(/\/substreams\?/, async (route) => {
    const found = await (await route.fetch()).json();
    await route.fulfill({ json: { ...found, is_whole: false } });
  });
  await page.getByRole('button', { name: 'Follow' }).click();
  const first = page.locator('.piece').first();
  await first.filter({ hasText: 'PRI * HTTP/2.0' }).waitFor();
  const ways = await page.getByRole('group', { name: 'As' }).getByRole('button').allTextContents();
  assert.deepEqual(ways, ['Bytes', 'HTTP unpacked', 'HTTP/2 stream']);
  await page.getByRole('button', { name: 'HTTP/2 stream' }).click();
  await first.filter({ hasText: ':path: /index.html' }).waitFor();
  // The body, whose coding is gzip.
  await page.locator('.piece', { hasText: /<!doctype html>/i }).waitFor();
  await page.getByText(/There may be more streams: these are the first \d+/).waitFor();
  await page.getByLabel('Stream of the connection').selectOption('Stream 15');
  await first.filter({ hasText: ':path: /style.css' }).waitFor();
  const number = await first.getByRole('button').innerText();
  await first.locator('pre').click();
  const row = page.locator('.row[aria-selected="true"]');
  await row.locator('.cell-number', { hasText: number }).waitFor();
  assert.equal(await page.inputValue('#filter'), `tcp.stream == ${http2!.stream}`);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await end();
});

test('more of a stream that arrives after another was chosen is dropped', async () => {
  const answer = await fetch(`${eyrie.url}flows?application=http2&limit=1`);
  const [http2] = ((await answer.json()) as { items: { id: number }[] }).items;
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/${http2!.id}`);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/stream\?|\/stream$/, async (route) => {
    const url = new URL(route.request().url());
    if (url.searchParams.has('protocol')) return route.continue();
    const isMore = url.searchParams.has('after');
    const whole = await route.fetch({ url: url.href.replace(/[?&]after=[^&]*/, '') });
    if (isMore) await released;
    // An aborted request cannot be answered.
    await route.fulfill({ json: { ...(await whole.json()), next: isMore ? null : 'n0' } }).catch(() => {});
  });
  await page.getByRole('button', { name: 'Follow' }).click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('button', { name: 'HTTP/2 stream' }).click();
  const first = page.locator('.piece').first();
  await first.filter({ hasText: ':path: /index.html' }).waitFor();
  release();
  await page.waitForTimeout(300);
  assert.match((await first.locator('pre').textContent()) ?? '', /:path: \/index\.html/);
  await end();
});

test('a flow whose file is gone still has its figures, and says what is missing', async () => {
  const answer = { error: { code: 'bytes_gone', message: 'the file is not there', hint: 'import it again' } };
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/${flow.id}`, {}, async (own) => {
    await own.route(/\/segments$/, (route) => route.fulfill({ status: 410, json: answer }));
  });
  await page.getByText('Its packets can no longer be read').waitFor();
  await page.getByText('Import it again').waitFor();
  await page
    .locator('.item-figures')
    .getByText(flow.packets.toLocaleString('en-US'), { exact: true })
    .waitFor();
  assert.equal(await page.getByRole('button', { name: 'Follow' }).count(), 0);
  await end(/410/);
});

test('a flow that is not there says so, and the page has no barriers', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows/99999999`);
  await page.getByText('This flow is not known').waitFor();
  await end(/404/);
  for (const colorScheme of ['light', 'dark'] as const)
    for (const path of [`${flow.id}`, `${flow.id}?show=sequence`]) {
      const options = { bypassCSP: true, colorScheme, viewport: PHONE };
      const shown = await visit(browser, `${eyrie.url}#/flows/${path}`, options);
      await shown.page.locator('.ladder-step, .stream-canvas canvas').first().waitFor();
      assert.deepEqual(await complaints(shown.page), [], `${path} ${colorScheme}`);
      const widest = await shown.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(widest <= PHONE.width, `${path} is ${widest} px wide`);
      await shown.end();
    }
});
