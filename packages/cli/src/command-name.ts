// How `eyrie` is typed here, for lines that a reader is meant to copy, and the file behind it.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Folders that npm puts into PATH for what it starts; the user's shell does not have them. */
const OF_NPM = /[\\/](node_modules[\\/]\.bin|node-gyp-bin)$/;

/** `eyrie`; `npx eyrie` for a user who started it by `npm start` or npx, and has no `eyrie` in PATH. */
export function commandName(env: NodeJS.ProcessEnv = process.env): string {
  if (env.npm_lifecycle_event !== 'npx' && env.npm_lifecycle_event !== 'start') return 'eyrie';
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => !OF_NPM.test(folder));
  return folders.some((folder) => isExecutable(join(folder, 'eyrie'))) ? 'eyrie' : 'npx eyrie';
}

/** The file to start this command again with: bin/eyrie.js, or a link to it. This code may be anywhere in a bundle. */
export function commandPath(): string {
  return process.argv[1]!;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
