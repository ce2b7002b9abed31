// The layout of help: as wide as the terminal, up to a readable width; one line per command.
import type { Command, HelpConfiguration, Option, OutputConfiguration } from 'commander';
import { commandName } from './command-name.ts';

const WIDTH_MAX = 100;

/** Precedes the one example at the end of a command's help. */
export const EXAMPLE = '\nExample:\n  ';

export const HELP_WIDTHS: OutputConfiguration = {
  getOutHelpWidth: () => Math.min(process.stdout.columns ?? WIDTH_MAX, WIDTH_MAX),
  getErrHelpWidth: () => Math.min(process.stderr.columns ?? WIDTH_MAX, WIDTH_MAX),
};

export const HELP: HelpConfiguration = {
  // Also beside long options in a narrow terminal.
  minWidthToWrap: 20,
  // Without the `help` command, which equals --help.
  visibleCommands: (command) => [...command.commands],
  subcommandTerm: (command) =>
    [[command.name(), ...command.aliases()].join('|'), ...argumentsOf(command)].join(' '),
  optionDescription: (option) => `${option.description}${defaultOf(option)}`,
  styleCommandDescription: (text) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`,
};

/** `approve <id>` in a group of commands; the long list of eyrie itself has names only. */
function argumentsOf(command: Command): string[] {
  if (command.parent?.parent == null) return [];
  return command.registeredArguments.map((each) => {
    const name = `${each.name()}${each.variadic ? '...' : ''}`;
    return each.required ? `<${name}>` : `[${name}]`;
  });
}

/** As it would be typed. */
function defaultOf({ defaultValue, required, optional }: Option): string {
  const isShown = (required || optional) && defaultValue !== undefined && defaultValue !== '';
  return isShown ? ` (default: ${defaultValue})` : '';
}

/** `eyrie` without arguments. */
export function firstSteps(): string {
  const name = commandName();
  return name === 'eyrie' ? FIRST_STEPS : `${FIRST_STEPS}Here it is ${name}, until eyrie is in PATH.\n`;
}

const FIRST_STEPS = `Eyrie: a peer-to-peer network that watches itself.

  eyrie start              a summary of a capture, here and in the browser; one is bundled
  eyrie read FILE          packets, fields and statistics, as tshark prints them; -i eth0 for live ones
  eyrie up -i eth0         packets of an interface, stored and shown on a web page
  eyrie findings           scans, floods, spoofing and password guessing in stored packets
  eyrie mesh init home     create a mesh of peers; see eyrie mesh --help
  eyrie menu               peers, messages and files, in an interactive menu
  eyrie doctor             check what this machine lacks, and how to fix it

eyrie --help lists all commands, eyrie COMMAND --help shows one, with examples.
`;
