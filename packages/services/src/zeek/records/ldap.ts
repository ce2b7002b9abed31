// ldap.log and ldap_search.log: each operation with its answer, and each search with the number of its results
// (https://docs.zeek.org/en/master/logs/ldap.html).
import { type LdapMessage, ldapMessages } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { binds, dereferences, extensions, operations, results, scopes } from './ldap-names.ts';
import type { LogReader, Logs, Seen } from './log.ts';
import { Waiting } from './waiting.ts';

interface Operation extends OfConn {
  readonly id: number;
  version: number | null;
  name: string;
  result: number | null;
  message: string | null;
  object: string | null;
  argument: string | null;
}

interface Search extends OfConn {
  readonly id: number;
  scope: number | null;
  dereferences: number | null;
  base: string | null;
  filter: string | null;
  found: number;
  result: number | null;
  message: string | null;
}

const columns: readonly Column<Operation>[] = [
  ...connColumns,
  ['message_id', 'int', ({ id }) => id],
  ['version', 'int', ({ version }) => version],
  ['opcode', 'string', ({ name }) => name],
  ['result', 'string', ({ result }) => named(results, result)],
  ['diagnostic_message', 'string', ({ message }) => message],
  ['object', 'string', ({ object }) => object],
  ['argument', 'string', ({ argument }) => argument],
];

const searchColumns: readonly Column<Search>[] = [
  ...connColumns,
  ['message_id', 'int', ({ id }) => id],
  ['scope', 'string', ({ scope }) => named(scopes, scope)],
  ['deref_aliases', 'string', (row) => named(dereferences, row.dereferences)],
  ['base_object', 'string', ({ base }) => base],
  ['result_count', 'count', ({ found }) => found],
  ['result', 'string', ({ result }) => named(results, result)],
  ['diagnostic_message', 'string', ({ message }) => message],
  ['filter', 'string', ({ filter }) => filter],
  // As in Zeek by default.
  ['attributes', 'vector[string]', () => null],
];

export const ldapLog: LogKind<Operation> = { path: 'ldap', columns };
export const ldapSearchLog: LogKind<Search> = { path: 'ldap_search', columns: searchColumns };

/** RFC 4511 §4.2 to §4.12. */
const BIND_REQUEST = 0;
const UNBIND_REQUEST = 2;
const SEARCH_REQUEST = 3;
const SEARCH_ENTRY = 4;
const SEARCH_DONE = 5;
const ABANDON_REQUEST = 16;
const SEARCH_REFERENCE = 19;
const EXTENDED_REQUEST = 23;
const INTERMEDIATE_RESPONSE = 25;
/** They are over with the request. */
const UNANSWERED = [UNBIND_REQUEST, ABANDON_REQUEST];
const REQUESTS = [BIND_REQUEST, SEARCH_REQUEST, 6, 8, 10, 12, 14, EXTENDED_REQUEST];

/** Operations of a connection that wait for an answer. */
const WAITING_MAX = 256;

class State {
  readonly operations: Waiting<number, Operation>;
  readonly searches: Waiting<number, Search>;

  constructor(logs: Logs) {
    this.operations = new Waiting(WAITING_MAX, (row) => logs.write(ldapLog, row));
    this.searches = new Waiting(WAITING_MAX, (row) => logs.write(ldapSearchLog, row));
  }
}

export const ldapReader: LogReader = {
  protocols: ['ldap', 'cldap'],
  make: (logs) => (p, layer, seen) => {
    const state = seen.conn.keep(
      'ldap',
      () => new State(logs),
      ({ operations, searches }) => {
        operations.end();
        searches.end();
      },
    );
    for (const message of ldapMessages(p, layer)) {
      const kind = message.number('ldap.protocolOp');
      const id = message.number('ldap.messageID');
      if (kind === null || id === null) continue;
      if ([SEARCH_REQUEST, SEARCH_ENTRY, SEARCH_DONE, SEARCH_REFERENCE].includes(kind))
        search(logs, state, message, kind, id, seen);
      else operation(logs, state, message, kind, id, seen);
    }
  },
};

function search(logs: Logs, { searches }: State, message: LdapMessage, kind: number, id: number, seen: Seen) {
  if (kind === SEARCH_REQUEST) {
    const { conn, time } = seen;
    return searches.add(id, {
      ...{ conn, time, id, found: 0, result: null, message: null, filter: message.filter },
      scope: message.number('ldap.scope'),
      dereferences: message.number('ldap.derefAliases'),
      base: filled(message.text('ldap.baseObject')),
    });
  }
  const row = searches.get(id) ?? unasked(seen, id);
  if (kind === SEARCH_ENTRY) row.found++;
  if (kind !== SEARCH_DONE) return searches.get(id) ?? searches.add(id, row);
  row.result = message.number('ldap.resultCode');
  row.message = filled(message.text('ldap.errorMessage'));
  searches.take(id);
  logs.write(ldapSearchLog, row);
}

/** A search whose request was not captured. */
function unasked({ conn, time }: Seen, id: number): Search {
  return {
    ...{ conn, time, id, scope: null, dereferences: null, base: null, filter: null, found: 0 },
    ...{ result: null, message: null },
  };
}

function operation(
  logs: Logs,
  { operations: waiting }: State,
  message: LdapMessage,
  kind: number,
  id: number,
  { conn, time }: Seen,
) {
  const name = operations[kind] ?? 'unknown';
  const asked = REQUESTS.includes(kind) || UNANSWERED.includes(kind) ? undefined : waiting.take(id);
  const row: Operation = asked ?? {
    ...{ conn, time, id, version: null, name, result: null, message: null, object: null, argument: null },
  };
  if (kind === BIND_REQUEST) readBind(row, message);
  else if (asked === undefined) row.object = objectOf(message, kind);
  if (REQUESTS.includes(kind)) return waiting.add(id, row);
  row.result = message.number('ldap.resultCode');
  row.message = filled(message.text('ldap.errorMessage'));
  // More responses follow it (§4.13).
  if (kind === INTERMEDIATE_RESPONSE) return waiting.add(id, row);
  logs.write(ldapLog, row);
}

function readBind(row: Operation, message: LdapMessage): void {
  const authentication = message.number('ldap.authentication');
  row.version = message.number('ldap.version');
  row.name = binds[authentication ?? -1] ?? `bind ${authentication ?? ''}`.trim();
  row.object = filled(message.text('ldap.name'));
  // As Zeek does by default, passwords are not logged.
  if (authentication === 0) row.argument = filled(message.text('ldap.simple')) === null ? null : 'REDACTED';
  else row.argument = message.text('ldap.mechanism') ?? (row.name.startsWith('sicily') ? 'NTLMSSP' : null);
}

function objectOf(message: LdapMessage, kind: number): string | null {
  if (kind === EXTENDED_REQUEST) {
    const oid = message.text('ldap.requestName') ?? '';
    return `${oid} (${extensions.get(oid) ?? 'unknown'})`;
  }
  for (const field of ['ldap.object', 'ldap.entry', 'ldap.delRequest']) {
    const name = filled(message.text(field));
    if (name !== null) return name;
  }
  return null;
}

function named(names: Readonly<Record<number, string>>, number: number | null): string | null {
  return number === null ? null : (names[number] ?? 'unknown');
}

function filled(text: string | null): string | null {
  return text === '' ? null : text;
}
