// What all tests of a process share and none of them stops: a browser, and an Eyrie in which they change nothing.
import { after } from 'node:test';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { type Eyrie, startEyrie } from './eyrie.ts';

let browser: Promise<Browser> | undefined;
let office: Promise<Eyrie> | undefined;

// Also if the other one did not start: the tests that asked for it have said so.
after(async () => {
  await browser?.then(
    (each) => each.close(),
    () => {},
  );
  await office?.then(
    (each) => each.stop(),
    () => {},
  );
});

/** Each visit has storage of its own. */
export function sharedBrowser(): Promise<Browser> {
  browser ??= startBrowser();
  return browser;
}

/** With the bundled sample. */
export function officeEyrie(): Promise<Eyrie> {
  office ??= startEyrie();
  return office;
}
