// The thread of a host. This file is both ends, so that it is found wherever the sources were bundled.

import type { Hosted } from './calls.ts';
import type { Host, HostOptions } from './host.ts';
import { serveInThread, startThread } from './thread.ts';

const KIND = 'eyrie lab host';

export function startHostThread(options: HostOptions): Hosted<Host> {
  return startThread(new URL(import.meta.url), KIND, options.name, options);
}

await serveInThread(KIND, async (options: HostOptions) => {
  const { Host } = await import('./host.ts');
  return new Host(options);
});
