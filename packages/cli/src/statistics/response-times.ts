// `-z smb,srt`, `-z smb2,srt`, `-z ldap,srt`, `-z snmp,srt`, `-z diameter,srt`, `-z gtp,srt`, `-z dcerpc,srt`, `-z rpc,srt` and
// `-z rpc,programs`: how long replies took, as tshark prints it.
import {
  DcerpcResponses,
  DiameterResponses,
  GtpResponses,
  LdapResponses,
  type Packet,
  type ProcedureTimes,
  RpcPrograms,
  RpcResponses,
  Smb1Responses,
  Smb2Responses,
  SnmpResponses,
} from '@eyrie/dissect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

const RULE = `${'='.repeat(67)}\n`;

interface Source {
  add(p: Packet): void;
  readonly times: { list(): ProcedureTimes[] };
}

export const responseTimes: readonly StatisticKind[] = [
  table('smb2,srt', 'SMB2', 'smb2.cmd', 'Commands', () => new Smb2Responses()),
  table('ldap,srt', 'LDAP', 'ldap.protocolOp', 'Procedure', () => new LdapResponses()),
  table('snmp,srt', 'SNMP', 'snmp.data', 'Procedure', () => new SnmpResponses()),
  table('diameter,srt', 'Diameter', '', 'Procedure', () => new DiameterResponses()),
  table('gtp,srt', 'GTP', '', 'Procedure', () => new GtpResponses()),
  {
    name: 'smb,srt',
    usage: 'smb,srt[,FILTER]',
    about: 'SMB response times by command, and by what transactions carry',
    make: (filter) => filtered('smb,srt', filter, new SmbTables()),
  },
  {
    name: 'dcerpc,srt',
    usage: 'dcerpc,srt,UUID,MAJOR.MINOR[,FILTER]',
    about: 'DCE/RPC response times of an interface by operation',
    make: dcerpcTable,
  },
  {
    name: 'rpc,srt',
    usage: 'rpc,srt,PROGRAM,VERSION[,FILTER]',
    about: 'ONC RPC response times of a program by procedure, e.g. 100003,3 for NFS 3',
    make(args) {
      const match = /^(\d+),(\d+)(?:,(.*))?$/s.exec(args);
      if (match === null) throw new UserError(`-z rpc,srt,${args}: write it as rpc,srt,100003,3 (NFS 3)`);
      const source = new RpcResponses(Number(match[1]), Number(match[2]));
      const statistic = new ResponseTable('RPC', source.fieldName, 'Procedure', source);
      return filtered('rpc,srt', match[3] ?? '', statistic);
    },
  },
  {
    name: 'rpc,programs',
    usage: 'rpc,programs[,FILTER]',
    about: 'ONC RPC response times by program',
    make: (filter) => filtered('rpc,programs', filter, new ProgramTable()),
  },
];

const DCERPC_ARGUMENTS = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}),(\d+)\.(\d+)(?:,(.*))?$/is;

function dcerpcTable(args: string): Statistic {
  const match = DCERPC_ARGUMENTS.exec(args);
  if (match === null)
    throw new UserError(
      `-z dcerpc,srt,${args}: write it as dcerpc,srt,12345778-1234-abcd-ef00-0123456789ac,1.0 (SAMR)`,
    );
  const source = new DcerpcResponses(match[1]!.toLowerCase(), Number(match[2]));
  if (source.title === null)
    throw new UserError(`-z dcerpc,srt,${args}: no operations are known of this version of this interface`);
  const statistic = new ResponseTable('DCERPC', source.fieldName, 'Procedure', source);
  return filtered('dcerpc,srt', match[4] ?? '', statistic);
}

function table(
  name: string,
  title: string,
  field: string,
  column: string,
  make: () => Source,
): StatisticKind {
  return {
    name,
    usage: `${name}[,FILTER]`,
    about: `${title} response times by ${column === 'Commands' ? 'command' : 'request'}`,
    make: (filter) => filtered(name, filter, new ResponseTable(title, field, column, make())),
  };
}

/** Seconds with six decimals, rounded from nanoseconds. */
function secondsText(nanoseconds: number): string {
  const microseconds = Math.floor((Math.floor(nanoseconds) + 500) / 1000);
  const fraction = String(microseconds % 1_000_000).padStart(6, '0');
  return `${String(Math.floor(microseconds / 1_000_000)).padStart(3)}.${fraction}`;
}

function plain(rows: readonly ProcedureTimes[]): unknown {
  return rows.map(({ index, name, calls, min, max, sum }) => ({
    index,
    name,
    calls,
    seconds: { min: min / 1e9, max: max / 1e9, average: sum / calls / 1e9, sum: sum / 1e9 },
  }));
}

function printTable(out: Output, field: string, column: string, rows: readonly ProcedureTimes[]): void {
  out.text(`Filter: ${field}\n`);
  out.text(`Index  ${column.padEnd(22)} Calls    Min SRT    Max SRT    Avg SRT    Sum SRT\n`);
  for (const { index, name, calls, min, max, sum } of rows) {
    const times = [min, max, sum / calls, sum].map(secondsText).join(' ');
    out.text(`${String(index).padStart(5)}  ${name.padEnd(22)} ${String(calls).padStart(6)} ${times}\n`);
  }
}

class ResponseTable implements Statistic {
  readonly #title: string;
  readonly #field: string;
  readonly #column: string;
  readonly #source: Source;

  constructor(title: string, field: string, column: string, source: Source) {
    this.#title = title;
    this.#field = field;
    this.#column = column;
    this.#source = source;
  }

  see(p: Packet): void {
    this.#source.add(p);
  }

  print(out: Output): void {
    out.text(`\n${RULE}${this.#title} SRT Statistics:\n`);
    printTable(out, this.#field, this.#column, this.#source.times.list());
    out.text(RULE.slice(1));
  }

  data(): unknown {
    return plain(this.#source.times.list());
  }
}

/** The three tables of SMB, one below the other. */
class SmbTables implements Statistic {
  readonly #source = new Smb1Responses();

  see(p: Packet): void {
    this.#source.add(p);
  }

  print(out: Output): void {
    const { times, transactions2, ntTransactions } = this.#source;
    out.text(`\n${RULE}SMB SRT Statistics:\n`);
    printTable(out, 'smb.cmd', 'Commands', times.list());
    out.text('\n');
    printTable(out, 'smb.trans2.cmd', 'Transaction2 Commands', transactions2.list());
    out.text('\n');
    printTable(out, 'smb.nt.function', 'NT Transaction Sub-Commands', ntTransactions.list());
    out.text(RULE.slice(1));
  }

  data(): unknown {
    const { times, transactions2, ntTransactions } = this.#source;
    return {
      commands: plain(times.list()),
      transactions2: plain(transactions2.list()),
      ntTransactions: plain(ntTransactions.list()),
    };
  }
}

class ProgramTable implements Statistic {
  readonly #programs = new RpcPrograms();

  see(p: Packet): void {
    this.#programs.add(p);
  }

  print(out: Output): void {
    out.text(`\n${'='.repeat(58)}\nONC-RPC Program Statistics:\n`);
    out.text('Program    Version  Calls    Min SRT    Max SRT    Avg SRT\n');
    for (const { index, name, calls, min, max, sum } of this.#programs.times.list()) {
      const times = [min, max, sum / calls].map(secondsText).join(' ');
      out.text(
        `${name.padEnd(15)} ${String(index % 2 ** 16).padStart(2)} ${String(calls).padStart(6)} ${times}\n`,
      );
    }
    out.text(RULE);
  }

  data(): unknown {
    return plain(this.#programs.times.list());
  }
}
