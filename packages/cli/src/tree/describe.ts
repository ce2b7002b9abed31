// The tree of commands as plain data: what completions, man pages and the reference page are made of.
import type { Argument, Command, Option } from 'commander';
import { choicesOf } from './choices.ts';

export interface OptionFacts {
  /** `-Y`; null if there is none. */
  readonly short: string | null;
  readonly long: string | null;
  /** `-Y, --display-filter <filter>`, as help shows it. */
  readonly flags: string;
  readonly text: string;
  /** What is said of the value: `filter`; null for options without one. */
  readonly value: string | null;
  /** All values that it may have; empty where there are others. */
  readonly choices: readonly string[];
  readonly isRequired: boolean;
}

export interface ArgumentFacts {
  readonly name: string;
  readonly text: string;
  /** As those of options. */
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
}

export interface CommandFacts {
  /** `['mesh', 'init']`; empty for eyrie itself. */
  readonly path: readonly string[];
  readonly text: string;
  /** The heading of help that it stands under. */
  readonly group: string;
  readonly args: readonly ArgumentFacts[];
  readonly options: readonly OptionFacts[];
  readonly commands: readonly CommandFacts[];
  /** What help has after the options: examples and remarks. */
  readonly after: string;
}

const HELP: OptionFacts = {
  short: '-h',
  long: '--help',
  flags: '-h, --help',
  text: 'show this help',
  value: null,
  choices: [],
  isRequired: false,
};

export function describe(command: Command, path: readonly string[] = []): CommandFacts {
  return {
    path,
    text: command.description(),
    group: command.helpGroup() ?? '',
    args: command.registeredArguments.map((each) => argumentFacts(each, path)),
    options: [
      ...command.options.filter(({ hidden }) => !hidden).map((each) => optionFacts(each, path)),
      HELP,
    ],
    commands: command.commands.map((each) => describe(each, [...path, each.name()])),
    after: afterText(command),
  };
}

/** All of them, each before its own. */
export function allCommands(command: CommandFacts): CommandFacts[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function optionFacts(option: Option, path: readonly string[]): OptionFacts {
  const { short, long, flags, description, required, defaultValue } = option;
  const value = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1] ?? null;
  const standard =
    typeof defaultValue === 'string' && defaultValue !== '' ? ` (default: ${defaultValue})` : '';
  return {
    short: short ?? null,
    long: long ?? null,
    flags,
    text: description + standard,
    value,
    choices: [long, short].flatMap((name) => choicesOf(path, name ?? '')),
    isRequired: required,
  };
}

function argumentFacts(argument: Argument, path: readonly string[]): ArgumentFacts {
  return {
    name: argument.name(),
    text: argument.description,
    choices: choicesOf(path, argument.name()),
    isRequired: argument.required,
    isVariadic: argument.variadic,
  };
}

/** commander has no way to ask for it, only to print it. */
function afterText(command: Command): string {
  let text = '';
  const before = command.configureOutput();
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput(before);
  const help = command.helpInformation();
  const at = text.indexOf(help);
  return at < 0 ? '' : text.slice(at + help.length).trim();
}

/** What can stand in the place of a value: completions look it up. */
export type ValueKind = 'file' | 'folder' | 'peer' | 'interface' | 'field' | 'none';

const KINDS: Readonly<Record<string, ValueKind>> = {
  file: 'file',
  'file...': 'file',
  path: 'file',
  output: 'file',
  folder: 'folder',
  id: 'peer',
  peer: 'peer',
  to: 'peer',
  who: 'peer',
  interface: 'interface',
  field: 'field',
  fields: 'field',
};

/** `file` of `[file]`, `peer` of `--peer <id>`, `interface` of `-i, --interface <name>`. */
export function kindOf(name: string, long: string | null = null): ValueKind {
  if (long === '--interface') return 'interface';
  if (long === '--peer' || long === '--to') return 'peer';
  if (long === '--field' || long === '--display-filter' || long === '--read-filter') return 'field';
  return KINDS[name.toLowerCase()] ?? 'none';
}
