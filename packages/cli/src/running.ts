// Runs a command line; errors become one line and an exit status.
import { statSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { BAD_USAGE, FAILED, UserError, writeProblem } from './errors.ts';
import { firstSteps, HELP, HELP_WIDTHS } from './help.ts';
import { ClosedPipe } from './terminal/output.ts';
import { printable } from './terminal/printable.ts';
import { shellWord } from './terminal/shell.ts';

/** `eyrie` without commands yet; those added to it leave error messages to `run`. */
export function newProgram(): Command {
  return new Command('eyrie')
    .exitOverride()
    .configureOutput({ ...HELP_WIDTHS, writeOut, writeErr: () => {} })
    .configureHelp(HELP)
    .version(packageJson.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this');
}

/** Calls the command that the process's arguments name, and sets the process's exit status. */
export async function run(program: Command): Promise<void> {
  // `eyrie read` writes to the descriptor itself, and starts faster without the stream.
  if (process.argv[2] !== 'read') watchOutput();
  try {
    await program.parseAsync([...process.argv.slice(0, 2), ...commandWords(program)]);
  } catch (error) {
    process.exitCode = report(program, error);
  }
}

/** The arguments; `help mesh init` as `mesh init --help`, for commander's own looks no further than `mesh`. */
function typedWords(): string[] {
  const words = process.argv.slice(2).filter((word) => word !== '--debug');
  return words[0] === 'help' ? [...words.slice(1), '--help'] : words;
}

/** The same without --help after an unknown command, which would show the help of its parent. */
function commandWords(program: Command): string[] {
  const words = typedWords();
  const named = namedCommands(program, words);
  const group = named.at(-1)!;
  const next = words[named.length - 1] ?? '-';
  const isStrange =
    group.commands.length > 0 && group.registeredArguments.length === 0 && !/^(-|help$)/.test(next);
  return isStrange ? words.filter((word) => word !== '--help' && word !== '-h') : words;
}

/** Help and version. */
function writeOut(text: string): void {
  watchOutput();
  process.stdout.write(text);
}

function watchOutput(): void {
  if (!process.stdout.listeners('error').includes(endIfUnwritable))
    process.stdout.on('error', endIfUnwritable);
}

/** `eyrie --help | head`: the reader has gone. Anything else that keeps output from being written is a failure. */
function endIfUnwritable(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  console.error(`eyrie: ${writeProblem('standard output', error)}`);
  process.exit(FAILED);
}

/** Prints the error in one line; returns the exit status. */
function report(program: Command, error: unknown): number {
  // `eyrie read … | head`: the reader has gone.
  if (error instanceof ClosedPipe) return 0;
  if (error instanceof CommanderError) return reportUsage(program, error);
  // The message may quote text from another peer.
  const message = printable(error instanceof Error ? error.message : String(error));
  console.error(`eyrie: ${error instanceof UserError ? message : `unexpected error: ${message}`}`);
  if (process.argv.includes('--debug') && error instanceof Error) console.error(error.stack);
  else if (!(error instanceof UserError))
    console.error('Run it again with --debug to see where, and report it.');
  return error instanceof UserError ? error.exitCode : FAILED;
}

/** The program, then the commands that the arguments begin with. */
function namedCommands(program: Command, given: readonly string[]): Command[] {
  const command = program.commands.find((each) => namesOf(each).includes(given[0] ?? ''));
  return [program, ...(command === undefined ? [] : namedCommands(command, given.slice(1)))];
}

function reportUsage(program: Command, error: CommanderError): number {
  // Help and version that were asked for.
  if (error.exitCode === 0) return 0;
  const words = typedWords();
  if (words.length === 0) {
    process.stdout.write(firstSteps());
    return 0;
  }
  const named = namedCommands(program, words);
  const group = named.at(-1)!;
  const strange = words[named.length - 1];
  if (group === program && strange !== undefined && isFile(strange)) {
    const file = printable(shellWord(strange));
    console.error(`eyrie: name a command before the file: eyrie start ${file}, or eyrie read ${file}`);
    return BAD_USAGE;
  }
  const help = [...named.map((each) => each.name()), '--help'].join(' ');
  if (group.commands.length > 0 && strange !== undefined && !strange.startsWith('-')) {
    const namesakes = program.commands.flatMap((each) => pathsOf(each, strange, 'eyrie'));
    const isUnknown = ['commander.help', 'commander.excessArguments'].includes(error.code);
    if (isUnknown || (error.code === 'commander.unknownCommand' && namesakes.length > 0)) {
      const meant = namesakes.length === 0 ? '' : ` (Did you mean ${namesakes.join(' or ')}?)`;
      console.error(`eyrie: unknown command '${printable(strange)}'${meant}; see ${help}`);
      return BAD_USAGE;
    }
  }
  // A group without a command: `eyrie privacy`.
  if (error.code === 'commander.help') {
    group.configureOutput({ writeErr: (text) => process.stderr.write(text) });
    group.outputHelp({ error: true });
    return BAD_USAGE;
  }
  console.error(
    `eyrie: ${error.message
      .replace(/^error: /, '')
      .replace(/\.$/, '')
      .replaceAll('\n', ' ')}; see ${help}`,
  );
  return BAD_USAGE;
}

/** The commands of this name below `parents`, wherever they are: `tree` is `eyrie mesh tree`. */
function pathsOf(command: Command, name: string, parents: string): string[] {
  const within = command.commands.flatMap((each) => pathsOf(each, name, `${parents} ${command.name()}`));
  return namesOf(command).includes(name) ? [`${parents} ${name}`, ...within] : within;
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
