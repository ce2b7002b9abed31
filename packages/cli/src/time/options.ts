// `eyrie time`: its flags and help.
import type { Command } from 'commander';

export function addTimeCommand(program: Command): void {
  const time = program
    .command('time')
    .description("the mesh's time; compare clocks by NTP and NTS, or serve them")
    .argument('[servers...]', 'HOST or HOST:PORT, each')
    .option('--nts', 'authenticate with NTS (RFC 8915)')
    .option('--ca <file>', 'trust these certificates (PEM) instead of the system’s')
    .option('--keys <file>', 'symmetric keys in chrony\'s format, "ID TYPE HEX:…" per line; with --key-id')
    .option('--key-id <number>', 'authenticate with this key of the file')
    .option('--samples <number>', 'requests to each server', '4')
    .option('--peer <id>', 'without servers: show only the clock of this peer')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie time                        the clocks of the peers that run here
  eyrie time ntp1.example.net ntp2.example.net ntp3.example.net
  eyrie time query time.example.net --nts
  eyrie time ntp.lan --keys /etc/chrony/chrony.keys --key-id 10
  eyrie time serve --port 12123

It never sets this machine's clock. Exit status: 0 done, 1 no majority of the
servers agrees on a time, 2 called wrongly.`,
    )
    .action(async (servers: string[], options) => {
      const { compare } = await import('./compare.ts');
      process.exitCode = await compare(servers, options);
    });

  time
    .command('query')
    .description('query one server, and show its full answer')
    .argument('<server>', 'HOST or HOST:PORT')
    .addHelpText('after', '\nExample:\n  eyrie time query time.example.net --nts')
    .action(async (server: string, _own, command: Command) => {
      const { query } = await import('./query.ts');
      process.exitCode = await query(server, command.optsWithGlobals());
    });

  time
    .command('serve')
    .description('serve time by NTPv4; with --key and --cert also by NTS')
    .option('--address <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'UDP port', '123')
    .option('--nts-port <number>', 'TCP port for NTS keys (default: 4460)')
    .option('--key <file>', 'private key (PEM) for NTS')
    .option('--cert <file>', 'certificate chain (PEM) for NTS')
    .option('--from <server...>', 'serve the time of these servers instead of this machine’s')
    .option('--stratum <number>', 'stratum to claim without --from', '10')
    .addHelpText(
      'after',
      `
Examples:
  eyrie time serve --port 12123
  eyrie time serve --address 0.0.0.0 --key key.pem --cert cert.pem --from ntp1.example.net`,
    )
    .action(async (_own, command: Command) => {
      const { serve } = await import('./serve.ts');
      process.exitCode = await serve(command.optsWithGlobals());
    });
}
