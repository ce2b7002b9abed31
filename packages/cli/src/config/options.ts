// `eyrie config`: the reference of all options, as Markdown.
import type { Command } from 'commander';

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('print the reference of all options: units, defaults, bounds, trade-offs')
    .addHelpText('after', '\nExample:\n  eyrie config | less')
    .action(async () => {
      const { reference } = await import('@eyrie/services/config');
      process.stdout.write(reference());
    });
}
