// `eyrie ui`: its flags and help.
import type { Command } from 'commander';
import { addCommonOptions } from '../pipeline/flags.ts';
import { addServingOptions } from '../serving/options.ts';

const PORT = 5000;

export function addUiCommand(program: Command): void {
  const command = program
    .command('ui')
    .description('serve the web page, and proxy the API of an analyzer')
    .option('--analyzer <url>', 'URL of the analyzer', 'http://127.0.0.1:5003')
    .option('--analyzer-token <text>', 'token of the analyzer, if it requires one (or EYRIE_ANALYZER_TOKEN)');
  addCommonOptions(addServingOptions(command, 'ui', PORT))
    .addHelpText(
      'after',
      `
Examples:
  eyrie ui
  eyrie ui --analyzer http://192.0.2.7:5003 --analyzer-token "$TOKEN"

Exit status: 0 ended, 1 failed (port taken), 2 called wrongly.`,
    )
    .action(async (options) => {
      const { runUi } = await import('./command.ts');
      process.exitCode = await runUi(options);
    });
}
