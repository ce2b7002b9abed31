// Started by the director in a host's namespace, where the `eyrie` command is not what started it.

import { serveHost } from './process.ts';

serveHost(process.argv[2]!);
