// `eyrie store`: what the command takes.
import type { Command } from 'commander';

export interface StoreCommandOptions {
  readonly store?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly address?: string;
  readonly reason?: string;
  readonly parquet?: string;
  readonly age?: string;
  readonly rows?: string;
  readonly bytes?: string;
  readonly all?: boolean;
  readonly vacuum?: boolean;
}

export function addStoreCommand(program: Command): void {
  const store = program
    .command('store')
    .description('look at the store, limit, erase, export')
    .addHelpText('after', '\nExample:\n  eyrie store info --store duckdb:office.duckdb');

  const add = (name: string, description: string, example: string): Command =>
    store
      .command(name)
      .description(description)
      .option('--store <url>', 'duckdb:PATH or postgres://USER@HOST/DATABASE (default: as configured)')
      .option('--config <file>', 'configuration file')
      .option('--json', 'as JSON')
      .addHelpText('after', `\nExample:\n  eyrie store ${example}`)
      .action(async (options: StoreCommandOptions) => {
        const { runStore } = await import('./command.ts');
        await runStore(name, options);
      });

  add('info', 'what is stored, since when, how large', 'info --json');
  add('vacuum', 'write the store anew, without the space and the traces of what was deleted', 'vacuum');
  add(
    'erase',
    'delete everything about one address',
    'erase --address 192.0.2.7 --reason "asked for by letter"',
  )
    .requiredOption('--address <address>', 'IPv4, IPv6 or Ethernet address')
    .option('--reason <text>', 'the reason, for the audit log, which does not name the address')
    .option(
      '--no-vacuum',
      'leave its bytes in the file until "eyrie store vacuum" writes it anew: as when more is to be erased',
    );
  add('retain', 'delete the oldest until the store keeps to limits', 'retain --age 30d --bytes 20GB')
    .option('--age <time>', 'packets older than this, counted from the newest: 90s, 15m, 12h, 30d')
    .option('--rows <count>', 'packets kept at most')
    .option('--bytes <size>', 'size at most: 500MB, 20GB');
  add(
    'resend',
    'send again what the store refused and was put aside, once the cause is mended',
    'resend --store postgres://eyrie@db.example/eyrie',
  ).option('--all', 'also batches of captures that are not in the store');
  add('export', 'write each table as a file for other tools', 'export --parquet office').requiredOption(
    '--parquet <folder>',
    'empty or new folder for Parquet files',
  );
}
