// The `eyrie` command: runs when it is imported, as bin/eyrie.js does. Each command's code is loaded when it is called.
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addAnalyzerCommand } from './analyzer/options.ts';
import { addCaptureCommand } from './capture/options.ts';
import { addConfigCommand } from './config/options.ts';
import { BAD_USAGE, FAILED, UserError } from './errors.ts';
import { addHoneypotCommand } from './honeypot/options.ts';
import { addImportCommand } from './import/options.ts';
import { addMeshCommands } from './mesh/options.ts';
import { addParserCommand } from './parser/options.ts';
import { addPersistorCommand } from './persistor/options.ts';
import { addReadCommand } from './read/options.ts';
import { addServingOptions } from './serving/options.ts';
import { addStoreCommand } from './store/options.ts';
import { ClosedPipe } from './terminal/output.ts';
import { printable } from './terminal/printable.ts';
import { addTimeCommand } from './time/options.ts';
import { addUiCommand } from './ui/options.ts';
import { addUpCommand } from './up/options.ts';

const isDebugging = process.argv.includes('--debug');

const program = new Command('eyrie')
  .description('A peer-to-peer network that watches itself.')
  .version(packageJson.version, '-v, --version')
  .exitOverride()
  .configureOutput({ writeErr: () => {} })
  .addHelpText(
    'after',
    `
Examples:
  eyrie start                       what is in a bundled capture, on one page and on a web page
  eyrie read office.pcapng -Y dns   packets that pass a display filter
  eyrie up -i eth0                  what passes an interface, stored and shown on the page
  eyrie menu                        peers, messages and files, with the arrow keys

Exit status: 0 done, 1 failed, 2 called wrongly, 130 interrupted.
Errors are one line; --debug adds where in the program they come from.`,
  );

program.commandsGroup('See what is on the wire:');
addServingOptions(
  program
    .command('start')
    .description('show on one page what a capture file holds, and all of it on a web page')
    .argument('[file]', 'capture file; without it, the bundled capture of an office hour')
    .option('--once', 'only the page on the terminal, then end'),
  5000,
)
  .option('--json', 'the page as JSON, then end')
  .option('--color', 'in colour, also where the output is no terminal')
  .option('--no-color', 'without colour')
  .addHelpText('after', '\nExamples:\n  eyrie start office.pcapng\n  eyrie start office.pcapng --once')
  .action(async (file: string | undefined, options) => {
    const { start } = await import('./summary/start.ts');
    process.exitCode = await start(file, options);
  });

addReadCommand(program);
addUpCommand(program);
addImportCommand(program);
addStoreCommand(program);
program
  .command('fields')
  .description('list fields and protocols: the names for filters and -e')
  .argument('[text]', 'only those with this text in their name or title')
  .option('--protocols', 'protocols instead of fields')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  eyrie fields dns.qry')
  .action(async (text: string | undefined, options) => {
    const { listFields } = await import('./fields/command.ts');
    listFields(text ?? '', options);
  });

program
  .command('samples')
  .description('list the captures that come along, fetch public ones')
  .argument('[args...]')
  .helpOption(false)
  .allowUnknownOption()
  .action(async (args: string[]) => {
    const { runSamples } = await import('./samples/index.ts');
    process.exitCode = await runSamples(args);
  });

program.commandsGroup('Peers:');
program
  .command('menu')
  .description('everything with the arrow keys; shows each time the command that does it')
  .addHelpText('after', '\nExample:\n  eyrie menu')
  .action(async () => {
    const { runMenu } = await import('./menu/command.ts');
    process.exitCode = await runMenu();
  });

addMeshCommands(program);

program.commandsGroup('Watch out, and keep time:');
addHoneypotCommand(program);
addTimeCommand(program);

program.commandsGroup('The services, each alone:');
addCaptureCommand(program);
addParserCommand(program);
addPersistorCommand(program);
addAnalyzerCommand(program);
addUiCommand(program);
addConfigCommand(program);

try {
  await program.parseAsync(process.argv.filter((argument) => argument !== '--debug'));
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong in one line; gives the exit status. */
function report(error: unknown): number {
  // `eyrie read … | head`: whoever read has enough.
  if (error instanceof ClosedPipe) return 0;
  if (error instanceof CommanderError) return reportUsage(error);
  // It may quote what another peer said.
  const message = printable(error instanceof Error ? error.message : String(error));
  console.error(`eyrie: ${error instanceof UserError ? message : `unexpected error: ${message}`}`);
  if (isDebugging && error instanceof Error) console.error(error.stack);
  else if (!(error instanceof UserError))
    console.error('Run it again with --debug to see where, and report it.');
  return error instanceof UserError ? error.exitCode : FAILED;
}

function reportUsage(error: CommanderError): number {
  // Help and version that were asked for, and help for `eyrie` alone.
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') {
    program.configureOutput({ writeErr: (text) => process.stderr.write(text) });
    program.outputHelp({ error: true });
    return BAD_USAGE;
  }
  const command = program.commands.find((each) => each.name() === process.argv[2]);
  const help = command === undefined ? 'eyrie --help' : `eyrie ${command.name()} --help`;
  console.error(
    `eyrie: ${error.message
      .replace(/^error: /, '')
      .replace(/\.$/, '')
      .replaceAll('\n', ' ')}; see ${help}`,
  );
  return BAD_USAGE;
}
