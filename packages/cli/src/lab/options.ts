// `eyrie emulate` and `eyrie simulate`: their flags and help.
import { type Command, Option } from 'commander';

export function addLabCommands(program: Command): void {
  program
    .command('emulate')
    .description('run a mesh of real peers on this machine, under loss and churn')
    .option('--peers <number>', 'how many peers', '50')
    .option(
      '--hosts <number>',
      'on so many hosts of their own, in network namespaces (Linux, root); 0 is loopback',
      '0',
    )
    .option('--threads <number>', 'threads that share the peers on loopback (default: one per core)')
    .option('--delay <time>', 'one way, of every packet: 20ms', '0ms')
    .option('--loss <percent>', 'of the packets that arrive at a host', '0%')
    .option('--churn <rate>', 'share of the peers that leave and come back: 10%/min', '0%/min')
    .option('--for <time>', 'how long to measure', '30s')
    .option('--queries <number>', 'capacity queries a second, from anyone', '20')
    .option('--messages <number>', 'sealed messages a second, from anyone to anyone', '5')
    .option('--interval <time>', 'between two measurements of a peer', '10s')
    .option('--seed <number>', 'seed of churn and traffic', '1')
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

Peers go in three ways, one as likely as the others: a crash, a good-bye, and silence as after a
power cut. Namespaces have no way to the machine's own network, and are removed in the end, also
after Ctrl-C.`,
    )
    .action(async (options) => {
      const { runEmulate } = await import('./emulate.ts');
      process.exitCode = await runEmulate(options);
    });
  program
    .command('simulate')
    .description('simulate a mesh of up to a million peers on a virtual clock')
    .option('--peers <number>', 'how many peers', '10000')
    .option('--hours <number>', 'of virtual time', '0.25')
    .option('--seed <number>', 'the same seed gives the same report, to the byte', '1')
    .option('--branching <number>', 'children of a peer in the tree, at most', '8')
    .option('--churn <rate>', 'share of the peers that leave, and are replaced: 10%/min', '0%/min')
    .option('--latency <range>', 'one way, from the nearest two to the farthest: 10-100ms', '10-100ms')
    .option('--loss <percent>', 'share of segments lost, which TCP retransmits', '0%')
    .option('--partition <when>', 'share@from+duration: 30%@10m+2m cuts off 30 % after ten minutes, for two')
    .option('--interval <time>', 'between two measurements of a peer', '10s')
    .option('--queries <number>', 'capacity queries a second, from anyone', '2')
    .option(
      '--detail <number>',
      'up to so many peers below are reported one by one, more of them in sum',
      '1024',
    )
    .option('--json', 'the report as JSON')
    .option('--out <folder>', 'also write report.json, report.txt and plot.svg there')
    .addHelpText(
      'after',
      `
Examples:
  eyrie simulate --peers 1000 --churn 10%/min
  eyrie simulate --peers 100000 --seed 7 --hours 1 --churn 10%/min --out lab
  eyrie simulate --peers 5000 --partition 30%@5m+2m

It is the mesh's own code that runs; what is modelled, and how, is in docs/skyeye.md.`,
    )
    .action(async (options) => {
      const { runSimulate } = await import('./simulate.ts');
      process.exitCode = await runSimulate(options);
    });
}
