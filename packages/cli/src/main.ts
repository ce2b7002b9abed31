// The tree of commands: run.ts runs it, completions and reference pages are generated from it. A command's code is loaded
// when the command is called.
import packageJson from '../package.json' with { type: 'json' };
import { addAnalyzerCommand } from './analyzer/options.ts';
import { addCaptureCommand } from './capture/options.ts';
import { addConfigCommand } from './config/options.ts';
import { addDemoCommand } from './demo/options.ts';
import { addDoctorCommand } from './doctor/options.ts';
import { addFindingsCommand } from './findings/options.ts';
import { addFirewallCommand } from './firewall/options.ts';
import { addHoneypotCommand } from './honeypot/options.ts';
import { addImportCommand } from './import/options.ts';
import { addLabCommands } from './lab/options.ts';
import { addMeshCommands } from './mesh/options.ts';
import { addMqttCommand } from './mqtt/options.ts';
import { addParserCommand } from './parser/options.ts';
import { addPathCommand } from './path/options.ts';
import { addPersistorCommand } from './persistor/options.ts';
import { addPrivacyCommand } from './privacy/options.ts';
import { addReadCommand } from './read/options.ts';
import { newProgram } from './running.ts';
import { addServingOptions } from './serving/options.ts';
import { addStoreCommand } from './store/options.ts';
import { addTimeCommand } from './time/options.ts';
import { addCompletionCommand } from './tree/options.ts';
import { addUiCommand } from './ui/options.ts';
import { addUpCommand } from './up/options.ts';

export const program = newProgram()
  .description('A peer-to-peer network that watches itself.')
  .version(packageJson.version, '-v, --version', 'print the version')
  .addHelpText(
    'after',
    `
Examples:
  eyrie start                       what is in a bundled capture, on one page and on a web page
  eyrie read office.pcapng -Y dns   packets that pass a display filter
  eyrie up -i eth0                  what passes an interface, stored and shown on the page
  eyrie menu                        peers, messages and files, with the arrow keys

eyrie COMMAND --help says more of each.
Exit status: 0 done, 1 failed, 2 called wrongly, 130 interrupted.
Errors are one line; --debug adds where in the program they come from.`,
  );

program.commandsGroup('See what is on the wire:');
addServingOptions(
  program
    .command('start')
    .description('what a capture holds, on one page here and on a web page')
    .argument('[file]', 'capture file; without it, the bundled capture of an office hour')
    .option('--once', 'only the page on the terminal, then end'),
  'ui',
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
  .description('everything with the arrow keys, and the command for each')
  .addHelpText('after', '\nExample:\n  eyrie menu')
  .action(async () => {
    const { runMenu } = await import('./menu/command.ts');
    process.exitCode = await runMenu();
  });

addMeshCommands(program);
addPathCommand(program);
addTimeCommand(program);
addMqttCommand(program);

program.commandsGroup('Watch out:');
addFindingsCommand(program);
addHoneypotCommand(program);
addFirewallCommand(program);

program.commandsGroup('Try it out, and measure:');
addDemoCommand(program);
addLabCommands(program);

program.commandsGroup('This machine:');
addDoctorCommand(program);
addPrivacyCommand(program);
addConfigCommand(program);
addCompletionCommand(program);

program.commandsGroup('The services, each alone:');
addCaptureCommand(program);
addParserCommand(program);
addPersistorCommand(program);
addAnalyzerCommand(program);
addUiCommand(program);
