// The tree of commands: run.ts runs it, completions and reference pages are generated from it. A command's code is loaded
// when the command is called.
import { addAnalyzerCommand } from './analyzer/options.ts';
import { addCaptureCommand } from './capture/options.ts';
import { addConfigCommand } from './config/options.ts';
import { addDemoCommand } from './demo/options.ts';
import { addDoctorCommand } from './doctor/options.ts';
import { EXIT_STATUS } from './errors.ts';
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
import { addSamplesCommand } from './samples/options.ts';
import { addServingOptions } from './serving/options.ts';
import { addStoreCommand } from './store/options.ts';
import { addTimeCommand } from './time/options.ts';
import { addCompletionCommand } from './tree/options.ts';
import { addUiCommand } from './ui/options.ts';
import { addUpCommand } from './up/options.ts';
import { addLogsCommand } from './zeek/options.ts';

export const program = newProgram()
  .description('A peer-to-peer network that watches itself.')
  .addHelpText(
    'after',
    `
Examples:
  eyrie start                       a summary of a bundled capture, then the web page
  eyrie read office.pcapng -Y dns   packets that pass a display filter
  eyrie up -i eth0                  packets of an interface, stored and shown on the web page
  eyrie menu                        peers, messages and files, in an interactive menu

eyrie COMMAND --help has the options of a command, with examples.
Exit status: ${EXIT_STATUS}
Errors are one line; --debug adds a stack trace.`,
  );

program.commandsGroup('Capture files and live traffic:');
addServingOptions(
  program
    .command('start')
    .description('summarise a capture on one page, then serve it as a web page')
    .argument('[file]', 'capture file; without it, the bundled capture of an office hour')
    .option('--once', 'only print the summary, then end'),
  'ui',
  5000,
)
  .option('--json', 'the summary as JSON, then end')
  .option('--color', 'in colour, even if the output is not a terminal')
  .option('--no-color', 'without colour')
  .addHelpText('after', '\nExamples:\n  eyrie start office.pcapng\n  eyrie start office.pcapng --once')
  .action(async (file: string | undefined, options) => {
    const { start } = await import('./summary/start.ts');
    process.exitCode = await start(file, options);
  });

addReadCommand(program);
addUpCommand(program);
addImportCommand(program);
addLogsCommand(program);
addStoreCommand(program);
program
  .command('fields')
  .description('list fields and protocols: the names for filters and -e')
  .argument('[text]', 'only those with this text in name or title')
  .option('--protocols', 'protocols instead of fields')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  eyrie fields dns.qry')
  .action(async (text: string | undefined, options) => {
    const { listFields } = await import('./fields/command.ts');
    listFields(text ?? '', options);
  });

addSamplesCommand(program);

program.commandsGroup('The mesh of peers:');
program
  .command('menu')
  .description('an interactive menu, which shows the command of each action')
  .addHelpText('after', '\nExample:\n  eyrie menu')
  .action(async () => {
    const { runMenu } = await import('./menu/command.ts');
    process.exitCode = await runMenu();
  });

addMeshCommands(program);
addPathCommand(program);
addTimeCommand(program);
addMqttCommand(program);

program.commandsGroup('Detection and defence:');
addFindingsCommand(program);
addHoneypotCommand(program);
addFirewallCommand(program);

program.commandsGroup('Demonstration, emulation, simulation:');
addDemoCommand(program);
addLabCommands(program);

program.commandsGroup('This machine:');
addDoctorCommand(program);
addPrivacyCommand(program);
addConfigCommand(program);
addCompletionCommand(program);

program.commandsGroup('The services, each as a process of its own:');
addCaptureCommand(program);
addParserCommand(program);
addPersistorCommand(program);
addAnalyzerCommand(program);
addUiCommand(program);
