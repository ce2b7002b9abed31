// `eyrie persistor`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions } from '../pipeline/flags.ts';

export function addPersistorCommand(program: Command): void {
  const command = program
    .command('persistor')
    .description('store packets and conversations that come over HTTP')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'TCP port; 0 for any that is free')
    .option('--store <url>', 'duckdb:PATH or postgres://USER@HOST/DATABASE (default: your own DuckDB file)')
    .option(
      '--analyzer-port <number>',
      'answer as eyrie analyzer too: DuckDB can be open in one process only',
    );
  addCommonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  eyrie persistor --store postgres://eyrie@db/packets
  curl http://127.0.0.1:5002/healthz

It answers a POST to /store when the batch is committed.
Exit status: 0 ended, 1 failed (port taken, no such store), 2 called wrongly.`,
    )
    .action(async (options) => {
      const { runPersistor } = await import('./command.ts');
      process.exitCode = await runPersistor(options);
    });
}
