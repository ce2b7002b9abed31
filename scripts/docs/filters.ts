// The reference page of display filters. Its examples are compiled when the page is generated.
import { compileFilter, fieldNamed, fieldNames, protocolNamed, protocolNames } from '@eyrie/dissect';
import { table } from './table.ts';

const HEAD = `# Display filters

Made by \`npm run docs\`. The same filters choose packets in \`eyrie read -Y\`, on the page, in the API (\`q=\`) and, as SQL, in the
store; names are those of Wireshark's display-filter reference. Capture filters (\`-f\`) are another language: BPF, see
\`man pcap-filter\`.

## What can be said

`;

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['dns', 'packets that have the protocol'],
  ['tcp.analysis.retransmission', 'packets that have the field'],
  ['ip.src == 192.168.10.66', 'a field has a value; where a packet has it several times, any of them'],
  ['ip.addr == 10.0.0.0/8', 'either side is in a network'],
  ['tcp.port in {80, 443, 8000..8080}', 'one of several values or ranges'],
  ['ip.addr != 10.0.0.1', 'none of the values is this one; `!==`: any differs'],
  ['tcp.port === 443', 'all of the values are'],
  ['all tcp.port > 1024', 'the same in words; `any` is what `==` means'],
  [
    'frame.len >= 1000 && frame.len < 1500',
    '`and`, `or`, `xor`, `not` or `&&`, `||`, `^^`, `!`, and parentheses',
  ],
  ['http.host contains "example"', 'a part of a text or of bytes'],
  ['http.request.uri matches "(?i)login|admin"', 'a regular expression; `~` is short for it'],
  ['dns.qry.name == "www.alder.example"', 'texts stand in quotes'],
  ['tcp.flags == 0x002', 'numbers are decimal, 0x… or 0b…'],
  ['tcp.flags & 0x02', 'bits; `+ - * / %` too, in parentheses or braces'],
  ['eth.src[0:3] == 00:1a:2b', 'bytes of a value: `[from:count]`, `[from-to]`, `[:count]`'],
  ['ip.src#2 == 10.0.0.1', 'of the second layer of that protocol (tunnels)'],
  ['ip.src == ip.dst', 'two fields of one packet'],
  ['len(dns.qry.name) > 40', 'a function of a value'],
  ['frame.time >= "2026-11-21 11:52:00"', 'times, local; with Z at the end, UTC'],
];

const FUNCTIONS: readonly (readonly [string, string])[] = [
  ['upper(http.host) == "WWW"', 'in capitals'],
  ['lower(http.host) == "www"', 'in small letters'],
  ['len(tcp.payload) > 100', 'bytes of a value'],
  ['count(ip.addr) > 2', 'how often the packet has the field'],
  ['string(frame.number) matches "00$"', 'a number or address as text'],
  ['abs(frame.time_delta) > 1', 'without its sign'],
  ['max(tcp.srcport, tcp.dstport) < 1024', 'the greatest of several'],
  ['min(tcp.srcport, tcp.dstport) > 1024', 'the least of several'],
];

export function filtersPage(): string {
  const counts = new Map<string, number>();
  for (const name of fieldNames()) {
    const protocol = protocolOf(name);
    counts.set(protocol, (counts.get(protocol) ?? 0) + 1);
  }
  const protocols = [...protocolNames()].filter((name) => !name.startsWith('_')).sort();
  const deep = protocols.filter((name) => (counts.get(name) ?? 0) > 0);
  const rows = deep.map((name) => [`\`${name}\``, protocolNamed(name)!.title, String(counts.get(name))]);
  const names = protocols.filter((name) => !counts.has(name));
  return [
    HEAD,
    table(['filter', 'what it means'], EXAMPLES.map(example)),
    '\n## Functions\n\n',
    table(['filter', 'what the function gives'], FUNCTIONS.map(example)),
    '\n## Protocols with fields\n\n`eyrie fields dns` lists the fields of one, with their types.\n\n',
    table(['name', 'title', 'fields'], rows),
    `\n## Protocols known by name\n\n${names.map((name) => `\`${name}\``).join(', ')}\n`,
  ].join('');
}

/** @throws FilterError if an example is invalid */
function example([filter, meaning]: readonly [string, string]): string[] {
  compileFilter(filter);
  return [`\`${filter}\``, meaning];
}

/** `dns` for `dns.qry.name`; for fields without a protocol, the first part of the name. */
function protocolOf(field: string): string {
  const parts = field.split('.');
  for (let count = parts.length - 1; count > 0; count--) {
    const name = parts.slice(0, count).join('.');
    if (protocolNamed(name) !== undefined && fieldNamed(name) === undefined) return name;
  }
  return parts[0]!;
}
