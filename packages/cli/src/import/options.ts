// `eyrie import`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions, addKeyLogOption } from '../pipeline/flags.ts';

export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .description('store capture files: packets, conversations, names and findings')
    .argument('<file...>', 'capture files, folders of them, or - for standard input')
    .option('--store <url>', 'duckdb:PATH or postgres://USER@HOST/DATABASE (default: your own DuckDB file)')
    .option('--again', 'store files anew, in place of what is stored of them')
    .option('--rules', 'apply intrusion rules, which takes twice as long')
    .option('--json', 'print the result as JSON');
  addCommonOptions(addKeyLogOption(command))
    .addHelpText(
      'after',
      `
Examples:
  eyrie import office.pcapng
  eyrie import captures/ --store duckdb:office.duckdb
  tcpdump -w - -c 1000 | eyrie import - --store postgres://eyrie@db/packets

TLS and QUIC are opened with the secrets that a pcapng file holds, and with those of --keylog; give
eyrie up that file, too, or the page shows what was sealed. To put them into the capture:
editcap --inject-secrets tls,keys.log in.pcap out.pcapng

A file that is stored already is skipped; an interrupted import is resumed. With --again every file
is read from its beginning, and the copy of before is deleted once the new one is whole: so --again
--rules has rules look at all of it. Interrupted, the same command without --again resumes it.
Exit status: 0 done, 1 failed (damaged file, store away), 2 called wrongly, 130 interrupted.`,
    )
    .action(async (files: string[], options) => {
      const { importFiles } = await import('./command.ts');
      process.exitCode = await importFiles(files, options);
    });
}
