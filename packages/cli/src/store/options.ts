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
    .description('inspect, limit, erase or export the store')
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

  add('info', 'show the contents, age and size of the store', 'info --json');
  add('vacuum', 'rewrite the store without deleted data, and free its space', 'vacuum');
  add(
    'erase',
    'delete everything about one address',
    'erase --address 192.0.2.7 --reason "asked for by letter"',
  )
    .requiredOption('--address <address>', 'IPv4, IPv6 or Ethernet address')
    .option('--reason <text>', 'the reason, for the audit log, which does not name the address')
    .option(
      '--no-vacuum',
      'leave the bytes in the file until "eyrie store vacuum", as before further erasures',
    );
  add('retain', 'delete the oldest packets until the store meets limits', 'retain --age 30d --bytes 20GB')
    .option('--age <time>', 'maximum age of packets, counted from the newest: 90s, 15m, 12h, 30d')
    .option('--rows <count>', 'maximum number of packets')
    .option('--bytes <size>', 'maximum size: 500MB, 20GB');
  add(
    'resend',
    'resend batches that the store refused, after the cause is removed',
    'resend --store postgres://eyrie@db.example/eyrie',
  ).option('--all', 'also batches of captures that are not in the store');
  add('export', 'write each table as a file for other tools', 'export --parquet office').requiredOption(
    '--parquet <folder>',
    'empty or new folder for Parquet files',
  );
}
