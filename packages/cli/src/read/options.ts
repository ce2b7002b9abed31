// The flags of `eyrie read`, tshark's where tshark has them, and its help.
import { type Command, Option } from 'commander';
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
  eyrie read office.pcapng -q -z findings               scans, floods, spoofing, guessed passwords …
  eyrie read office.pcapng -Y 'ip.addr == 10.0.0.0/8' -w part.pcapng
  eyrie read office.pcapng --export-objects http,files/ files transferred over HTTP
  eyrie read -i eth0 -Y 'dns || tls.handshake'          packets as they come, until Ctrl-C
  eyrie read -i eth0 -a duration:60 -q -z conv,ip       who talked with whom within a minute
  eyrie read -i eth0 -w all.pcapng -b filesize:100000 -b files:10   the last gigabyte
  ssh gate tcpdump -w - | eyrie read -                  from another machine

Exit status: 0 done, 1 failed (a damaged file: what could be read was shown), 2 called wrongly,
130 interrupted by Ctrl-C (what was read so far was shown).`;

type CommandOptions = ReadOptions & {
  read?: string;
  summary?: boolean;
  key?: string;
  listInterfaces?: boolean;
  glossary?: string;
};

export function addReadCommand(program: Command): void {
  const command = program
    .command('read')
    .description('read a capture file or an interface, with tshark’s options')
    .argument(
      '[file]',
      'capture file (pcap, pcapng, snoop; also .gz, .zst), or - for standard input; not with -i',
    )
    .argument('[filter...]', 'display filter, as with -Y');
  addSelection(command);
  addLive(command);
  addPrinting(command);
  addStatistics(command);
  addWriting(command);
  addDissection(command);
  command
    .optionsGroup('Help:')
    .option(
      '-G, --glossary <report>',
      'fields, protocols, values, decodes, heuristic-decodes, column-formats, ftypes, fieldcount, defaultprefs or currentprefs, in tshark’s columns; help says what each is',
    )
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

function addSelection(command: Command): void {
  command
    .optionsGroup('Which packets:')
    .option('-r, --read <file>', 'the same as naming the file')
    .option('-Y, --display-filter <filter>', 'print and write only packets that pass this display filter')
    .option(
      '-R, --read-filter <filter>',
      'only these packets exist at all, also for statistics and numbers; -2 may stand with it, as in tshark',
    )
    .option('-c, --count <number>', 'stop after reading this many packets');
}

function addLive(command: Command): void {
  command
    .optionsGroup('Live, instead of from a file:')
    .option('-i, --interface <name>', 'capture here until Ctrl-C')
    .option('-f, --capture-filter <bpf>', 'BPF capture filter, as in: tcp port 443')
    .option(
      '-a, --autostop <condition>',
      'stop after duration:SECONDS, packets:N, filesize:KB of -w, or files:N of -b; also of a file or -; may be repeated',
      all,
    )
    .option(
      '-b, --ring-buffer <condition>',
      'write a series FILE_00001_DATE of -w, and begin the next after filesize:KB, duration:SECONDS or packets:N, or where the time is a multiple of interval:SECONDS; of them files:N are kept; printname:FILE (or stdout) is told each finished one; also with - as the file; may be repeated',
      all,
    )
    .option('-s, --snapshot-length <bytes>', 'bytes kept of each packet')
    .option('-p, --no-promiscuous-mode', 'only packets of this host')
    .option('-D, --list-interfaces', 'list the interfaces');
}

function addPrinting(command: Command): void {
  command
    .optionsGroup('How packets are printed:')
    .option('-T, --type <format>', 'text (lines; the default), tabs, fields, json, jsonraw, ek, pdml, psml')
    .option(
      '-e, --field <name>',
      'field or protocol to print with -T fields, json or ek; may be repeated',
      all,
    )
    .option(
      '-E, --fields-option <key=value>',
      'format of -T fields: header=y|n, separator=/t|/s|CHAR, occurrence=f|l|a, aggregator=,|/s|CHAR, quote=d|s|n, bom=y|n',
      all,
    )
    .option(
      '-j, --protocols <names>',
      'with -T json, ek or pdml, the fields only of these: ip, dns, dns.flags …, not what is grouped below them',
    )
    .option('-J, --protocols-whole <names>', 'as -j, with all that is below')
    .option('--no-duplicate-keys', 'with -T json, values of one name within an object as an array')
    .option('-V, --tree', 'each packet as a tree of its layers and fields')
    .option('-O, --details <protocols>', 'as -V, but fields only of these protocols, e.g. ip,tcp')
    .option('-x, --bytes', 'each packet in hexadecimal')
    .option('--hexdump <how>', 'as -x: all or frames; ascii, delimit or noascii; may be repeated', all)
    .option(
      '-t, --time <format>',
      'time as a, ad, adoy (local), u, ud, udoy (UTC), d, dd (since the packet before, or displayed before), e (epoch) or r (since the first; the default)',
    )
    .option(
      '-u, --seconds <format>',
      'times since another packet as s (the default) or hms: 1h  1m  1.500000s',
    )
    .option('-S, --separator <line>', 'the line after each packet with -V, -O or -x, instead of an empty one')
    .option('--color', 'coloured lines, even if the output is not a terminal')
    .option('--no-color', 'lines without colour (also NO_COLOR=1)')
    .option('-q, --quiet', 'print no packets: statistics only');
}

function addStatistics(command: Command): void {
  command
    .optionsGroup('What the file says as a whole:')
    .option('--summary', 'a summary on one page: protocols, traffic, conversations, findings')
    .option(
      '-z, --statistics <name>',
      'statistics at the end, as tshark; may be repeated; -z help lists them',
      all,
    )
    .option('--json', 'statistics, summary or packets as JSON');
}

function addWriting(command: Command): void {
  command
    .optionsGroup('Writing packets:')
    .option(
      '-w, --write <file>',
      'write the packets that pass to a capture file (.pcap, else pcapng), - for standard output',
    )
    .option('-F, --file-type <type>', 'pcap, nsecpcap or pcapng (default: by the file name)')
    .option('--capture-comment <text>', 'a comment on the capture, for -w (pcapng); may be repeated', all)
    .option(
      '-H, --hosts <file>',
      'names for addresses from a file like /etc/hosts, for -N n and for -w (pcapng); may be repeated',
      all,
    )
    .option(
      '--export-objects <kind,folder>',
      'save what was transferred, each as a file: bodies of http (also HTTP/2 and HTTP/3, and opened TLS), mails (imf), files of smb, ftp-data, tftp and dicom; of the packets that pass; may be repeated',
      all,
    )
    .option('-P, --print', 'print packets also while writing them')
    .option('--force', 'replace an existing file');
}

function addDissection(command: Command): void {
  command
    .optionsGroup('How packets are read:')
    .option(
      '--key <file>',
      'the key of a file that is encrypted (eyrie privacy); or EYRIE_CAPTURE_PASSPHRASE',
    )
    .option(
      '-o, --option <name:value>',
      'set a preference, e.g. ip.check_checksum:TRUE, tls.keylog_file:FILE to open TLS and QUIC, or wg.keylog_file:FILE for WireGuard; may be repeated',
      all,
    )
    .option(
      '-d, --decode-as <rule>',
      'read what a number selects as a protocol, e.g. tcp.port==8888,http',
      all,
    )
    .option('--disable-protocol <names>', 'do not dissect these, e.g. http,dns; may be repeated', all)
    .option('--disable-all-protocols', 'dissect only those of --enable-protocol')
    .option('--enable-protocol <names>', 'dissect these all the same; may be repeated', all)
    .option('--only-protocols <names>', 'dissect only these, e.g. eth,ip,tcp; may be repeated', all)
    .option(
      '--disable-heuristic <name>',
      'do not recognise a protocol by its content, e.g. http_tcp (protocol, _ and what is below it); may be repeated',
      all,
    )
    .option('--enable-heuristic <name>', 'the opposite; all are enabled; may be repeated', all)
    .option(
      '--processes <number>',
      'how many processes read a file together for statistics that can be added up; without it one for two cores, and for each 512 MiB of the file and of memory, at most 4',
    )
    .option('-n', 'addresses as they are, the default; of -n and -N the last counts')
    .option(
      '-N, --resolve <letters>',
      'names instead of addresses: n those of -H and of the capture file’s own records, nd also those of captured DNS (with -2 from the first packet on); none is looked up in the network; m, t and v are accepted and change nothing',
    )
    .on('option:n', () => command.setOptionValue('resolve', ''))
    .option('-l', 'accepted for tshark users: packets from a pipe are shown as they come')
    .option(
      '-Q',
      'as -q; -M and --log-level are accepted, too: memory is bounded, and errors alone are printed',
    )
    .on('option:Q', () => command.setOptionValue('quiet', true))
    .addOption(new Option('-M <packets>').hideHelp())
    .addOption(new Option('--log-level <level>').hideHelp())
    .option(
      '-2',
      'read the file twice, so that packets refer to later ones: http.response_in, tcp.reassembled_in',
    );
}

async function run(argument: string | undefined, words: string[], options: CommandOptions): Promise<void> {
  if (options.key !== undefined) process.env.EYRIE_CAPTURE_KEY = options.key;
  if (options.statistics?.includes('help')) {
    const { listStatistics } = await import('../statistics/help.ts');
    listStatistics();
    return;
  }
  if (options.glossary !== undefined) {
    const { glossary } = await import('../fields/glossary.ts');
    return glossary(options.glossary);
  }
  if (options.listInterfaces === true) {
    const { listInterfaces } = await import('../capture/interfaces.ts');
    return listInterfaces(options.json === true);
  }
  const { path, filter } = fileAndFilter(argument, words, options);
  if (filter !== '' && options.displayFilter !== undefined)
    throw new UserError(`two display filters, -Y ${options.displayFilter} and ${filter}: name one`);
  const chosen: ReadOptions = filter === '' ? options : { ...options, displayFilter: filter };
  if (options.summary === true) {
    const { summarize } = await import('../summary/command.ts');
    process.exitCode = await summarize(path, chosen);
    return;
  }
  const { read } = await import('./command.ts');
  process.exitCode = await read(path, chosen);
}

/** With -r or -i all bare words are the filter, as in tshark; else the first one is the file. */
function fileAndFilter(
  first: string | undefined,
  rest: readonly string[],
  { read, interface: name }: CommandOptions,
): { path: string; filter: string } {
  if (read !== undefined && name !== undefined) throw new UserError('-r and -i: name a file or an interface');
  const option = read ?? name;
  const words = first === undefined ? rest : [first, ...rest];
  const [path, ...filter] = option === undefined || words[0] === option ? words : [option, ...words];
  if (path === undefined)
    throw new UserError(
      'name a capture file, - for standard input, or an interface with -i; see eyrie read --help',
    );
  return { path, filter: filter.join(' ') };
}
