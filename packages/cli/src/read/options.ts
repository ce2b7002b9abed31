// The flags of `eyrie read`, tshark's where tshark has them, and its help.
import type { Command } from 'commander';
import { UserError } from '../errors.ts';
import type { ReadOptions } from './command.ts';

const all = (value: string, before: string[] = []): string[] => [...before, value];

const EXAMPLES = `
Examples:
  eyrie read office.pcapng                              one line a packet
  eyrie read office.pcapng --summary                    the whole file on one page
  eyrie read office.pcapng -Y 'tcp.port == 443'         only packets that pass a display filter
  eyrie read office.pcapng -Y dns -V                    … as a tree of layers and fields
  eyrie read office.pcapng -T fields -e ip.src -e dns.qry.name -E header=y -E separator=,
  eyrie read office.pcapng -q -z conv,tcp -z io,phs     statistics only
  eyrie read office.pcapng -q -z follow,tcp,ascii,0     what the two sides of a conversation said
  eyrie read office.pcapng -Y 'ip.addr == 10.0.0.0/8' -w part.pcapng
  tcpdump -w - | eyrie read -                           packets as they come

Exit status: 0 done, 1 failed (a damaged file: what could be read was shown), 2 called wrongly,
130 interrupted by Ctrl-C (what was read so far was shown).`;

export function addReadCommand(program: Command): void {
  program
    .command('read')
    .description('read a capture file and answer as tshark does')
    .argument('[file]', 'capture file (pcap, pcapng, snoop; also .gz, .zst), or - for standard input')
    .optionsGroup('Which packets:')
    .option('-r, --read <file>', 'the same as naming the file')
    .option('-Y, --display-filter <filter>', 'print and write only packets that pass this display filter')
    .option('-c, --count <number>', 'stop after reading this many packets')
    .optionsGroup('How packets are printed:')
    .option('-T, --type <format>', 'text (lines; the default), tabs, fields, json, jsonraw, ek')
    .option('-e, --field <name>', 'field to print with -T fields, json or ek; may be repeated', all)
    .option(
      '-E, --fields-option <key=value>',
      'format of -T fields: header=y|n, separator=/t|/s|CHAR, occurrence=f|l|a, aggregator=,|/s|CHAR, quote=d|s|n, bom=y|n',
      all,
    )
    .option('-V, --tree', 'each packet as a tree of its layers and fields')
    .option('-x, --bytes', 'each packet in hexadecimal')
    .option('--color', 'lines in colour, also where the output is no terminal')
    .option('--no-color', 'lines without colour (also NO_COLOR=1)')
    .option('-q, --quiet', 'print no packets: statistics only')
    .optionsGroup('What the file says as a whole:')
    .option('--summary', 'one page: what, when, how much, who with whom, findings')
    .option(
      '-z, --statistics <name>',
      'statistics at the end, as tshark; may be repeated; -z help lists them',
      all,
    )
    .option('--json', 'statistics, summary or packets as JSON')
    .optionsGroup('Writing packets:')
    .option(
      '-w, --write <file>',
      'write the packets that pass to a capture file (.pcap, else pcapng), - for standard output',
    )
    .option('-P, --print', 'print packets also while writing them')
    .option('--force', 'replace an existing file')
    .optionsGroup('How packets are read:')
    .option(
      '-o, --option <name:value>',
      'set a preference, e.g. ip.check_checksum:TRUE; may be repeated',
      all,
    )
    .option(
      '-d, --decode-as <rule>',
      'read what a number selects as a protocol, e.g. tcp.port==8888,http',
      all,
    )
    .option('-n', 'accepted for tshark users: names are never looked up')
    .option('-l', 'accepted for tshark users: packets from a pipe are shown as they come')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', EXAMPLES)
    .action(
      async (argument: string | undefined, options: ReadOptions & { read?: string; summary?: boolean }) => {
        if (options.statistics?.includes('help')) {
          const { listStatistics } = await import('../statistics/help.ts');
          listStatistics();
          return;
        }
        const path = fileOf(argument, options.read);
        if (options.summary === true) {
          const { summarize } = await import('../summary/command.ts');
          process.exitCode = await summarize(path, options);
          return;
        }
        const { read } = await import('./command.ts');
        process.exitCode = await read(path, options);
      },
    );
}

function fileOf(argument: string | undefined, option: string | undefined): string {
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UserError(`two files, ${option} and ${argument}: name one`);
  const path = argument ?? option;
  if (path === undefined)
    throw new UserError('name a capture file, or - for standard input; see eyrie read --help');
  return path;
}
