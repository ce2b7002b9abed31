// What a log is: a path, and columns with a name, a type and how each is read from a row. Types are those of Zeek's logging
// framework (https://docs.zeek.org/en/master/frameworks/logging.html, https://docs.zeek.org/en/master/script-reference/types.html).
import type { Conn } from '../conn/conn.ts';

type Scalar = 'time' | 'interval' | 'string' | 'addr' | 'port' | 'count' | 'int' | 'double' | 'bool' | 'enum';
export type ColumnType = Scalar | `set[${Scalar}]` | `vector[${Scalar}]`;

/** Null and undefined: unset. Times are seconds since 1970, intervals seconds. */
export type ColumnValue = string | number | boolean | readonly (string | number)[] | null | undefined;

export type Column<Row> = readonly [name: string, type: ColumnType, read: (row: Row) => ColumnValue];

export interface LogKind<Row> {
  /** Its file is `<path>.log`. */
  readonly path: string;
  readonly columns: readonly Column<Row>[];
}

/** A row that says something of a connection, at a time. */
export interface OfConn {
  readonly time: number;
  readonly conn: Conn;
}

/** With what most logs begin. */
export const connColumns: readonly Column<OfConn>[] = [
  ['ts', 'time', ({ time }) => time],
  ['uid', 'string', ({ conn }) => conn.uid],
  ['id.orig_h', 'addr', ({ conn }) => conn.orig.host],
  ['id.orig_p', 'port', ({ conn }) => conn.orig.port],
  ['id.resp_h', 'addr', ({ conn }) => conn.resp.host],
  ['id.resp_p', 'port', ({ conn }) => conn.resp.port],
];
