// Messages and files between peers: `eyrie send`, `inbox`, `broadcast`, `share`, `get`, `encrypt`, `decrypt`.
import type { Command } from 'commander';
import { EXAMPLE } from '../help.ts';

export function addMail(program: Command): void {
  program
    .command('send')
    .description('send a message that only the receiver can read, now or later')
    .argument('<to>', 'the name of a peer')
    .argument('[text...]', 'the message; - takes standard input')
    .option(
      '--file <path>',
      'a file: a short text as the message, anything else is offered to the receiver and fetched',
    )
    .option('--topic <topic>', 'its topic, which policies match', 'message')
    .option('--wait <time>', 'how long to wait until it is delivered', '5s')
    .option('--peer <id>', 'which peer of this user sends')
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie send lab-7 "the printer is on fire"`)
    .action(async (to: string, text: string[], options) => {
      process.exitCode = await (await import('./mail.ts')).send(to, text, options);
    });
  program
    .command('inbox')
    .description('show unread messages')
    .option('--all', 'include those read before')
    .option('--keep', 'leave them unread')
    .option('--peer <id>', 'whose inbox')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie inbox`)
    .action(async (options) => (await import('./mail.ts')).inbox(options));
  program
    .command('broadcast')
    .description('send a message to all peers, and print how many have it')
    .argument('<text...>', 'the message')
    .option('--peer <id>', 'which peer of this user sends')
    .option('--json', 'the count as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie broadcast "maintenance at noon"`)
    .action(async (text: string[], options) => {
      process.exitCode = await (await import('./mail.ts')).broadcast(text, options);
    });
  program
    .command('share')
    .description('offer a file to other peers; without one, list what is offered')
    .argument('[file]', 'the file; with --captures a folder')
    .option('--captures', 'each capture in a folder, to those named and to whom the policy allows "captures"')
    .option('--name <name>', 'the name under which it is offered (default: its own)')
    .option('--to <peer...>', 'only for these peers')
    .option('--stop <name>', 'stop offering it')
    .option('--peer <id>', 'which peer of this user offers it')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  eyrie share office.pcapng --to lab-7\n  eyrie share --captures ring --to lab-7`,
    )
    .action(async (file: string | undefined, options) => (await import('./files.ts')).share(file, options));
  program
    .command('get')
    .description('download a file that a peer offers, or resume a download')
    .argument('<peer/name>', 'the file; the name of a peer alone lists what it offers')
    .option('-o, --output <path>', 'where to put it; here unless given')
    .option('--force', 'replace an existing file')
    .option('--peer <id>', 'which peer of this user gets it')
    .option('--json', 'as JSON')
    .addHelpText('after', `${EXAMPLE}eyrie get lab-7/office.pcapng`)
    .action(async (what: string, options) => {
      process.exitCode = await (await import('./files.ts')).get(what, options);
    });
}

export function addSealing(program: Command): void {
  program
    .command('encrypt')
    .description('encrypt a text or file for a peer, or with a passphrase')
    .argument('[file]', 'the file; - or nothing is standard input')
    .option('--text <text>', 'this text instead of a file; the result is one line of text, to paste')
    .option(
      '--to <id>',
      'for this peer alone; without it, with a passphrase (asked for, or EYRIE_PASSPHRASE)',
    )
    .option('-o, --output <path>', 'where to put it; - or nothing is standard output')
    .option('--force', 'replace an existing file')
    .option('--peer <id>', 'which peer of this user encrypts')
    .addHelpText(
      'after',
      `
Examples:
  eyrie encrypt plan.pdf --to lab-7 -o plan.pdf.eyrie
  eyrie encrypt --text "meet at six" --to lab-7`,
    )
    .action(async (file: string | undefined, options) =>
      (await import('./encrypt.ts')).encrypt(file, options),
    );
  program
    .command('decrypt')
    .description('decrypt what "eyrie encrypt" made, and print who sealed it')
    .argument('[file]', 'the file; - or nothing is standard input')
    .option('--text <text>', 'the line that "eyrie encrypt --text" printed, instead of a file')
    .option('-o, --output <path>', 'where to put it; - or nothing is standard output')
    .option('--force', 'replace an existing file')
    .option('--peer <id>', 'which peer of this user decrypts')
    .addHelpText(
      'after',
      `
Examples:
  eyrie decrypt plan.pdf.eyrie -o plan.pdf
  eyrie decrypt --text RXlTMQ…`,
    )
    .action(async (file: string | undefined, options) =>
      (await import('./encrypt.ts')).decrypt(file, options),
    );
}
