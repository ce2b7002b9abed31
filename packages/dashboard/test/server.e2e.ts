// Tests of the page with its server: types of the API, uploads, live captures, restarts.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { requireTool } from '../../../test/support/tools.ts';
import { PHONE, visit, WAIT_MS } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { type Eyrie, SAMPLE, startEyrie } from './support/eyrie.ts';
import { differences, interfacesOf } from './support/shapes.ts';
import { sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await startEyrie(null);
  browser = await sharedBrowser();
});
after(async () => {
  await eyrie?.stop();
});

test('the page’s types of the API agree with its OpenAPI document', async () => {
  const answer = await fetch(`${eyrie.url}openapi.json`);
  const types = ['types.ts', 'analysis-types.ts', 'mesh-types.ts']
    .map((name) => readFileSync(join(import.meta.dirname, '../src/api', name), 'utf8'))
    .join('\n');
  assert.deepEqual(differences(interfacesOf(types), await answer.json()), []);
});

test('with an empty store the page says what to do, uploads a file, and shows it', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`);
  await page.getByText('No packets yet').waitFor();
  await page.getByRole('link', { name: 'To the captures' }).click();
  await page.getByText('Nothing is stored yet').waitFor();
  await page.locator('input[type=file]').setInputFiles(SAMPLE);
  await page.locator('.upload-done').waitFor();
  await page.locator('.capture-row', { hasText: 'office-hour.pcapng' }).getByText('5,125 packets').waitFor();
  await page.locator('input[type=file]').setInputFiles(SAMPLE);
  await page.getByText('already stored: the bytes are identical').waitFor();
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.locator('.talker').first().waitFor();
  await end();
});

test('many files dropped at once are uploaded a few at a time', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/captures`);
  await page.locator('.capture-row').first().waitFor();
  const [now, most] = [new Set<object>(), { sent: 0 }];
  await page.route(/\/captures\?name=/, async (route) => {
    now.add(route);
    most.sent = Math.max(most.sent, now.size);
    await page.waitForTimeout(20);
    now.delete(route);
    await route.fulfill({ json: { is_new: true, capture: { id: 0 } } });
  });
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    for (let i = 0; i < 12; i++) data.items.add(new File(['packets'], `part-${i}.pcap`));
    return data;
  });
  await page.dispatchEvent('main', 'dragover', { dataTransfer: dropped });
  await page.getByText('Drop capture files here').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
  await page.waitForFunction(() => document.querySelectorAll('.upload-done').length === 12);
  assert.ok(most.sent <= 3, `${most.sent} at once`);
  await end();
});

test('a file that is not a capture is rejected with a message', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/captures`);
  await page.locator('.capture-row').first().waitFor();
  await page.locator('input[type=file]').setInputFiles({
    name: 'letter.pcap',
    mimeType: 'text/plain',
    buffer: Buffer.from('Dear Sir or Madam,\n'),
  });
  await page.locator('.upload-failed, .capture-problem').first().waitFor();
  await end(/status of 4\d\d/);
});

const skip = requireTool('tcpdump');

test('live: packets appear as they arrive, the list follows and pauses, and the capture can be stopped', {
  skip,
}, async (t) => {
  const able = (await (await fetch(`${eyrie.url}interfaces`)).json()) as {
    can_capture: boolean;
    problem: string | null;
  };
  if (!able.can_capture) return t.skip(`cannot capture here: ${able.problem}`);
  const { page, end } = await visit(browser, `${eyrie.url}#/captures`);
  await page.locator('.live-form select').selectOption('lo');
  await page.getByLabel('Capture filter (BPF)').fill('udp port 45454');
  await page.getByRole('button', { name: 'Start' }).click();
  const socket = createSocket('udp4');
  const timer = setInterval(() => socket.send('hello', 45454, '127.0.0.1'), 20);
  try {
    await page.locator('.pulse-live').waitFor();
    await page.getByRole('link', { name: 'Packets', exact: true }).click();
    await page.getByRole('button', { name: 'Follow new packets' }).click();
    const rows = async () => Number(await page.locator('.list').getAttribute('aria-rowcount'));
    await page.locator('.row .cell-protocol:not(:empty)').first().waitFor();
    const before = await rows();
    const deadline = Date.now() + WAIT_MS;
    while ((await rows()) <= before) {
      assert.ok(Date.now() < deadline, 'the list does not grow');
      await page.waitForTimeout(100);
    }
    await page.setViewportSize(PHONE);
    const counted = page.locator('.toolbar-count', { hasText: /packets$/ });
    assert.ok(await counted.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth));
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Follow new packets' }).waitFor();
    await page.getByRole('link', { name: 'Captures', exact: true }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.capture-row', { hasText: 'lo' }).getByText('done').waitFor();
  } finally {
    clearInterval(timer);
    socket.close();
  }
  await end();
});

test('a capture is deleted after confirmation', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/captures`);
  const row = page.locator('.capture-row', { hasText: 'letter.pcap' });
  const all = page.locator('.capture-row');
  await all.first().waitFor();
  const doomed = (await row.count()) > 0 ? row : all.first();
  const before = await all.count();
  await doomed.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.equal(await all.count(), before);
  await doomed.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.waitForFunction(
    (count) => document.querySelectorAll('.capture-row').length === count,
    before - 1,
  );
  await end();
});

test('when the server is killed and restarted, the page says so, keeps its data, and recovers', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await eyrie.halt('SIGKILL');
  await page.getByText('No connection to the server.').waitFor();
  assert.ok((await page.locator('.row .cell-number:not(:empty)').count()) > 0, 'the rows are still there');
  await eyrie.again();
  await page.getByText('No connection to the server.').waitFor({ state: 'detached' });
  await page.locator('.row[data-row="3"]').click();
  await page.locator('.tree-line').first().waitFor();
  await end(/WebSocket|ERR_CONNECTION|Failed to load/);
});
