// `eyrie path`: its flags and help.
import type { Command } from 'commander';

export function addPathCommand(program: Command): void {
  program
    .command('path')
    .description('measure delay, loss and routers between two captures or peers')
    .argument('<first>', 'a capture file, or the name of a peer')
    .argument('<second>', 'a second one of the same kind')
    .option('--peer <id>', 'the local peer through which the two are queried')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie path office.pcap branch.pcap
  eyrie path lab-7 lab-8

Packets are matched by addresses, IP id, length and the beginning of the payload. Peers use the
mesh clock, and both must watch an interface: eyrie peer --watch eth0. For files, one-way delays
are as accurate as the two clocks; the round trip does not depend on them.
Exit status: 0 done, 1 no packet was seen at both places, 2 called wrongly.`,
    )
    .action(async (first: string, second: string, options) => {
      const { path } = await import('./command.ts');
      process.exitCode = await path(first, second, options);
    });
}
