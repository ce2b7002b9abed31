// `eyrie emulate` and `eyrie simulate`: the whole network on one machine.
import { type Command, Option } from 'commander';

export function addLabCommands(program: Command): void {
  program
    .command('emulate')
    .description(
      'a mesh of real peers on this machine, in network namespaces or on loopback, with its figures',
    )
    .option('--peers <number>', 'how many peers', '50')
    .option(
      '--hosts <number>',
      'on so many hosts of their own, in network namespaces (Linux, root); 0 is loopback',
      '0',
    )
    .option('--delay <time>', 'one way, of every packet: 20ms', '0ms')
    .option('--loss <percent>', 'of the packets that arrive at a host', '0%')
    .option('--churn <rate>', 'of the peers, that go and come back: 10%/min', '0%/min')
    .option('--for <time>', 'how long to measure', '30s')
    .option('--messages <number>', 'sealed messages a second, from anyone to anyone', '10')
    .option('--seed <number>', 'decides who goes when, and who talks to whom', '1')
    .option('--json', 'the report as JSON')
    .option('--out <folder>', 'also write report.json, report.txt and plot.svg there')
    .option('--clean', 'only remove what an earlier run left behind')
    .addOption(new Option('--as-host <options>').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  eyrie emulate --peers 200
  sudo eyrie emulate --peers 200 --hosts 8 --delay 20ms --loss 1% --churn 10%/min --out lab

Peers go in three ways, one as likely as the others: a crash, a good-bye, and silence as after a power cut. The namespaces
have no way to the machine's own network, and are removed in the end, also after Ctrl-C.`,
    )
    .action(async (options) => {
      const { runEmulate } = await import('./emulate.ts');
      process.exitCode = await runEmulate(options);
    });
}
