// `eyrie samples`: its flags and help.
import type { Command } from 'commander';

export function addSamplesCommand(program: Command): void {
  const samples = program
    .command('samples')
    .description('list the bundled captures, download public ones')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  eyrie samples fetch http2-nghttp2.pcap')
    .action(print);
  samples
    .command('list')
    .description('list them, as eyrie samples alone does')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  eyrie samples list --json')
    .action((_own, command: Command) => print(command.optsWithGlobals()));
  samples
    .command('fetch')
    .description('download public captures; a download that was cut short is resumed')
    .argument('[name...]', 'names from "eyrie samples"; without one, all')
    .option('--from <url>', 'take the files from under this address instead of their own')
    .option('--to <folder>', 'where they are kept (default: eyrie/samples in the XDG cache home)')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  eyrie samples fetch http2-nghttp2.pcap\n\nEach file is verified by its size and SHA-256.',
    )
    .action(async (names: string[], _own, command: Command) => {
      const { fetch } = await import('./command.ts');
      process.exitCode = await fetch(names, command.optsWithGlobals());
    });
}

async function print(options: { json?: boolean }): Promise<void> {
  const { list } = await import('./command.ts');
  await list(options);
}
