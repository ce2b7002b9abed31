// `eyrie doctor`: its flags and help.
import type { Command } from 'commander';

const several = (value: string, before: string[] = []): string[] => [...before, value];

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this machine, and suggest remedies')
    .option('--config <file>', 'eyrie.toml to read, instead of the usual places')
    .option('--time-server <host>', 'compare the clock with this server; may be repeated', several)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  eyrie doctor
  eyrie doctor --json | jq '.findings[] | select(.state != "ok")'

It changes nothing: it listens briefly on each port, and captures on the loopback interface.
Exit status: 0 no errors (warnings are possible), 1 errors, 2 called wrongly.`,
    )
    .action(async (options) => {
      const { doctor } = await import('./command.ts');
      process.exitCode = await doctor(options);
    });
}
