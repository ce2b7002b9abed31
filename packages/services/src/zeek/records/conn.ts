// conn.log: each connection when it ends (https://docs.zeek.org/en/master/logs/conn.html).
import type { Conn } from '../conn/conn.ts';
import { isLocal } from '../conn/local.ts';
import { tcpState } from '../conn/tcp.ts';
import type { LogKind } from '../write/log-kind.ts';

export const connLog: LogKind<Conn> = {
  path: 'conn',
  columns: [
    ['ts', 'time', ({ start }) => start],
    ['uid', 'string', ({ uid }) => uid],
    ['id.orig_h', 'addr', ({ orig }) => orig.host],
    ['id.orig_p', 'port', ({ orig }) => orig.port],
    ['id.resp_h', 'addr', ({ resp }) => resp.host],
    ['id.resp_p', 'port', ({ resp }) => resp.port],
    ['proto', 'enum', ({ proto }) => proto],
    ['service', 'string', ({ services }) => (services.length === 0 ? null : services.join(','))],
    ['duration', 'interval', (conn) => (hasDuration(conn) ? conn.last - conn.start : null)],
    ['orig_bytes', 'count', (conn) => (hasDuration(conn) ? bytesOf(conn, true) : null)],
    ['resp_bytes', 'count', (conn) => (hasDuration(conn) ? bytesOf(conn, false) : null)],
    ['conn_state', 'string', connState],
    ['local_orig', 'bool', ({ orig }) => isLocal(orig.host)],
    ['local_resp', 'bool', ({ resp }) => isLocal(resp.host)],
    ['missed_bytes', 'count', ({ missedBytes }) => missedBytes],
    ['history', 'string', ({ history }) => (history === '' ? null : history)],
    ['orig_pkts', 'count', ({ orig }) => orig.packets],
    ['orig_ip_bytes', 'count', ({ orig }) => orig.ipBytes],
    ['resp_pkts', 'count', ({ resp }) => resp.packets],
    ['resp_ip_bytes', 'count', ({ resp }) => resp.ipBytes],
    [
      'tunnel_parents',
      'set[string]',
      ({ tunnelParents }) => (tunnelParents.length === 0 ? null : tunnelParents),
    ],
    ['ip_proto', 'count', ({ ipProto }) => ipProto],
    ['community_id', 'string', ({ communityId }) => communityId],
  ],
};

/** A single packet has no duration, and then Zeek leaves the bytes unset, too. */
function hasDuration({ start, last }: Conn): boolean {
  return last > start;
}

function bytesOf({ proto, orig, resp }: Conn, isOrig: boolean): number {
  const [self, peer] = isOrig ? [orig, resp] : [resp, orig];
  return proto === 'tcp' ? self.sizeBeside(peer) : self.payloadBytes;
}

function connState(conn: Conn): string {
  const { proto, orig, resp } = conn;
  if (proto === 'tcp') return tcpState(conn);
  if (proto !== 'udp') return 'OTH';
  if (orig.packets > 0) return resp.packets > 0 ? 'SF' : 'S0';
  return resp.packets > 0 ? 'SHR' : 'OTH';
}
