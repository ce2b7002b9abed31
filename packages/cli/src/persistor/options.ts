// `eyrie persistor`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions } from '../pipeline/flags.ts';

export function addPersistorCommand(program: Command): void {
  const command = program
    .command('persistor')
    .description('store packets and conversations received over HTTP')
    .option('--host <address>', 'address to listen on (default: persistor.host, 127.0.0.1)')
    .option('--port <number>', 'TCP port; 0: any free port (default: persistor.port, 5002)')
    .option('--store <url>', 'duckdb:PATH or postgres://USER@HOST/DATABASE (default: your own DuckDB file)')
    .option(
      '--analyzer-port <number>',
      'also serve the API of eyrie analyzer here: only one process can open a DuckDB file',
    );
  addCommonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  eyrie persistor --store postgres://eyrie@db/packets
  curl http://127.0.0.1:5002/healthz

A POST to /store is answered once its batch is committed. Beyond this machine set EYRIE_TOKEN, the
same for capture, parser and persistor.
Exit status: 0 ended, 1 failed (port taken, store away), 2 called wrongly.`,
    )
    .action(async (options) => {
      const { runPersistor } = await import('./command.ts');
      process.exitCode = await runPersistor(options);
    });
}
