// `eyrie config`: the reference of all options, as Markdown.
import type { Command } from 'commander';

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('print all options of eyrie.toml: units, defaults, trade-offs')
    .option('--toml', 'as an eyrie.toml with every option explained, at its default')
    .addHelpText('after', '\nExamples:\n  eyrie config | less\n  eyrie config --toml > eyrie.toml')
    .action(async ({ toml }: { toml?: boolean }) => {
      const { exampleToml, reference } = await import('@eyrie/services/config');
      process.stdout.write(toml === true ? exampleToml() : reference());
    });
}
