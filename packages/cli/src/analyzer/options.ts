// `eyrie analyzer`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions } from '../pipeline/flags.ts';
import { addServingOptions } from '../serving/options.ts';

const PORT = 5003;

export function addAnalyzerCommand(program: Command): void {
  const command = program
    .command('analyzer')
    .description('serve the HTTP API over a store: packets, counts, flows, hosts')
    .option('--store <url>', 'duckdb:PATH or postgres://USER@HOST/DATABASE (default: your own DuckDB file)');
  addCommonOptions(addServingOptions(command, 'analyzer', PORT))
    .addHelpText(
      'after',
      `
Examples:
  eyrie analyzer --store duckdb:office.duckdb
  curl 'http://127.0.0.1:${PORT}/packets?q=dns&limit=3'
  eyrie analyzer --store postgres://eyrie@db/packets --host 0.0.0.0 --token "$TOKEN"

Its API is described at /docs and /openapi.json. It only reads the store; eyrie up also captures.
Exit status: 0 ended, 1 failed (store away, port taken), 2 called wrongly.`,
    )
    .action(async (options) => {
      const { runAnalyzer } = await import('./command.ts');
      process.exitCode = await runAnalyzer(options);
    });
}
