// Tests the login in a real browser, because only a browser sends the headers that the form's protection checks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '@eyrie/store';
import { startAnalyzer } from '../../services/test/analyzer/support.ts';
import { visit } from './support/browser.ts';
import { sharedBrowser } from './support/shared.ts';

const TOKEN = 'the-token-of-this-test';

test('a browser logs in with the token in the form at /login, not with another, and is where its link leads', async () => {
  const store = await openStore('duckdb::memory:');
  const analyzer = await startAnalyzer(store, { access: { token: TOKEN, hosts: [] } });
  const browser = await sharedBrowser();
  try {
    const { page, end } = await visit(browser, `${analyzer.address}/login#/packets?q=dns`);
    const send = async (token: string): Promise<void> => {
      await page.fill('input[name=token]', token);
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await send('another-one');
    await page.getByText('This is not the token.').waitFor();
    await send(TOKEN);
    await page.waitForURL((url) => url.pathname !== '/login');
    assert.equal(new URL(page.url()).hash, '#/packets?q=dns');
    const status = await page.evaluate(async () => (await fetch('/captures')).status);
    assert.equal(status, 200);
    // The responses to the wrong token, and to the icon, which this server without a page does not have.
    await end(/40[14]/);
  } finally {
    await analyzer.close();
    await store.close();
  }
});
