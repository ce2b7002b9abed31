// What `npm install` of the published package runs: takes the snapshot that `eyrie read` starts from. Nothing but speed
// depends on it, so that no install fails here, nor is the worse for `--ignore-scripts`.

import { fileURLToPath } from 'node:url';
import { takeSnapshot } from './take-snapshot.js';

const NODE_MAJOR_MIN = 24;
const folder = fileURLToPath(new URL('../.bundle', import.meta.url));

// Replacing the process (execve) is impossible on Windows.
if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN && process.platform !== 'win32')
  try {
    takeSnapshot(process.execPath, folder, []);
  } catch (error) {
    console.error(`eyrie read starts without a snapshot: ${String(error).split('\n')[0]}`);
  }
