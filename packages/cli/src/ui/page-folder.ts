// Where the web page was put together.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The page's room is not imported, only found: it is files to serve, no code of ours. Null: it is not here. */
export function pageFolder(): string | null {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('@eyrie/dashboard/package.json'))), '.bundle');
  } catch {
    return null;
  }
}
