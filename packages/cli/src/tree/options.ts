// `eyrie completion SHELL`: its help, and printing it.
import type { Command } from 'commander';
import { UserError } from '../errors.ts';

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a shell completion script')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      `
Examples:
  source <(eyrie completion bash)
  eyrie completion zsh > "\${fpath[1]}/_eyrie"
  eyrie completion fish > ~/.config/fish/completions/eyrie.fish`,
    )
    .action(async (shell: string) => {
      const { completions } = await import('./completions.ts');
      const script = completions[shell];
      if (script === undefined)
        throw new UserError(`${shell}: there are ${Object.keys(completions).join(', ')}`);
      const { describe } = await import('./describe.ts');
      process.stdout.write(script(describe(program)));
    });
}
