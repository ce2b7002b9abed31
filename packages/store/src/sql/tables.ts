// The tables with upserts: their keys, and how the other columns of equal rows are merged.

/** Types with the same name in all engines. */
export type ColumnType = 'INTEGER' | 'BIGINT' | 'FLOAT8' | 'TEXT' | 'BOOLEAN';

export interface MergeColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** `key`: identifies a row; `last`: the new value unless it is null; `keep`: the old value. */
  readonly join: 'key' | 'sum' | 'least' | 'greatest' | 'last' | 'keep';
}

export interface MergeTable {
  readonly name: string;
  readonly columns: readonly MergeColumn[];
}

const column = (name: string, type: ColumnType, join: MergeColumn['join']): MergeColumn => ({
  name,
  type,
  join,
});

export const FLOWS: MergeTable = {
  name: 'flows',
  columns: [
    column('capture', 'INTEGER', 'key'),
    column('transport', 'TEXT', 'key'),
    column('stream', 'BIGINT', 'key'),
    column('client', 'TEXT', 'keep'),
    column('client_port', 'INTEGER', 'keep'),
    column('server', 'TEXT', 'keep'),
    column('server_port', 'INTEGER', 'keep'),
    column('start_time', 'FLOAT8', 'least'),
    column('end_time', 'FLOAT8', 'greatest'),
    column('packets_to_server', 'BIGINT', 'sum'),
    column('bytes_to_server', 'BIGINT', 'sum'),
    column('packets_to_client', 'BIGINT', 'sum'),
    column('bytes_to_client', 'BIGINT', 'sum'),
    column('bytes', 'BIGINT', 'sum'),
    column('packets', 'BIGINT', 'sum'),
    column('applications', 'TEXT', 'last'),
    column('server_name', 'TEXT', 'last'),
    column('fingerprints', 'TEXT', 'last'),
    column('community_id', 'TEXT', 'last'),
    column('state', 'TEXT', 'last'),
    column('handshake_ms', 'FLOAT8', 'last'),
    column('retransmissions', 'BIGINT', 'greatest'),
    column('out_of_order', 'BIGINT', 'greatest'),
    column('zero_windows', 'BIGINT', 'greatest'),
    column('client_isn', 'BIGINT', 'last'),
    column('server_isn', 'BIGINT', 'last'),
    column('is_over', 'BOOLEAN', 'last'),
  ],
};

export const NAMES: MergeTable = {
  name: 'names',
  columns: [
    column('capture', 'INTEGER', 'key'),
    column('address', 'TEXT', 'key'),
    column('name', 'TEXT', 'key'),
    column('source', 'TEXT', 'key'),
    column('first_time', 'FLOAT8', 'least'),
    column('last_time', 'FLOAT8', 'greatest'),
    column('count', 'BIGINT', 'sum'),
  ],
};

export const FINDINGS: MergeTable = {
  name: 'findings',
  columns: [
    column('capture', 'INTEGER', 'key'),
    column('finder', 'TEXT', 'key'),
    column('severity', 'TEXT', 'key'),
    column('category', 'TEXT', 'key'),
    column('protocol', 'TEXT', 'key'),
    column('message', 'TEXT', 'key'),
    // '' for none, because keys cannot be null.
    column('address', 'TEXT', 'key'),
    column('gravity', 'INTEGER', 'keep'),
    column('frame', 'BIGINT', 'least'),
    column('first_time', 'FLOAT8', 'least'),
    column('last_time', 'FLOAT8', 'greatest'),
    column('count', 'BIGINT', 'sum'),
    column('detail', 'TEXT', 'last'),
  ],
};

/** `SET` clauses of an update from the row alias `incoming`. */
export function joins(table: MergeTable, incoming: string): string {
  return table.columns
    .filter(({ join }) => join !== 'key' && join !== 'keep')
    .map(({ name, join }) => {
      const [old, made] = [`${table.name}.${name}`, `${incoming}.${name}`];
      switch (join) {
        case 'sum':
          return `${name} = ${old} + ${made}`;
        case 'last':
          return `${name} = COALESCE(${made}, ${old})`;
        default:
          return `${name} = ${join === 'least' ? 'LEAST' : 'GREATEST'}(${old}, ${made})`;
      }
    })
    .join(', ');
}

export function keysOf(table: MergeTable): string[] {
  return table.columns.filter(({ join }) => join === 'key').map(({ name }) => name);
}

/** Merges rows with the same key as the database would, into the first of them. */
export function mergeRows(
  table: MergeTable,
  rows: readonly Record<string, unknown>[],
): Record<string, unknown>[] {
  const keys = keysOf(table);
  const known = new Map<string, Record<string, unknown>>();
  for (const row of rows) {
    let key = '';
    for (const name of keys) {
      const text = String(row[name]);
      key += `${text.length} ${text}`;
    }
    const old = known.get(key);
    if (old === undefined) known.set(key, row);
    else for (const each of table.columns) old[each.name] = joined(each, old[each.name], row[each.name]);
  }
  return [...known.values()];
}

function joined({ join }: MergeColumn, old: unknown, made: unknown): unknown {
  if (join === 'key' || join === 'keep') return old;
  if (join === 'last') return made ?? old;
  if (old === null || old === undefined) return made;
  if (made === null || made === undefined) return old;
  if (join === 'sum') return Number(old) + Number(made);
  return join === 'least' ? Math.min(Number(old), Number(made)) : Math.max(Number(old), Number(made));
}
