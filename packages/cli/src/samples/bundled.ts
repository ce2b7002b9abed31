// The capture that comes along, for whoever has none at hand.
import { join } from 'node:path';
import { findSamplesFolder } from './manifest.ts';

const BUNDLED = 'office-hour.pcapng';

export async function bundledSample(): Promise<string> {
  return join(await findSamplesFolder(), BUNDLED);
}
