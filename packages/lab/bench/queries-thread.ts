// The thread of a benchmark host. This file is both ends.

import type { Hosted } from '../src/hosting/calls.ts';
import type { HostOptions } from '../src/hosting/host.ts';
import { serveInThread, startThread } from '../src/hosting/thread.ts';
import type { QueryHost } from './queries-host.ts';

const KIND = 'eyrie bench queries';

export function startQueryHost(options: HostOptions): Hosted<QueryHost> {
  return startThread(new URL(import.meta.url), KIND, options.name, options);
}

await serveInThread(KIND, async (options: HostOptions) => {
  const { QueryHost } = await import('./queries-host.ts');
  return new QueryHost(options);
});
