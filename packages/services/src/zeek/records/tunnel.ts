// tunnel.log: connections over UDP that carry others (https://docs.zeek.org/en/master/logs/tunnel.html).
import type { Conn } from '../conn/conn.ts';
import type { RowSink } from '../write/log-files.ts';
import { connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';

interface Tunnel extends OfConn {
  readonly type: string;
  readonly action: 'DISCOVER' | 'CLOSE';
}

export const tunnelLog: LogKind<Tunnel> = {
  path: 'tunnel',
  columns: [
    ...connColumns,
    ['tunnel_type', 'enum', ({ type }) => `Tunnel::${type}`],
    ['action', 'enum', ({ action }) => `Tunnel::${action}`],
  ],
};

const TYPES: Readonly<Record<string, string>> = { gtp: 'GTPv1' };

/** Logs the beginning, and the end with that of the connection. */
export function writeTunnel(sink: RowSink, conn: Conn, time: number, layer: string): void {
  const type = TYPES[layer] ?? layer.toUpperCase();
  sink.write(tunnelLog, { conn, time, type, action: 'DISCOVER' });
  conn.keep(
    'tunnel',
    () => ({}),
    () => sink.write(tunnelLog, { conn, time: conn.last, type, action: 'CLOSE' }),
  );
}
