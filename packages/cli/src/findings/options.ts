// `eyrie findings`: what the command takes.
import type { Command } from 'commander';

export interface FindingsOptions {
  readonly follow?: boolean;
  readonly severity: string;
  readonly all?: boolean;
  readonly limit: string;
  readonly api?: string;
  readonly token?: string;
  readonly store?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function addFindingsCommand(program: Command): void {
  program
    .command('findings')
    .description('list findings of the intrusion rules, or follow new ones')
    .option('-f, --follow', 'list present findings, oldest first, then new ones as they occur, until Ctrl-C')
    .option('--severity <level>', 'least severity: info, low, medium, high, critical', 'low')
    .option('--all', 'include expert information about single packets')
    .option('-n, --limit <number>', 'maximum number of findings', '100')
    .option('--api <url>', 'URL of a running page or analyzer (default: one on this host, else the store)')
    .option('--token <text>', 'its token (or EYRIE_TOKEN)')
    .option('--store <url>', 'read this store instead: duckdb:PATH or postgres://USER@HOST/DATABASE')
    .option('--config <file>', 'configuration file')
    .option('--json', 'as JSON; with --follow, a line each')
    .addHelpText(
      'after',
      '\nExamples:\n  eyrie findings --severity medium\n  eyrie findings --follow --json | jq .detail.advice',
    )
    .action(async (options: FindingsOptions) => {
      const { showFindings } = await import('./command.ts');
      process.exitCode = await showFindings(options);
    });
}
