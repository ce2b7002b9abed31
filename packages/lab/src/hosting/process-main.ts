// Entry point of a host's process, if the director was not started by the `eyrie` command.

import { serveHost } from './process.ts';

serveHost(process.argv[2]!);
