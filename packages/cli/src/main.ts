// The `eyrie` command: runs when it is imported, as bin/eyrie.js does. Each command's code is loaded when it is called.
import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { BAD_USAGE, FAILED, UserError } from './errors.ts';
import { ClosedPipe } from './terminal/output.ts';

const program = new Command('eyrie')
  .description('A peer-to-peer network that watches itself.')
  .version(packageJson.version, '-v, --version');

const all = (value: string, before: string[]): string[] => [...before, value];

program
  .command('read')
  .description('read a capture file and answer as tshark does')
  .argument('<file>', 'capture file (pcap, pcapng, snoop; also .gz, .zst), or - for standard input')
  .option('-Y, --display-filter <filter>', 'only packets that pass this display filter')
  .option('-T, --type <format>', 'output: text, tabs, fields, json, jsonraw, ek', 'text')
  .option('-e, --field <name>', 'field to print with -T fields; may be repeated', all, [])
  .option('-E, --fields-option <key=value>', 'format of -T fields', all, [])
  .option('-V, --tree', 'each packet as a tree of its layers and fields')
  .option('-x, --bytes', 'each packet in hexadecimal')
  .option('-w, --write <file>', 'write the packets that pass to a capture file (.pcap, else pcapng)')
  .option('-P, --print', 'print packets also where they are written')
  .option('--force', 'replace an existing file')
  .option('-z, --statistics <name>', 'statistics at the end: io,phs', all, [])
  .option('-q, --quiet', 'no line a packet')
  .option('-n', 'no name resolution; accepted for tshark users: names are never looked up')
  .option('-c, --count <number>', 'stop after this many packets', Number)
  .action(async (file: string, options) => {
    const { read } = await import('./read/command.ts');
    await read(file, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  // `eyrie read … | head`: whoever read has enough.
  if (error instanceof ClosedPipe) process.exit(0);
  if (!(error instanceof UserError)) throw error;
  console.error(`eyrie: ${error.message}`);
  process.exitCode = error.exitCode === FAILED ? FAILED : BAD_USAGE;
}
