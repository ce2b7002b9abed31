// `eyrie read -G`: what filters and -e understand, in the columns of `tshark -G`, which scripts read.
import {
  type Field,
  type FieldType,
  fieldNamed,
  fieldNames,
  nearestOf,
  type Protocol,
  protocolNamed,
  protocolNames,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import { Output } from '../terminal/output.ts';
import { decodeLines, heuristicLines } from './decodes.ts';
import { preferenceLines } from './preferences.ts';
import { valueLines } from './values.ts';

const REPORTS: Readonly<Record<string, { readonly about: string; lines(): Iterable<string> }>> = {
  fields: { about: 'protocols (P) and fields (F), with their types', lines: fieldLines },
  fieldcount: { about: 'how many there are', lines: countLines },
  protocols: { about: 'title, short name and filter name of each protocol', lines: protocolLines },
  values: { about: 'names of the values of numbers (V) and flags (T)', lines: valueLines },
  ftypes: { about: 'the types of fields', lines: typeLines },
  decodes: { about: 'which number in which table leads to which protocol, for -d', lines: decodeLines },
  'heuristic-decodes': {
    about: 'which protocols are recognized by content, and below which',
    lines: heuristicLines,
  },
  'column-formats': { about: 'columns by tshark’s signs, and the field of -e for each', lines: columnLines },
  defaultprefs: { about: 'the preferences of -o', lines: preferenceLines },
  currentprefs: { about: 'the same: none are read from a file', lines: preferenceLines },
};

/** Prints a report; `help` lists them. @throws UserError */
export function glossary(report: string): void {
  const out = new Output();
  if (report === 'help') {
    for (const [name, { about }] of Object.entries(REPORTS)) out.text(`-G ${name.padEnd(17)}  ${about}\n`);
  } else {
    const found = Object.hasOwn(REPORTS, report) ? REPORTS[report] : undefined;
    if (found === undefined) {
      const near = nearestOf(report, Object.keys(REPORTS))[0];
      const hint = near === undefined ? '' : `did you mean ${near}? `;
      throw new UserError(`-G ${report}: ${hint}there are ${Object.keys(REPORTS).join(', ')}`);
    }
    for (const line of found.lines()) out.text(`${line}\n`);
  }
  out.flush();
}

function protocols(): Protocol[] {
  return [...protocolNames()]
    .filter((name) => !name.startsWith('_rejected'))
    .sort()
    .map((name) => protocolNamed(name)!);
}

function* protocolLines(): Iterable<string> {
  for (const { title, name, column } of protocols())
    yield [title, typeof column === 'string' ? column : name.toUpperCase(), name].join('\t');
}

/** tshark's signs for columns: their titles, and the fields that print them here. */
const COLUMNS: Readonly<Record<string, readonly [title: string, field: string]>> = {
  '%m': ['Number', 'frame.number'],
  '%t': ['Time (format as specified)', '_ws.col.Time'],
  '%Rt': ['Relative time', 'frame.time_relative'],
  '%At': ['Absolute time', 'frame.time'],
  '%Tt': ['Delta time', 'frame.time_delta'],
  '%Gt': ['Delta time displayed', 'frame.time_delta_displayed'],
  '%s': ['Source address', '_ws.col.Source'],
  '%d': ['Destination address', '_ws.col.Destination'],
  '%p': ['Protocol', '_ws.col.Protocol'],
  '%L': ['Packet length (bytes)', 'frame.len'],
  '%i': ['Information', '_ws.col.Info'],
  '%hs': ['Hardware src addr', 'eth.src'],
  '%hd': ['Hardware dest addr', 'eth.dst'],
  '%ns': ['Network src addr', 'ip.src'],
  '%nd': ['Network dest addr', 'ip.dst'],
  '%S': ['Source port', 'tcp.srcport'],
  '%D': ['Destination port', 'tcp.dstport'],
  '%f': ['IP DSCP Value', 'ip.dsfield.dscp'],
  '%q': ['802.1Q VLAN id', 'vlan.id'],
};

export function* columnLines(): Iterable<string> {
  for (const [sign, [title, field]] of Object.entries(COLUMNS)) yield [sign, title, field].join('\t');
}

/** Field: title, name, type, protocol, base (of a bit: width of its number), mask, and no remark. */
function* fieldLines(): Iterable<string> {
  for (const { title, name } of protocols()) yield ['P', title, name].join('\t');
  for (const name of [...fieldNames()].sort()) {
    const field = fieldNamed(name)!;
    const owner = field.protocol?.name ?? name.split('.')[0]!;
    const mask = `0x${field.bits.toString(16)}`;
    yield ['F', field.title, name, typeName(field), owner, base(field), mask, ''].join('\t');
  }
}

function* countLines(): Iterable<string> {
  const [fields, own] = [[...fieldNames()].length, protocols().length];
  yield `There are ${fields + own} header fields registered, of which:\n\t${own} are protocols`;
}

const TYPE_NAMES: Readonly<Record<Exclude<FieldType, 'uint' | 'int'>, string>> = {
  none: 'FT_NONE',
  uint64: 'FT_UINT64',
  bool: 'FT_BOOLEAN',
  text: 'FT_STRING',
  bytes: 'FT_BYTES',
  ether: 'FT_ETHER',
  ipv4: 'FT_IPv4',
  ipv6: 'FT_IPv6',
  time: 'FT_ABSOLUTE_TIME',
  seconds: 'FT_RELATIVE_TIME',
  double: 'FT_DOUBLE',
};

/** What a type is called for people: tshark's words. */
const TYPE_TITLES: Readonly<Record<string, string>> = {
  FT_NONE: 'Label',
  FT_PROTOCOL: 'Protocol',
  FT_BOOLEAN: 'Boolean',
  FT_DOUBLE: 'Floating point (double-precision)',
  FT_ABSOLUTE_TIME: 'Date and time',
  FT_RELATIVE_TIME: 'Time offset',
  FT_STRING: 'Character string',
  FT_ETHER: 'Ethernet or other MAC address',
  FT_BYTES: 'Byte sequence',
  FT_IPv4: 'IPv4 address',
  FT_IPv6: 'IPv6 address',
};

function* typeLines(): Iterable<string> {
  for (const [name, title] of Object.entries(TYPE_TITLES)) yield [name, title].join('\t');
  for (const [sign, title] of [
    ['UINT', 'Unsigned'],
    ['INT', 'Signed'],
  ])
    for (let bytes = 1; bytes <= 8; bytes++)
      yield [`FT_${sign}${bytes * 8}`, `${title} integer (${bytes} byte${bytes > 1 ? 's' : ''})`].join('\t');
}

/** Bytes of the number; an alias has those of what it stands for. Without a fixed place: 4. */
function widthOf(field: Field): number {
  return field.width || field.of[0]?.width || field.hexBytes || 4;
}

function typeName(field: Field): string {
  if (field.type !== 'uint' && field.type !== 'int') return TYPE_NAMES[field.type];
  return `FT_${field.type.toUpperCase()}${Math.min(8, widthOf(field)) * 8}`;
}

function base(field: Field): string {
  if (field.type === 'bool') return field.bits === 0 ? '' : String(widthOf(field) * 8);
  const isNumber = field.type === 'uint' || field.type === 'int' || field.type === 'uint64';
  if (!isNumber) return '';
  return field.base === 'hex' ? 'BASE_HEX' : 'BASE_DEC';
}
