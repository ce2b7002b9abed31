// weird.log: what a connection should not have had (https://docs.zeek.org/en/master/logs/weird-and-notice.html).
import type { Conn } from '../conn/conn.ts';
import type { LogKind } from '../write/log-kind.ts';

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
