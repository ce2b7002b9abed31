// `eyrie path`: its flags and help.
import type { Command } from 'commander';

export function addPathCommand(program: Command): void {
  program
    .command('path')
    .description('measure delay, loss and routers between two captures or peers')
    .argument('<first>', 'a capture file, or the name of a peer')
    .argument('<second>', 'another of the same kind')
    .option('--peer <id>', 'the peer of this user that asks the two')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie path office.pcap branch.pcap
  eyrie path lab-7 lab-8

A packet is recognised by its addresses, id, length and the beginning of its payload. Between
peers the clock is that of the mesh, and both must watch an interface: eyrie peer --watch eth0. Two
files are only as good as their two clocks; the round trip is right in any case.
Exit status: 0 done, 1 no packet was seen at both places, 2 called wrongly.`,
    )
    .action(async (first: string, second: string, options) => {
      const { path } = await import('./command.ts');
      process.exitCode = await path(first, second, options);
    });
}
