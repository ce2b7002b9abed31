// `eyrie parser`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions } from '../pipeline/flags.ts';

export function addParserCommand(program: Command): void {
  const command = program
    .command('parser')
    .description('parse frames received over HTTP into packets and conversations')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'TCP port; 0: any free port')
    .option('--persistor <url>', 'URL of the persistor, which stores the results');
  addCommonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  eyrie parser
  curl http://127.0.0.1:5001/parse --data-binary @office.pcapng \\
    -H 'content-type: application/x-pcapng' -H 'eyrie-source: mine'

A POST to /parse is answered once its packets are stored.
Exit status: 0 ended, 1 failed (port taken), 2 called wrongly.`,
    )
    .action(async (options) => {
      const { runParser } = await import('./command.ts');
      process.exitCode = await runParser(options);
    });
}
