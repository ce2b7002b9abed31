// Where the web page was put together.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The page's room is not imported, only found: it is files to serve, no code of ours. */
export function pageFolder(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@eyrie/dashboard/package.json'))), '.bundle');
}
