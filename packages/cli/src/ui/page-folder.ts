// The folder of the bundled web page.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The dashboard package is located, not imported: its files are served, not run here. Null: it is not installed. */
export function pageFolder(): string | null {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('@eyrie/dashboard/package.json'))), '.bundle');
  } catch {
    return null;
  }
}
