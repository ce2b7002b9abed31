// Tests of the page in Chromium with the bundled sample, from the overview to a single byte.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { until } from '../../../test/support/until.ts';
import { visit } from './support/browser.ts';
import { bundle, gzipBytesOf, sentBytesOf } from './support/bundle.ts';
import type { Eyrie } from './support/eyrie.ts';
import { officeEyrie, sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await officeEyrie();
  browser = await sharedBrowser();
});

const PACKETS = '5,125';

function open(path: string) {
  return visit(browser, `${eyrie.url}#/${path}`);
}

/** Text of a column in the visible rows. */
function cells(page: Page, column: string): Promise<string[]> {
  return page.locator(`.row .cell-${column}`).allTextContents();
}

test('all scripts and styles take at most 150 kB, and so does all that a visit loads unasked, with fonts', async () => {
  const manifest = bundle();
  const gzipped = gzipBytesOf(manifest);
  assert.ok(gzipped <= 150_000, `${gzipped} bytes of scripts and styles, by gzip`);
  const loaded = new Set([manifest.index]);
  const { page, end } = await visit(browser, eyrie.url, {}, async (visited) => {
    visited.on('request', (request) => loaded.add(new URL(request.url()).pathname));
  });
  // The other pages are loaded after the first.
  await until('all pages are there', async () => [...loaded].some((path) => path.includes('others-')));
  await page.waitForLoadState('networkidle');
  const sent = sentBytesOf(manifest, loaded);
  assert.ok(sent <= 150_000, `${sent} bytes with fonts, by brotli`);
  await end();
});

test('overview: figures, traffic, protocols, talkers; a click filters and Back undoes it', async () => {
  const { page, end } = await open('overview');
  await page.getByText(PACKETS, { exact: true }).waitFor();
  await page.locator('.timeline canvas').waitFor();
  await page.locator('.talker').first().waitFor();
  await page
    .getByRole('button', { name: /^TCP\b/ })
    .first()
    .click();
  await until('the filter stands in its field', async () =>
    (await page.inputValue('#filter')).includes('"TCP"'),
  );
  await page.getByText(/% of 5,125/).waitFor();
  const first = page.locator('.talker button').first();
  await first.click();
  await until('both terms hold', async () =>
    /^_ws\.col\.Protocol == "TCP" && ipv?6?\.addr == /.test(await page.inputValue('#filter')),
  );
  await page.goBack();
  await until(
    'one term again',
    async () => (await page.inputValue('#filter')) === '_ws.col.Protocol == "TCP"',
  );
  await page.goBack();
  await page.getByText(PACKETS, { exact: true }).waitFor();
  assert.equal(await page.inputValue('#filter'), '');
  await end();
});

test('overview: a link restores the sender’s view', async () => {
  const { page, end } = await open('overview');
  const panels = () => page.getByRole('button', { pressed: true }).allTextContents();
  await page.locator('.timeline canvas').waitFor();
  await page.locator('.traffic').getByRole('button', { name: 'Bytes' }).click();
  await page.locator('.protocols').getByRole('button', { name: 'Packets' }).click();
  await page.locator('.protocols').getByRole('button', { name: 'List' }).click();
  await page.locator('.protocol-lines').waitFor();
  await page.locator('.talkers').getByRole('button', { name: 'Ports' }).click();
  const seen = await panels();
  assert.deepEqual(seen, ['Bytes', 'List', 'Packets', 'Ports']);
  await page.reload();
  await page.locator('.protocol-lines').waitFor();
  await page.locator('.timeline canvas').waitFor();
  assert.deepEqual(await panels(), seen);
  await end();
});

