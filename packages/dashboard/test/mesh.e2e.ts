// Tests of the Mesh page with a real mesh of three peers: members, readings, queries, measures.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { complaints } from './support/axe.ts';
import { visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { type Eyrie, startEyrie } from './support/eyrie.ts';
import { sharedBrowser } from './support/shared.ts';

const home = mkdtempSync(join(tmpdir(), 'eyrie-mesh-page-'));
process.env.EYRIE_HOME = home;
const command = join(import.meta.dirname, '../../cli/bin/eyrie.js');

function eyrieDoes(...args: string[]): string {
  return execFileSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrieDoes('mesh', 'init', 'lab', '--name', 'hub', '--host', '127.0.0.1', '--port', '0');
  eyrieDoes('mesh', 'start');
  const token = eyrieDoes('mesh', 'invite', '--uses', '2').trim();
  for (const id of ['east', 'west'])
    eyrieDoes('mesh', 'join', token, '--name', id, '--host', '127.0.0.1', '--port', '0');
  eyrieDoes('mesh', 'start');
  process.env.EYRIE_PEER = 'hub';
  eyrie = await startEyrie(null);
  browser = await sharedBrowser();
});
after(async () => {
  await eyrie?.stop();
  eyrieDoes('mesh', 'stop');
  rmSync(home, { recursive: true, force: true });
});

test('the Mesh page shows the tree, the summary and one peer', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/mesh`);
  await page.getByText('3 of 3 peers alive').waitFor();
  await page.locator('.radial canvas').waitFor();
  await page.locator('.gauge-table').getByText('Processor').waitFor();
  await page.locator('.radial').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  const text = await page.locator('.radial').getAttribute('aria-valuetext');
  await page.keyboard.press('Enter');
  const name = await page.locator('.peer-card h2').textContent();
  assert.ok(text?.startsWith(name!), `${text} is ${name}`);
  await page.locator('.peer-card .lately').getByText('Memory').waitFor();
  await page.locator('.peer-card').getByText('Interface').waitFor();
  await page.getByRole('button', { name: 'Path from hub' }).click();
  await page
    .locator('.way .quiet')
    .getByText(/--watch|watch/)
    .waitFor();
  await end(/status of 4\d\d|status of 503/);
});

test('the Time page shows mesh time and the offset of each machine', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`, { bypassCSP: true });
  await page.getByRole('link', { name: 'Time' }).click();
  await page.locator('.time-now').getByText(/± \d/).waitFor();
  await page.getByText('No time servers', { exact: true }).waitFor();
  for (const id of ['hub', 'east', 'west'])
    await page.locator('.time-clocks').getByRole('button', { name: id }).waitFor();
  assert.deepEqual(await complaints(page), []);
  await page.getByRole('button', { name: 'east' }).click();
  await page.locator('.peer-card h2').getByText('east').waitFor();
  await page.getByRole('link', { name: 'Clock' }).click();
  await page.locator('.time-now').waitFor();
  await end();
});

test('an answer that takes longer than the polling interval still arrives', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`);
  await page.route('**/mesh/time', async (route) => {
    await sleep(2_500);
    await route.continue().catch(() => {}); // The page was closed meanwhile.
  });
  await page.getByRole('link', { name: 'Time' }).click();
  await page.locator('.time-now').getByText(/± \d/).waitFor();
  await end();
});

test('a query marks the matching peers; an invalid one says what is expected', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/mesh`);
  const query = page.getByRole('textbox', { name: 'Query' });
  await query.fill('2 peers order by memory.free');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByText('3 of 3 peers match').waitFor();
  assert.equal(await page.locator('.query-rows tbody tr').count(), 2);
  await query.fill('2 peers order by shoe.size');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page
    .locator('.query-box .odd')
    .getByText(/shoe\.size/)
    .waitFor();
  await end(/status of 400/);
});

test('a quarantined peer is shown at once and can be released', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/mesh`);
  await page.getByText('No peer is throttled').waitFor();
  eyrieDoes('mesh', 'quarantine', 'west', '--for', '10m', '--reason', 'a test', '--peer', 'hub');
  await page.locator('.measure').getByText('quarantine').waitFor();
  await page.locator('.measure').getByText('a test').waitFor();
  await page.getByText('2 of 3 peers alive').waitFor();
  await page.getByRole('button', { name: 'Release' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
  await page.getByText('No peer is throttled').waitFor();
  await page.getByText('3 of 3 peers alive').waitFor();
  await end();
});
