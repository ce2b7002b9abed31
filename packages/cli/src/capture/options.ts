// `eyrie capture`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions, addLiveOptions, addReplayOptions } from '../pipeline/flags.ts';

export function addCaptureCommand(program: Command): void {
  const command = program
    .command('capture')
    .description('read an interface or a file, and send its packets to a parser')
    .argument('[file]', 'capture file to replay, or - for standard input')
    .option('-i, --interface <name>', 'interface to capture on, until interrupted')
    .option('-L, --list', 'list the interfaces')
    .option('--json', 'with --list: as JSON')
    .option('--parser <url>', 'where packets are sent (default: capture.parser, http://127.0.0.1:5001)')
    .option('--again', 'store the file even if it is stored already');
  addCommonOptions(addLiveOptions(addReplayOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  eyrie capture --list
  eyrie capture -i eth0 -f 'tcp port 443' --ring 20x100MB
  eyrie capture office.pcapng --speed recorded

Live packets are buffered in a ring of files, so that none is lost while the parser is unreachable;
packets that exceed the ring are dropped and counted. To print packets: eyrie read -i.
Exit status: 0 done, 1 failed, 2 called wrongly, 130 interrupted.`,
    )
    .action(async (file: string | undefined, options) => {
      const { runCapture } = await import('./command.ts');
      process.exitCode = await runCapture(file, options);
    });
}
