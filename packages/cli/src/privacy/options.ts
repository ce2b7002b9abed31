// `eyrie privacy`: its flags and help.
import type { Command } from 'commander';

export function addPrivacyCommand(program: Command): void {
  const privacy = program
    .command('privacy')
    .description('show which personal data is stored, where, how long; encrypt it')
    .addHelpText('after', '\nExample:\n  eyrie privacy report\n\nMore: docs/privacy.md.');
  privacy
    .command('report')
    .description('list what is stored on this machine, since when, whether encrypted, and how to delete it')
    .option('--config <file>', 'configuration file')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  eyrie privacy report')
    .action(async (options) => {
      const { report } = await import('./report.ts');
      await report(options);
    });
  privacy
    .command('find')
    .description('find an address in the store, captures, honeypot, logs and messages')
    .argument('<address>', 'IPv4, IPv6 or Ethernet address')
    .option('--config <file>', 'configuration file')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  eyrie privacy find 192.0.2.7\n\nExit status: 0 found nowhere, 1 found, or something could not be read, 2 called wrongly.',
    )
    .action(async (address: string, options) => {
      const { find } = await import('./find.ts');
      process.exitCode = await find(address, options);
    });
  privacy
    .command('key')
    .description('generate a key in a new file that only you can read')
    .argument('<file>', 'path of the new key file')
    .addHelpText(
      'after',
      '\nExample:\n  eyrie privacy key ~/.config/eyrie/captures.key\n\nName it in eyrie.toml: [capture] key = "…". Without it, what it encrypted cannot be read.',
    )
    .action(async (file: string) => (await import('./files.ts')).key(file));
  privacy
    .command('keys')
    .description('encrypt the keys of a peer with a passphrase, or decrypt them with --open')
    .option('--peer <id>', 'the local peer')
    .option('--open', 'remove the passphrase')
    .addHelpText(
      'after',
      '\nExample:\n  eyrie privacy keys --peer lab-7\n\nThe peer then needs the passphrase to start, from a prompt or EYRIE_PASSPHRASE.',
    )
    .action(async (options) => (await import('./keys.ts')).keys(options));
  for (const [name, description, example] of [
    [
      'lock',
      'encrypt a capture file; eyrie read and other commands then need the key',
      'office.pcapng -o locked.pcapng',
    ],
    ['unlock', 'decrypt a capture file', 'locked.pcapng -o office.pcapng'],
  ] as const)
    privacy
      .command(name)
      .description(description)
      .argument('<file>', 'capture file')
      .requiredOption('-o, --output <file>', 'path of the result')
      .option('--key <file>', 'the key; or EYRIE_CAPTURE_KEY, or EYRIE_CAPTURE_PASSPHRASE')
      .addHelpText('after', `\nExample:\n  eyrie privacy ${name} ${example} --key captures.key`)
      .action(async (file: string, options) => (await import('./files.ts'))[name](file, options));
}
