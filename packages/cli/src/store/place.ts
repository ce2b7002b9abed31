// Which store is meant, and errors of it in words for people.
import { ConfigError, loadConfig } from '@eyrie/services/config';
import { openStore, type Store, StoreError, type StoreOptions } from '@eyrie/store';
import { defaultStoreUrl } from '../base-folders.ts';
import { exitStatusOf, UserError } from '../errors.ts';
import { onMigration } from '../pipeline/settings.ts';

/** The one that was named, else the configured one, else the file of the user's own. @throws UserError */
export function storeUrl(named: string | undefined, configFile: string | undefined): string {
  if (named !== undefined) return named;
  try {
    const { store } = loadConfig(configFile === undefined ? {} : { path: configFile });
    if (store.url !== '') return store.url;
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
  return defaultStoreUrl();
}

/** @throws UserError */
export async function withStore<T>(
  url: string,
  options: StoreOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  try {
    const store = await openStore(url, { onMigration, ...options });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'ERR_STORE_NOT_FOUND' && url === defaultStoreUrl())
      throw new UserError('nothing was stored here yet: eyrie up, or eyrie import FILE', exitStatusOf(error));
    throw new UserError(error.message, exitStatusOf(error));
  }
}
