// The `eyrie` command: runs when it is imported, as bin/eyrie.js does.

import packageJson from '../package.json' with { type: 'json' };

if (process.argv[2] === '--version') {
  console.log(packageJson.version);
} else {
  console.error('eyrie: unknown command: try eyrie --version');
  process.exitCode = 2;
}
