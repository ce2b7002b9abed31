// Response times by procedure: SMB, SMB2, LDAP, SNMP, Diameter, GTP, the interfaces of DCE/RPC and the programs of
// ONC RPC.
import type { Value } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { fieldNamed } from '../core/registry.ts';
import { callAnswered } from '../protocols/dcerpc/connection.ts';
import { interfaceOf } from '../protocols/dcerpc/interfaces.ts';
import { Operation } from '../protocols/dcerpc/operation.ts';
import { gtpRequestAnswered } from '../protocols/gtp/exchanges.ts';
import { programName } from '../protocols/rpc/program-names.ts';
import { diameterCommand } from '../protocols/services/diameter.ts';
import { requestAnswered } from '../protocols/snmp.ts';
import { Tap } from './tap.ts';

/** Times in nanoseconds. */
export interface ProcedureTimes {
  readonly index: number;
  readonly name: string;
  calls: number;
  min: number;
  max: number;
  sum: number;
}

/** Maximum number of rows; calls of further procedures are not counted. */
const ROWS_MAX = 10_000;

class ResponseTimes<K extends string | number = number> {
  readonly #rows = new Map<K, ProcedureTimes>();

  add(key: K, index: number, name: () => string, nanoseconds: number): void {
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= ROWS_MAX) return;
      row = { index, name: name(), calls: 0, min: Infinity, max: 0, sum: 0 };
      this.#rows.set(key, row);
    }
    row.calls++;
    row.min = Math.min(row.min, nanoseconds);
    row.max = Math.max(row.max, nanoseconds);
    row.sum += nanoseconds;
  }

  /** Sorted by index. */
  list(): ProcedureTimes[] {
    return [...this.#rows.values()].sort((a, b) => a.index - b.index);
  }
}

/** STATUS_PENDING, an interim response ([MS-SMB2] §2.2.1.2). */
const PENDING = 0x103;

export class Smb2Responses {
  readonly times = new ResponseTimes();
  readonly #tap = new Tap(['smb2'], ['smb2.cmd', 'smb2.nt_status', 'smb2.time']);

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      if (!this.#tap.has('smb2.time') || this.#tap.number('smb2.nt_status') === PENDING) return;
      const command = this.#tap.number('smb2.cmd');
      this.times.add(command, command, () => this.#tap.nameOf('smb2.cmd'), this.#tap.number('smb2.time'));
    });
  }
}

/** Commands that carry subcommands ([MS-CIFS] §2.2.4.46, §2.2.4.62). */
const TRANSACTION2 = 0x32;
const NT_TRANSACT = 0xa0;

/** Response times of SMB commands, and of the subcommands of transactions. */
export class Smb1Responses {
  readonly times = new ResponseTimes();
  readonly transactions2 = new ResponseTimes();
  readonly ntTransactions = new ResponseTimes();
  readonly #tap = new Tap(
    ['smb'],
    ['smb.cmd', 'smb.time', 'smb.trans2.cmd', 'smb.nt.function', 'smb.flags.response'],
  );

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      if (!tap.has('smb.time') || tap.number('smb.flags.response') !== 1) return;
      const command = tap.number('smb.cmd');
      if (command === TRANSACTION2 && tap.has('smb.trans2.cmd'))
        this.#add(this.transactions2, 'smb.trans2.cmd');
      else if (command === NT_TRANSACT && tap.has('smb.nt.function'))
        this.#add(this.ntTransactions, 'smb.nt.function');
      else this.#add(this.times, 'smb.cmd');
    });
  }

  #add(times: ResponseTimes, field: string): void {
    const tap = this.#tap;
    const number = tap.number(field);
    times.add(number, number, () => tap.nameOf(field), tap.number('smb.time'));
  }
}

/** Response times of one version of a DCE/RPC interface. */
export class DcerpcResponses {
  readonly times = new ResponseTimes();
  /** Title as `-z dcerpc,srt` shows it; null if the interface, and so its operations, are unknown. */
  readonly title: string | null;
  readonly fieldName: string;
  readonly #name: string;
  readonly #uuid: string;
  readonly #version: number;
  readonly #tap = new Tap(['dcerpc'], ['dcerpc.time']);

  /** @param uuid - in lower case, with hyphens */
  constructor(uuid: string, version: number) {
    const made = interfaceOf(uuid, version);
    this.#uuid = uuid;
    this.#version = version;
    this.#name = made?.name ?? '';
    this.title = made === null ? null : typeof made.column === 'string' ? made.column : made.name;
    this.fieldName = made?.fields[0]?.name ?? '';
  }

