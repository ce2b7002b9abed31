// The bundled capture.
import { join } from 'node:path';
import { findSamplesFolder } from './manifest.ts';

const BUNDLED = 'office-hour.pcapng';

export async function bundledSample(): Promise<string> {
  return join(await findSamplesFolder(), BUNDLED);
}
