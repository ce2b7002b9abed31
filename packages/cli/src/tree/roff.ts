// Man pages (man(7)): eyrie(1) with the list of commands, and one for each command, with those below it in it.
import { EXIT_STATUS } from '../errors.ts';
import type { CommandFacts, OptionFacts } from './describe.ts';

export interface ManPage {
  /** `eyrie-read.1` */
  readonly file: string;
  readonly text: string;
}

export function manPages(tree: CommandFacts, version: string): ManPage[] {
  return [tree, ...tree.commands].map((command) => {
    const name = ['eyrie', ...command.path].join('-');
    return { file: `${name}.1`, text: page(command, name, version) };
  });
}

function page(command: CommandFacts, name: string, version: string): string {
  const others = command.path.length === 0 ? command.commands.map(({ path }) => path[0]!) : [];
  return `${[
    `.TH ${name.toUpperCase()} 1 "" "Eyrie ${plain(version)}" "Eyrie"`,
    '.SH NAME',
    `${plain(name)} \\- ${plain(command.text)}`,
    '.SH SYNOPSIS',
    ...synopsis(command),
    ...command.commands.flatMap(synopsis),
    '.SH OPTIONS',
    ...command.options.flatMap(optionLines),
    ...(command.commands.length === 0 ? [] : ['.SH COMMANDS', ...command.commands.flatMap(subcommand)]),
    ...afterLines(command.after, '.SH NOTES'),
    '.SH EXIT STATUS',
    EXIT_STATUS,
    '.SH SEE ALSO',
    others.length === 0 ? '.BR eyrie (1)' : others.map((other) => `.BR eyrie-${other} (1)`).join(',\n'),
  ].join('\n')}\n`;
}

function synopsis({ path, args, commands }: CommandFacts): string[] {
  const words = args.map(({ name, isRequired, isVariadic }) => {
    const text = `\\fI${plain(name)}\\fR${isVariadic ? ' ...' : ''}`;
    return isRequired ? text : `[${text}]`;
  });
  const command = commands.length > 0 && path.length === 0 ? ['\\fIcommand\\fR'] : [];
  return [
    '.br',
    `\\fBeyrie${path.map((name) => ` ${plain(name)}`).join('')}\\fR [\\fIoptions\\fR] ${[...words, ...command].join(' ')}`.trimEnd(),
  ];
}

function optionLines({ flags, text }: OptionFacts): string[] {
  return ['.TP', `\\fB${plain(flags)}\\fR`, plain(text)];
}

function subcommand(command: CommandFacts): string[] {
  if (command.path.length === 1) return ['.TP', `\\fB${plain(command.path[0]!)}\\fR`, plain(command.text)];
  return [
    `.SS ${command.path.join(' ')}`,
    plain(command.text),
    ...command.args
      .filter(({ text }) => text !== '')
      .flatMap(({ name, text }) => ['.TP', `\\fI${plain(name)}\\fR`, plain(text)]),
    ...command.options.filter(({ long }) => long !== '--help').flatMap(optionLines),
    ...afterLines(command.after, null),
  ];
}

function afterLines(after: string, heading: string | null): string[] {
  if (after === '') return [];
  const lines = after.split('\n').map(plain);
  return [...(heading === null ? ['.PP'] : [heading]), '.nf', ...lines, '.fi'];
}

/** Neither a request at the beginning of a line, nor an escape, nor a hyphen that groff would set as a dash. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
