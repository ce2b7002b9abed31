// weird.log: what a connection should not have had (https://docs.zeek.org/en/master/logs/weird-and-notice.html).
import { expertProtocol } from '@eyrie/dissect';
import type { Conn } from '../conn/conn.ts';
import type { RowSink } from '../write/log-files.ts';
import type { LogKind } from '../write/log-kind.ts';
import type { LogReader } from './log.ts';

export interface Weirdness {
  readonly time: number;
  readonly conn: Conn;
  readonly name: string;
  readonly addl: string | null;
  readonly source: string | null;
}

export const weirdLog: LogKind<Weirdness> = {
  path: 'weird',
  columns: [
    ['ts', 'time', ({ time }) => time],
    ['uid', 'string', ({ conn }) => conn.uid],
    ['id.orig_h', 'addr', ({ conn }) => conn.orig.host],
    ['id.orig_p', 'port', ({ conn }) => conn.orig.port],
    ['id.resp_h', 'addr', ({ conn }) => conn.resp.host],
    ['id.resp_p', 'port', ({ conn }) => conn.resp.port],
    ['name', 'string', ({ name }) => name],
    ['addl', 'string', ({ addl }) => addl],
    ['notice', 'bool', () => false],
    ['peer', 'string', () => 'eyrie'],
    ['source', 'string', ({ source }) => source],
  ],
};

/** Logs each kind of weirdness once for a connection, as Zeek does. */
export function writeWeird(sink: RowSink, row: Weirdness): void {
  const reported = row.conn.keep('weird', () => new Set<string>());
  if (reported.has(row.name)) return;
  reported.add(row.name);
  sink.write(weirdLog, row);
}

/** Messages that violate their protocol; the dissector keeps the part before the error. */
export const weirdReader: LogReader = {
  protocols: ['_ws.malformed'],
  make:
    (logs) =>
    (p, layer, { conn, time }) => {
      const source = expertProtocol(p, layer - 1);
      writeWeird(logs, { time, conn, name: 'malformed_packet', addl: null, source });
    },
};
