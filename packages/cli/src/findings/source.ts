// The source of findings: the API of a running page or analyzer, or a store that is opened for it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FindingRow } from '@eyrie/services/analyzer';
import type { Store } from '@eyrie/store';
import { exitStatusOf, FAILED, UserError } from '../errors.ts';
import { configFrom } from '../pipeline/config.ts';
import type { FindingsOptions } from './options.ts';

export interface FindingsWanted {
  readonly order: 'gravest' | 'newest';
  readonly isExpertMeant: boolean;
  readonly limit: number;
}

export interface FindingsSource {
  page(wanted: FindingsWanted): Promise<FindingRow[]>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const KNOCK_MS = 1_000;

/** @throws UserError */
export async function openSource(options: FindingsOptions): Promise<FindingsSource> {
  const token = options.token ?? process.env.EYRIE_TOKEN;
  if (options.api !== undefined) return apiSource(urlOf(options.api), token);
  if (options.store === undefined) {
    for (const url of usualPlaces(options.config)) if (await isThere(url)) return apiSource(url, token);
  }
  const { openStore, StoreError } = await import('@eyrie/store');
  const { storeUrl } = await import('../store/place.ts');
  const url = storeUrl(options.store, options.config);
  try {
    return storeSource(await openStore(url, { create: false, readOnly: true }));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'ERR_STORE_NOT_FOUND' && options.store === undefined)
      throw new UserError(
        'nothing was stored here yet: eyrie up, or eyrie import --rules FILE; eyrie read FILE -q -z findings looks at a file alone',
        exitStatusOf(error),
      );
    throw new UserError(error.message, exitStatusOf(error));
  }
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UserError(`--api ${text}: must be a URL, as http://127.0.0.1:5000`);
  return url.origin;
}

/** Default URLs: the page, which has the whole API, then the analyzer. */
function usualPlaces(path: string | undefined): string[] {
  const { ui, analyzer } = configFrom(path === undefined ? {} : { config: path });
  return [ui.port, analyzer.port].map((port) => `http://127.0.0.1:${port}`);
}

/** Whether an Eyrie answers there. */
async function isThere(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(KNOCK_MS) });
    return typeof ((await answer.json()) as { store?: unknown }).store === 'string';
  } catch {
    return false;
  }
}

function apiSource(url: string, token: string | undefined): FindingsSource {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async page({ order, isExpertMeant, limit }) {
      const query = new URLSearchParams({ order, limit: String(limit) });
      if (!isExpertMeant) query.set('finder', 'rule');
      let answer: Response;
      try {
        answer = await fetch(`${url}/findings?${query}`, {
          headers,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
      } catch {
        throw new UserError(`${url} does not answer: is it running?`, FAILED);
      }
      const body = (await answer.json().catch(() => ({}))) as {
        items?: FindingRow[];
        error?: { message: string };
      };
      if (answer.status === 401) throw new UserError(`${url} requires a token: give it with --token`, FAILED);
      if (body.items === undefined)
        throw new UserError(
          `${url}: ${body.error?.message ?? `this is not an API of Eyrie (it answered ${answer.status})`}`,
          FAILED,
        );
      return body.items;
    },
    close: () => sleep(0),
  };
}

function storeSource(store: Store): FindingsSource {
  return {
    async page({ order, isExpertMeant, limit }) {
      const { items } = await store.findings({ order, limit, ...(isExpertMeant ? {} : { finder: 'rule' }) });
      const { findingRow } = await import('@eyrie/services/analyzer');
      return items.map(findingRow);
    },
    close: () => store.close(),
  };
}
