// `eyrie capture`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions, addLiveOptions, addReplayOptions } from '../pipeline/flags.ts';

export function addCaptureCommand(program: Command): void {
  const command = program
    .command('capture')
    .description('read an interface or a file, and send its packets to a parser')
    .argument('[file]', 'capture file to replay, or - for standard input')
    .option('-i, --interface <name>', 'capture here, until interrupted')
    .option('-L, --list', 'list the interfaces')
    .option('--json', 'the list as JSON')
    .option('--parser <url>', 'where packets are sent')
    .option('--again', 'store a file again that is stored already');
  addCommonOptions(addLiveOptions(addReplayOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  eyrie capture --list
  eyrie capture -i eth0 -f 'tcp port 443' --ring 20x100MB
  eyrie capture office.pcapng --speed recorded

Live packets are kept in a ring of files first, so that nothing is lost while the parser is away;
what does not fit there is dropped and counted. To see packets here: eyrie read -i.
Exit status: 0 done, 1 failed, 2 called wrongly, 130 interrupted.`,
    )
    .action(async (file: string | undefined, options) => {
      const { runCapture } = await import('./command.ts');
      process.exitCode = await runCapture(file, options);
    });
}