test('overview: a range dragged on the timeline filters the whole page', async () => {
  const { page, end } = await open('overview');
  const chart = page.locator('.timeline .u-over');
  await chart.waitFor();
  const box = (await chart.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await until('the range is a term', async () =>
    /^frame\.time_epoch >= [\d.]+ && frame\.time_epoch < [\d.]+$/.test(await page.inputValue('#filter')),
  );
  await page.getByText(/% of 5,125/).waitFor();
  await page.getByRole('button', { name: 'All time' }).click();
  await page.getByText(PACKETS, { exact: true }).waitFor();
  await end();
});

test('packets: list, tree and bytes share the selection', async () => {
  const { page, end } = await open('packets?q=http.request%20%26%26%20tcp');
  await page.locator('.row[data-row="0"] .cell-protocol:not(:empty)').waitFor();
  assert.ok((await cells(page, 'protocol')).every((text) => /^(HTTP|IPP|$)/.test(text)));
  await page.locator('.row[data-row="0"]').click();
  const layer = page.getByRole('treeitem', { name: 'Hypertext Transfer Protocol' });
  await layer.waitFor();
  await page.locator('.tree').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem', { name: /^Host: / }).click();
  await page.locator('.bytes-text .on').first().waitFor();
  const marked = (await page.locator('.bytes-text .on').allTextContents()).join('');
  assert.match(marked, /^Host: \S+··$/);
  await page.locator('.bytes-hex span[data-at="14"]').click();
  await page.locator('.tree-line[aria-selected="true"]', { hasText: /Version/ }).waitFor();
  await end();
});

test('packets: any column can be sorted, resized and hidden', async () => {
  const { page, end } = await open('packets?q=dns');
  await page.locator('.row[data-row="0"] .cell-length:not(:empty)').waitFor();
  await page.getByRole('button', { name: 'Length' }).click();
  await until('shortest first', async () => isRising((await cells(page, 'length')).map(number)));
  await page.getByRole('button', { name: 'Length' }).click();
  await until('longest first', async () => isRising((await cells(page, 'length')).map(number).reverse()));
  const grip = page.getByRole('separator', { name: 'Width of Source' });
  const before = Number(await grip.getAttribute('aria-valuenow'));
  await grip.focus();
  await page.keyboard.press('ArrowRight');
  assert.ok(Number(await grip.getAttribute('aria-valuenow')) > before);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Protocol' }).click();
  await until('the column is gone', async () => (await page.locator('.row .cell-protocol').count()) === 0);
  await end();
});

test('packets: a link with an order and a packet selects that packet', async () => {
  const { page, end } = await open('packets?q=tcp&packet=86&sort=-length');
  await until('longest first', async () => {
    const lengths = (await cells(page, 'length')).map(number);
    return lengths.length > 1 && isRising(lengths.reverse()) && lengths[0]! > 0;
  });
  await page.locator('.row[aria-selected="true"]', { hasText: /^86/ }).waitFor();
  await page.locator('.tree-line', { hasText: 'Frame 86:' }).waitFor();
  await page.getByRole('button', { name: 'No.' }).click();
  await until('in the order of time', async () => isRising((await cells(page, 'number')).map(number)));
  await page.locator('.row[aria-selected="true"]', { hasText: /^86/ }).waitFor();
  await end();
});

test('packets: the menu filters, follows the stream, and exports', async () => {
  const { page, end } = await open('packets?q=http.request%20%26%26%20tcp');
  await page.locator('.row[data-row="1"] .cell-dst:not(:empty)').click({ button: 'right' });
  await page.getByRole('menuitem', { name: '… and not this' }).click();
  await until('the filter has grown', async () =>
    /^http\.request && tcp && !\(ipv?6?\.dst == \S+\)$/.test(await page.inputValue('#filter')),
  );
  await page.goBack();
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Follow stream' }).click();
  const said = await page.locator('.piece pre').first().textContent();
  assert.match(said ?? '', /^[A-Z]+ \S+ HTTP\/1\.1\nHost:/);
  await page.getByRole('button', { name: 'Files' }).click();
  const file = page.waitForEvent('download');
  await page
    .getByRole('button', { name: /^Save \S/ })
    .first()
    .click();
  assert.equal(await (await file).failure(), null);
  await page.keyboard.press('Escape');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  assert.equal((await download).suggestedFilename(), 'eyrie.pcapng');
  assert.equal(await (await download).failure(), null);
  await end();
});

test('filter: names are completed, errors marked at their position, and suggestions applied by a click', async () => {
  const { page, end } = await open('packets');
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.locator('#filter').pressSequentially('dns.qry.na');
  await page
    .getByRole('option', { name: /^dns\.qry\.name/ })
    .first()
    .waitFor();
  await page.keyboard.press('Tab');
  assert.match(await page.inputValue('#filter'), /^dns\.qry\.name/);
  await page.locator('#filter').fill('dns && ip.adr == 10.20.0.80');
  await page.keyboard.press('Enter');
  await page.locator('#filter-error').waitFor();
  assert.equal(await page.locator('.filter-mirror mark').textContent(), 'ip.adr');
  assert.equal(new URL(page.url()).hash, '#/packets', 'it was not applied');
  await page.locator('#filter').fill('dns && ip.addr == 10.20.0.80');
  await page.keyboard.press('Enter');
  await until('it was applied', async () => page.url().includes('q=dns'));
  await end();
});

test('filter: a kept filter is offered in an empty field, also in later visits', async () => {
  const { page, end } = await open('overview?q=dns.flags.rcode%20!%3D%200');
  await page.getByRole('button', { name: 'Keep this filter' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.locator('#filter').focus();
  const kept = page.getByRole('option', { name: /^dns\.flags\.rcode != 0.*kept$/ });
  await kept.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until('it applies', async () => page.url().includes('q=dns.flags.rcode'));
  await page.getByRole('button', { name: 'Keep this filter', pressed: true }).click();
  await page.getByRole('button', { name: 'Keep this filter', pressed: false }).waitFor();
  await end();
});

test('filter: all kept filters can be reached by keys', async () => {
  const { page, end } = await open('overview');
  const filters = Array.from({ length: 30 }, (_, i) => `tcp.port == ${i + 1}`);
  await page.evaluate((kept) => localStorage.setItem('eyrie.kept-filters', kept), JSON.stringify(filters));
  await page.reload();
  await page.locator('#filter').focus();
  await page.locator('.choices li').nth(29).waitFor();
  await page.keyboard.press('ArrowUp');
  const last = page.locator('.choices [aria-selected="true"]');
  await until('the last is in sight', async () =>
    last.evaluate((option) => {
      const [own, box] = [option, option.parentElement!].map((each) => each.getBoundingClientRect());
      return own!.bottom <= box!.bottom + 1;
    }),
  );
  await page.keyboard.press('Enter');
  await until('it applies', async () => /q=tcp\.port.*30$/.test(page.url()));
  await end();
});

test('filter: an invalid one in the URL shows an error, and the page keeps working', async () => {
  const { page, end } = await open('packets?q=tcp.prt%20%3D%3D');
  await page.getByText('This display filter cannot be used').waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await end(/status of 400/);
});

test('flows and hosts: tables that sort, a host’s page, a map of connections', async () => {
  const { page, end } = await open('flows');
  await page.locator('tr[data-row="0"]').waitFor();
  await page.locator('tr[data-row="0"]').dblclick();
  await page.locator('.piece').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Hosts', exact: true }).click();
  await page.locator('.host-link', { hasText: '192.168.10.101' }).click();
  await page.getByRole('heading', { name: /laptop-ana/ }).waitFor();
  await page.getByRole('heading', { name: 'Peers' }).waitFor();
  await page.locator('.host .timeline canvas').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Map' }).click();
  await page.locator('.map canvas').waitFor();
  await page.locator('.map').focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('.map-card').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.item-head h1').waitFor();
  await end();
});

test('flows: a click on the protocol opens the conversation’s page, a page that fails keeps the rows before it', async () => {
  const { page, end } = await open('flows');
  await page.locator('tr[data-row="0"]').waitFor();
  const isNext = (address: URL) => address.pathname === '/flows' && address.searchParams.has('after');
  await page.route(isNext, (route) => route.fulfill({ status: 500, json: {} }));
  await page.locator('tr[data-row="3"]').focus();
  await page.keyboard.press('End');
  await page.getByText('Only 200 could be loaded').waitFor();
  await page.getByRole('button', { name: 'State' }).click();
  await page.getByText('Filter to fewer rows to sort by State').waitFor();
  await page.unroute(isNext);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('tr[data-row="205"]').waitFor();
  await page.getByText('Only 200 could be loaded').waitFor({ state: 'detached' });
  await page.locator('tr[data-row] .protocol').first().click();
  await page.locator('.ladder-step').first().waitFor();
  await end(/status of 500/);
});

test('flows: any display filter selects them, and retransmissions sort them', async () => {
  const { page, end } = await open(`flows?q=${encodeURIComponent('tcp.analysis.retransmission')}`);
  await page.locator('tr[data-row="0"]').waitFor();
  const retransmissions = page.locator('tbody td:nth-child(5)');
  const numbers = async () => (await retransmissions.allInnerTexts()).map(Number);
  assert.ok((await numbers()).every((n) => n > 0));
  const sorted = page.waitForRequest(/sort=retransmissions/);
  await page.getByRole('button', { name: 'Retrans.' }).click();
  await sorted;
  await page.locator('th[aria-sort="descending"]', { hasText: 'Retrans.' }).waitFor();
  await until('the most are first', async () => (await numbers())[0] === 13);
  await page.fill('#filter', 'http.request');
  await page.keyboard.press('Enter');
  await page.getByText(/^at most:/).waitFor();
  await end();
});

test('flows: a client’s IPv6 address and port are not cut on a laptop, if all times are of one day', async () => {
  const { page, end } = await open('flows');
  await page.locator('tr[data-row="19"]').waitFor();
  const clients = page.locator('tr[data-row] td:nth-child(2)');
  const long = await clients.filter({ hasText: /\[fd10:10::\w+:\w+:\w+:\w+\]:\d{5}/ }).all();
  assert.ok(long.length > 0);
  for (const cell of long)
    assert.ok(await cell.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth));
  await end();
});

test('overview: a time range is compared with as much time before it, in its figures and protocols', async () => {
  const { items } = (await (await fetch(`${eyrie.url}captures`)).json()) as { items: { first: string }[] };
  const start = Math.floor(Number(items[0]!.first));
  const range = (from: number, to: number) =>
    `frame.time_epoch >= ${start + from} && frame.time_epoch < ${start + to}`;
  const packets = async (q: string) => {
    const answer = await fetch(`${eyrie.url}protocol_summary?q=${encodeURIComponent(q)}`);
    return ((await answer.json()) as { packets: number }).packets;
  };
  const [now, then] = [await packets(range(60, 90)), await packets(range(30, 60))];
  assert.ok(now > then && then > 0);
  const { page, end } = await open(`overview?protocols=list&q=${encodeURIComponent(range(60, 90))}`);
  const figure = page.locator('.figure').first();
  const change = await figure.getByText(/ × the time before$/).innerText();
  assert.ok(Math.abs(Number.parseFloat(change) - now / then) < 0.01, change);
  await page
    .locator('.protocol-lines li')
    .first()
    .getByText(/before [\d.]+ %$/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await figure.getByText('before').waitFor({ state: 'detached' });
  await end();
});

test('overview: top talkers as conversations and as ports; a click filters', async () => {
  const { page, end } = await open('overview');
  const talkers = page.locator('.talkers');
  await talkers.getByText('sent received').waitFor();
  await talkers.getByRole('button', { name: 'Conversations' }).press('Enter');
  await talkers.getByRole('listitem').filter({ hasText: 'files.alder.example↔laptop-ana' }).first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Conversations');
  assert.equal(await talkers.getByText('sent received').count(), 0);
  const summed = page.waitForRequest(/by=port&top=10&/);
  await talkers.getByRole('button', { name: 'Ports' }).click();
  await summed;
  await talkers.getByRole('button', { name: /^8081\b/ }).click();
  await page.getByText(/% of 5,125/).waitFor();
  assert.equal(await page.inputValue('#filter'), 'tcp.port == 8081');
  await page.reload();
  await talkers.getByRole('button', { name: /^8081\b/ }).waitFor();
  await end();
});

test('status: services, store, and the link to the API’s reference', async () => {
  const { page, end } = await open('status');
  await page.getByRole('heading', { name: 'Services' }).waitFor();
  await page.getByText('5,125', { exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'HTTP API reference' }).getAttribute('href'), '/docs');
  await end();
});

test('keyboard only: filter, select a packet, expand a layer, use its menu, go back', async () => {
  const { page, end } = await open('overview');
  await page.locator('.timeline canvas').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('tls.handshake.type == 1 && tcp');
  await page.keyboard.press('Enter');
  await until('only greetings', async () => {
    const summaries = await cells(page, 'summary');
    return summaries.length > 0 && summaries.every((text) => text.includes('Client Hello'));
  });
  await focusByTab(page, '.list');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.locator('.row[data-row="1"][aria-selected="true"]').waitFor();
  await page.locator('.tree-line').first().waitFor();
  await page.keyboard.press('F6');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.locator('.tree-line[aria-level="2"]').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('F6');
  assert.ok(await page.evaluate(() => document.activeElement?.classList.contains('bytes-box')));
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keys and colours' }).waitFor();
  await page.keyboard.press('Escape');
  await end();
});

async function focusByTab(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} cannot be reached with Tab`);
}

function number(text: string): number {
  return Number(text.replaceAll(',', ''));
}

function isRising(values: number[]): boolean {
  return values.length > 1 && values.every((value, i) => i === 0 || value >= values[i - 1]!);
}

test('packets: colour rules can be edited and persist', async () => {
  const { page, end } = await open('packets?q=dns');
  const first = page.locator('.row[data-row="0"]');
  await first.locator('.cell-protocol:not(:empty)').waitFor();
  await page.getByRole('button', { name: 'Colours', exact: true }).click();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByRole('textbox', { name: 'Filter of My rule' }).fill('dns.id == 1');
  await page.getByText(/has no dns\.id/).waitFor();
  await page.getByRole('textbox', { name: 'Filter of My rule' }).fill('udp.port == 53');
  await page.locator('.row.rule-mark').first().waitFor();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.locator('.row.rule-mark').first().waitFor();
  await page.getByRole('button', { name: 'Colours', exact: true }).click();
  await page.getByRole('button', { name: 'Restore defaults' }).click();
  await page.locator('.row.rule-mark').first().waitFor({ state: 'detached' });
  await end();
});

test('the page opens where the browser names a language that Intl refuses', async () => {
  const { page, end } = await visit(browser, eyrie.url, {}, async (it) => {
    await it.addInitScript(() =>
      Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }),
    );
  });
  await page.locator('.timeline canvas').waitFor();
  await end();
});
