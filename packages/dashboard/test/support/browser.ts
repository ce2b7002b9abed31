// Starts Chromium for tests: the machine's own, otherwise the one of the npm package.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Inside node_modules, so that `npm ci` removes it together with the package. */
const CACHE = join(import.meta.dirname, '../../../../node_modules/.cache');

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startBrowser(): Promise<Browser> {
  const own = process.env.EYRIE_CHROMIUM ?? installed();
  if (own !== undefined) return chromium.launch({ executablePath: own, args: ARGUMENTS });
  const folder = await unpacked();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ARGUMENTS,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: fontsOf(folder),
    },
  });
}

/**
 * The folder with npm's Chromium and its libraries, unpacked once per version. Concurrent test files each unpack into a
 * folder of their own; the first to finish renames it to the final name.
 */
async function unpacked(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  const folder = join(CACHE, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  // The package unpacks into TMPDIR, and its libraries only if it detects AWS Lambda.
  const before = { TMPDIR: process.env.TMPDIR, AWS_EXECUTION_ENV: process.env.AWS_EXECUTION_ENV };
  Object.assign(process.env, { TMPDIR: made, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' });
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    await packed.executablePath();
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  return folder;
}

/**
 * Writes fontconfig's configuration for an unpacked Chromium. The package's own names folders of AWS Lambda: without any
 * font Chromium crashes at the first form control.
 */
function fontsOf(folder: string): string {
  const path = join(folder, 'fonts.conf');
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`;
  if (!existsSync(path)) writeFileSync(path, text);
  return path;
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

export interface Visit {
  page: Page;
  /** Problems so far: console errors, failed requests, requests to other hosts. */
  problems: string[];
  /** Closes the page, and fails if there were problems other than the expected. */
  end: (expected?: RegExp) => Promise<void>;
}

/** Timeout in milliseconds; generous, so that a slow or busy machine does not reach it. */
export const WAIT_MS = 180_000;
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** @param prepare called before the page is opened */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme: 'light',
    ...options,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error.stack ?? error)));
  page.on('request', (request) => {
    const address = request.url();
    if (
      !address.startsWith('data:') &&
      !address.startsWith('blob:') &&
      new URL(address).host !== new URL(url).host
    ) {
      problems.push(`asked ${address}`);
    }
  });
  await prepare(page);
  await page.goto(url);
  return {
    page,
    problems,
    end: async (expected) => {
      // Else a handler that still reads an answer fails, and with it whichever test runs then.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
      assert.deepEqual(
        problems.filter((problem) => expected === undefined || !expected.test(problem)),
        [],
        'the page complained',
      );
    },
  };
}
