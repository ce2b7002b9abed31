// How long replies took, by procedure: SMB2, LDAP, SNMP and the programs of ONC RPC.
import type { Packet } from '../core/packet.ts';
import { fieldNamed } from '../core/registry.ts';
import { programName } from '../protocols/rpc/program-names.ts';
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

/** Rows of a hostile capture; those beyond are not told apart. */
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

  /** By index. */
  list(): ProcedureTimes[] {
    return [...this.#rows.values()].sort((a, b) => a.index - b.index);
  }
}

/** [MS-SMB2] §2.2.1.2: not the answer yet. */
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

/** RFC 4511 §4.2 to §4.12: operation of a response, operation of its request, and what it is called. */
const LDAP_RESPONSES: Readonly<Record<number, readonly [number, string]>> = {
  1: [0, 'Bind'],
  5: [3, 'Search'],
  7: [6, 'Modify'],
  9: [8, 'Add'],
  11: [10, 'Delete'],
  13: [12, 'Modrdn'],
  15: [14, 'Compare'],
  24: [23, 'Extended'],
};

export class LdapResponses {
  readonly times = new ResponseTimes();
  readonly #tap = new Tap(['ldap', 'cldap'], ['ldap.protocolOp', 'ldap.time']);

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      const request = LDAP_RESPONSES[this.#tap.number('ldap.protocolOp')];
      if (request === undefined || !this.#tap.has('ldap.time')) return;
      this.times.add(request[0], request[0], () => request[1], this.#tap.number('ldap.time'));
    });
  }
}

/** RFC 3416 §3: what asks. */
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

/** One version of one program. */
export class RpcResponses {
  readonly times = new ResponseTimes();
  /** `nfs.procedure_v3`, or the plain field where the program is not known. */
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

/** All programs, by number and version. */
export class RpcPrograms {
  readonly times = new ResponseTimes<string>();
  readonly #tap = new Tap(['rpc'], RPC_FIELDS);

  add(p: Packet): void {
    const tap = this.#tap;
    tap.forEach(p, () => {
      if (!tap.has('rpc.time')) return;
      const program = tap.number('rpc.program');
      const version = tap.number('rpc.programversion');
      // Programs in their order, of each the versions in theirs.
      const index = program * 2 ** 16 + Math.min(version, 0xffff);
      const name = (): string => `${programName(program)}(${program})`;
      this.times.add(`${program} ${version}`, index, name, tap.number('rpc.time'));
    });
  }
}
