// The thread of a benchmark host. This file is both ends.

import type { Hosted } from '../src/hosting/calls.ts';
import type { HostOptions } from '../src/hosting/host.ts';
import { serveInThread, startThread } from '../src/hosting/thread.ts';
import type { MeshHost } from './mesh-host.ts';

const KIND = 'eyrie bench mesh';

export function startMeshHost(options: HostOptions): Hosted<MeshHost> {
  return startThread(new URL(import.meta.url), KIND, options.name, options);
}

await serveInThread(KIND, async (options: HostOptions) => {
  const { MeshHost } = await import('./mesh-host.ts');
  return new MeshHost(options);
});
