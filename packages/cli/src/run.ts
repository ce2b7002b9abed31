// Runs the `eyrie` command when it is imported, as bin/eyrie.js does.
import { program } from './main.ts';
import { run } from './running.ts';

await run(program);
