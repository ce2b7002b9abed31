// Makes a folder and those above it. capture, mesh and store share no package below them: each has this file.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Unlike Node's recursive mkdir it ends where none can be made although the parent is there, as under /proc.
 *
 * @param mode of folders that are made, less the umask
 * @throws as mkdir does; EEXIST where the path is something else
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    try {
      mkdirSync(at, { mode });
    } catch (error) {
      // Another process may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  if (!statSync(path).isDirectory())
    throw Object.assign(new Error(`EEXIST: is not a folder, mkdir '${path}'`), { code: 'EEXIST' });
}