  add(p: Packet): void {
    this.#tap.forEach(p, (_, layer) => {
      const call = callAnswered(p, layer);
      if (call === null || call.context.uuid !== this.#uuid || call.context.version !== this.#version) return;
      const name = (): string => new Operation(this.#name, call.opnum, true).name ?? 'unknown';
      this.times.add(call.opnum, call.opnum, name, this.#tap.number('dcerpc.time'));
    });
  }
}

/** Response times by command, in order of first response; index 0 collects unknown commands. */
export class DiameterResponses {
  readonly times = new ResponseTimes();
  readonly #numbers = new Map([['Unknown', 0]]);
  readonly #tap = new Tap(['diameter'], ['diameter.cmd.code', 'diameter.resp_time']);

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      if (!this.#tap.has('diameter.resp_time')) return;
      const name = diameterCommand(this.#tap.number('diameter.cmd.code'));
      const number = this.#numbers.get(name) ?? this.#numbers.size;
      this.#numbers.set(name, number);
      this.times.add(number, number, () => name, this.#tap.number('diameter.resp_time'));
    });
  }
}

/** Type of the request, row index and name (3GPP TS 29.060 §7.1). */
const GTP_REQUESTS: Readonly<Record<number, readonly [number, string]>> = {
  1: [0, 'Echo'],
  16: [1, 'Create PDP context'],
  18: [2, 'Update PDP context'],
  20: [3, 'Delete PDP context'],
};

export class GtpResponses {
  readonly times = new ResponseTimes();
  readonly #tap = new Tap(['gtp'], ['gtp.time']);

  add(p: Packet): void {
    this.#tap.forEach(p, (_, layer) => {
      const request = GTP_REQUESTS[gtpRequestAnswered(p, layer)];
      if (request === undefined || !this.#tap.has('gtp.time')) return;
      this.times.add(request[0], request[0], () => request[1], this.#tap.number('gtp.time'));
    });
  }
}

/** By response operation: request operation and name (RFC 4511 §4.2 to §4.12). */
const LDAP_RESPONSES: Readonly<Record<number, readonly [number, string]>> = {
  1: [0, 'Bind'],
  4: [3, 'Search'],
  5: [3, 'Search'],
  7: [6, 'Modify'],
  9: [8, 'Add'],
  11: [10, 'Delete'],
  13: [12, 'Modrdn'],
  15: [14, 'Compare'],
  19: [3, 'Search'],
  24: [23, 'Extended'],
};

/** In nanoseconds. */
const spanOf = (value: Value): number => (typeof value === 'bigint' ? Number(value) : Number(value) * 1e9);

export class LdapResponses {
  readonly times = new ResponseTimes();
  readonly #tap = new Tap(['ldap', 'cldap'], ['ldap.protocolOp', 'ldap.time']);

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      const times = this.#tap.values('ldap.time');
      // As in Wireshark each message that answers counts: a search's entries, its references and its end.
      const requests = this.#tap
        .values('ldap.protocolOp')
        .map((operation) => LDAP_RESPONSES[Number(operation)])
        .filter((request) => request !== undefined);
      for (const [i, [index, name]] of requests.entries())
        if (i < times.length) this.times.add(index, index, () => name, spanOf(times[i]!));
    });
  }
}

/** PDUs that are requests (RFC 3416 §3). */
const SNMP_REQUESTS: Readonly<Record<number, string>> = {
  0: 'Get',
  1: 'GetNext',
  3: 'Set',
  4: 'Register',
  5: 'Bulk',
  6: 'Inform',
};

export class SnmpResponses {
  readonly times = new ResponseTimes();
  readonly #tap = new Tap(['snmp'], ['snmp.time']);

  add(p: Packet): void {
    this.#tap.forEach(p, (_, layer) => {
      const request = requestAnswered(p, layer);
      const name = SNMP_REQUESTS[request];
      if (name === undefined || !this.#tap.has('snmp.time')) return;
      this.times.add(request, request, () => name, this.#tap.number('snmp.time'));
    });
  }
}

const RPC_FIELDS = ['rpc.program', 'rpc.programversion', 'rpc.procedure', 'rpc.time'];

/** Response times of one version of a program. */
export class RpcResponses {
  readonly times = new ResponseTimes();
  /** Field of the procedure: `nfs.procedure_v3`, or the generic one if the program is unknown. */
  readonly fieldName: string;
  readonly #program: number;
  readonly #version: number;
  readonly #tap = new Tap(['rpc'], RPC_FIELDS);

  constructor(program: number, version: number) {
    this.#program = program;
    this.#version = version;
    const own = `${programName(program).toLowerCase()}.procedure_v${version}`;
    this.fieldName = fieldNamed(own) === undefined ? 'rpc.procedure' : own;
  }

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      if (!tap.has('rpc.time') || tap.number('rpc.program') !== this.#program) return;
      if (tap.number('rpc.programversion') !== this.#version) return;
      const procedure = tap.number('rpc.procedure');
      const name = (): string => fieldNamed(this.fieldName)?.nameOf(procedure) ?? `proc-${procedure}`;
      this.times.add(procedure, procedure, name, tap.number('rpc.time'));
    });
  }
}

/** Response times of all programs, by number and version. */
export class RpcPrograms {
  readonly times = new ResponseTimes<string>();
  readonly #tap = new Tap(['rpc'], RPC_FIELDS);

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      if (!tap.has('rpc.time')) return;
      const program = tap.number('rpc.program');
      const version = tap.number('rpc.programversion');
      // Ordered by program, then by version.
      const index = program * 2 ** 16 + Math.min(version, 0xffff);
      const name = (): string => `${programName(program)}(${program})`;
      this.times.add(`${program} ${version}`, index, name, tap.number('rpc.time'));
    });
  }
}
