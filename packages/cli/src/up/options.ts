// `eyrie up`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions, addKeyLogOption, addLiveOptions, addReplayOptions } from '../pipeline/flags.ts';
import { addServingOptions } from '../serving/options.ts';

const PORT = 5000;

export function addUpCommand(program: Command): void {
  const command = program
    .command('up')
    .description('capture, store and show packets, all in one process')
    .argument(
      '[file]',
      'capture file or folder to store (default: show the store; if it is empty, the bundled capture)',
    )
    .option('-i, --interface <name>', 'interface to capture on, until interrupted')
    .option('--store <url>', 'duckdb:PATH or postgres://USER@HOST/DATABASE (default: your own DuckDB file)')
    .option('--again', 'store the file even if it is stored already');
  addCommonOptions(addKeyLogOption(addLiveOptions(addReplayOptions(addServingOptions(command, 'ui', PORT)))))
    .addHelpText(
      'after',
      `
Examples:
  eyrie up                              what eyrie import or an earlier eyrie up stored
  eyrie up office.pcapng --speed recorded
  eyrie up -i eth0 -f 'not port 22'
  eyrie up --store duckdb:office.duckdb
  eyrie up -i eth0 --keylog ~/keys.log  which SSLKEYLOGFILE=~/keys.log firefox writes

Ctrl-C stores all captured packets, prints a summary, and ends.
Exit status: 0 ended, 1 failed (port taken, interface gone), 2 called wrongly.`,
    )
    .action(async (file: string | undefined, options) => {
      const { up } = await import('./command.ts');
      process.exitCode = await up(file, options);
    });
}
