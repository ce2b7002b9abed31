// `eyrie parser`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions } from '../pipeline/flags.ts';

export function addParserCommand(program: Command): void {
  const command = program
    .command('parser')
    .description('parse frames received over HTTP into packets and conversations')
    .option('--host <address>', 'address to listen on (default: parser.host, 127.0.0.1)')
    .option('--port <number>', 'TCP port; 0: any free port (default: parser.port, 5001)')
    .option(
      '--persistor <url>',
      'the persistor, which stores the results (default: parser.persistor, http://127.0.0.1:5002)',
    );
  addCommonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  eyrie parser
  curl http://127.0.0.1:5001/parse --data-binary @office.pcapng \\
    -H 'content-type: application/x-pcapng' -H 'eyrie-source: mine'

A POST to /parse is answered once its packets are stored. Beyond this machine set EYRIE_TOKEN, the
same for capture, parser and persistor.
Exit status: 0 ended, 1 failed (port taken), 2 called wrongly.`,
    )
    .action(async (options) => {
      const { runParser } = await import('./command.ts');
      process.exitCode = await runParser(options);
    });
}
