// A temporary folder that is removed when the process exits, also on a second Ctrl-C.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Temporary {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(): Temporary {
  const path = mkdtempSync(join(tmpdir(), 'eyrie-'));
  const remove = (): void => {
    process.removeListener('exit', remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.on('exit', remove);
  return { path, remove };
}
