// `eyrie emulate` and `eyrie simulate`: their flags and help.
import { type Command, Option } from 'commander';

export function addLabCommands(program: Command): void {
  program
    .command('emulate')
    .description('run a mesh of real peers on this machine, under loss and churn')
    .option('--peers <number>', 'number of peers', '50')
    .option('--hosts <number>', 'network namespaces to spread peers over (Linux, root); 0: loopback', '0')
    .option('--threads <number>', 'threads for peers on loopback (default: one per core)')
    .option('--delay <time>', 'one-way delay of each packet: 20ms', '0ms')
    .option('--loss <percent>', 'share of packets lost on the way to a host', '0%')
    .option('--churn <rate>', 'peers that leave and come back, per minute: 10%/min', '0%/min')
    .option('--for <time>', 'duration of the measurement', '30s')
    .option('--queries <number>', 'capacity queries per second, from random peers', '20')
    .option('--messages <number>', 'sealed messages per second, between random peers', '5')
    .option('--interval <time>', 'time between two measurements of a peer', '10s')
    .option('--seed <number>', 'random seed of churn and traffic', '1')
    .option('--json', 'print the report as JSON')
    .option('--out <folder>', 'also write report.json, report.txt and plot.svg to this folder')
    .option('--clean', 'only remove what an interrupted run left behind')
    .addOption(new Option('--as-host <options>').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  eyrie emulate --peers 200
  sudo eyrie emulate --peers 200 --hosts 8 --delay 20ms --loss 1% --churn 10%/min --out lab

Peers depart in three ways, equally likely: by a crash, by leaving, or silently, as after a power
failure. The namespaces are isolated from the machine's own network, and are removed at the end,
also after Ctrl-C.`,
    )
    .action(async (options) => {
      const { runEmulate } = await import('./emulate.ts');
      process.exitCode = await runEmulate(options);
    });
  program
    .command('simulate')
    .description('simulate a mesh of up to a million peers on a virtual clock')
    .option('--peers <number>', 'number of peers', '10000')
    .option('--hours <number>', 'virtual time to simulate', '0.25')
    .option('--seed <number>', 'random seed; the same seed gives the same report, to the byte', '1')
    .option('--branching <number>', 'maximum number of children per peer', '8')
    .option('--churn <rate>', 'peers that leave and are replaced, per minute: 10%/min', '0%/min')
    .option('--latency <range>', 'smallest and largest one-way latency between two peers', '10-100ms')
    .option('--loss <percent>', 'share of segments lost, which TCP retransmits', '0%')
    .option('--partition <when>', 'share@start+duration: 30%@10m+2m cuts off 30 % after 10 minutes, for 2')
    .option('--interval <time>', 'time between two measurements of a peer', '10s')
    .option('--queries <number>', 'capacity queries per second, from random peers', '2')
    .option('--detail <number>', 'largest subtree that is reported peer by peer, not in aggregate', '1024')
    .option(
      '--threads <number>',
      'threads to use (default: one per idle core, 10,000 peers each); the report does not depend on it',
    )
    .option('--json', 'print the report as JSON')
    .option('--out <folder>', 'also write report.json, report.txt and plot.svg to this folder')
    .addHelpText(
      'after',
      `
Examples:
  eyrie simulate --peers 1000 --churn 10%/min
  eyrie simulate --peers 100000 --seed 7 --hours 1 --churn 10%/min --out lab
  eyrie simulate --peers 5000 --partition 30%@5m+2m

It runs the code of real peers. docs/skyeye.md describes the network model.`,
    )
    .action(async (options) => {
      const { runSimulate } = await import('./simulate.ts');
      process.exitCode = await runSimulate(options);
    });
}
