// A person logs in with a real browser, whose headers of forms no other client makes up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '@eyrie/store';
import { startAnalyzer } from '../../services/test/analyzer/support.ts';
import { startBrowser, visit } from './support/browser.ts';

const TOKEN = 'the-token-of-this-test';

test('with the token in the form at /login a browser gets in, and another token does not', async () => {
  const store = await openStore('duckdb::memory:');
  const analyzer = await startAnalyzer(store, { access: { token: TOKEN, hosts: [] } });
  const browser = await startBrowser();
  try {
    const { page, end } = await visit(browser, `${analyzer.address}/login`);
    const send = async (token: string): Promise<void> => {
      await page.fill('input[name=token]', token);
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await send('another-one');
    await page.getByText('This is not the token.').waitFor();
    await send(TOKEN);
    await page.waitForURL((url) => url.pathname !== '/login');
    const status = await page.evaluate(async () => (await fetch('/captures')).status);
    assert.equal(status, 200);
    // The wrong token, and an icon that this server without a page does not have.
    await end(/40[14]/);
  } finally {
    await browser.close();
    await analyzer.close();
    await store.close();
  }
});
