// `eyrie firewall`: its flags and help.
import type { Command } from 'commander';

const several = (value: string, before: string[] = []): string[] => [...before, value];

export function addFirewallCommand(program: Command): void {
  const firewall = program
    .command('firewall')
    .description('open the ports in use, block attackers, undo both')
    .addHelpText(
      'after',
      `
Firewalls: ufw, firewalld, nft, powershell and netsh (Windows), pf (macOS). Only rules marked
as Eyrie's are changed; no firewall is enabled or disabled; SSH stays open.

Examples:
  eyrie firewall plan                       the commands, without running them
  sudo eyrie firewall apply --from 192.168.0.0/16
  sudo eyrie firewall remove                as it was before`,
    );

  wanting(firewall.command('plan').description('show the commands that apply would run; changes nothing'))
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  eyrie firewall plan --tool ufw --open 9999/tcp')
    .action(async (options) => {
      const { plan } = await import('./command.ts');
      process.exitCode = await plan(options);
    });
  wanting(firewall.command('apply').description('apply the plan; safe to repeat after changes'))
    .option('-y, --yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
Each apply replaces the one before: a port that is not in use or named any more is closed, an
address that is no longer in the file is free again.

Example:
  sudo eyrie firewall apply --block attackers.txt --yes`,
    )
    .action(async (options) => {
      const { apply } = await import('./command.ts');
      process.exitCode = await apply(options);
    });
  tool(firewall.command('remove').description('remove everything that apply added'))
    .option('-y, --yes', 'do not ask for confirmation')
    .addHelpText('after', '\nExample:\n  sudo eyrie firewall remove')
    .action(async (options) => {
      const { remove } = await import('./command.ts');
      process.exitCode = await remove(options);
    });
  tool(firewall.command('status').description("show Eyrie's rules in the firewall"))
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  sudo eyrie firewall status')
    .action(async (options) => {
      const { status } = await import('./command.ts');
      process.exitCode = await status(options);
    });
  firewall
    .command('block-list')
    .description('print a block list of the sources of findings, for --block')
    .argument(
      '[file]',
      'findings as JSON, from eyrie findings, read -q -z findings or GET /findings (default: standard input)',
    )
    .option('--severity <least>', 'least severity: info, low, medium, high, critical', 'high')
    .addHelpText(
      'after',
      `
Examples:
  eyrie read office.pcapng -q -z findings --json | eyrie firewall block-list > attackers.txt
  eyrie findings --json | eyrie firewall block-list --severity critical`,
    )
    .action(async (file: string | undefined, options) => {
      const { printBlockList } = await import('./block-list.ts');
      await printBlockList(file, options);
    });
}

function wanting(command: Command): Command {
  return tool(command)
    .option('--config <file>', 'eyrie.toml to read, instead of the usual places')
    .option('--open <port/protocol>', 'open this port, too, as 9999/tcp; may be repeated', several)
    .option(
      '--from <network>',
      'open ports only to this address or network, as 10.0.0.0/8; may be repeated',
      several,
    )
    .option('--block <file>', 'block the addresses and networks in this file, one per line');
}

function tool(command: Command): Command {
  return command
    .option('--tool <name>', 'ufw, firewalld, nft, powershell, netsh or pf (default: detected)')
    .option('--zone <name>', 'zone of firewalld (default: its default zone)');
}
