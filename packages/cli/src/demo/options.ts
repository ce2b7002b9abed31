// `eyrie demo`: demonstrations on this machine.
import type { Command } from 'commander';

export function addDemoCommand(program: Command): void {
  const demo = program
    .command('demo')
    .description('run a demonstration on this machine')
    .addHelpText('after', '\nExample:\n  eyrie demo attack');
  demo
    .command('attack')
    .description('a mesh with two misbehaving peers: detected, redirected, readmitted')
    .option('--peers <number>', 'peers in the mesh, 5 to 100', '20')
    .option('--rate <number>', 'queries per second of the flooding peer', '150')
    .option('--for <seconds>', 'how long the two attackers are redirected', '15')
    .option('--json', 'only the figures, as JSON')
    .addHelpText('after', '\nExample:\n  eyrie demo attack')
    .action(async (options) => {
      const { demoAttack } = await import('./attack.ts');
      process.exitCode = await demoAttack(options);
    });
}
