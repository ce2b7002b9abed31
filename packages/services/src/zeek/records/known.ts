// known_hosts.log and known_services.log: local hosts that complete connections, and the services they offer, each once a day
// (https://docs.zeek.org/en/master/logs/known-and-software.html).
import type { Conn } from '../conn/conn.ts';
import { isLocal } from '../conn/local.ts';
import { tcpState } from '../conn/tcp.ts';
import type { RowSink } from '../write/log-files.ts';
import type { LogKind } from '../write/log-kind.ts';
import { SeenOfLate } from './seen-of-late.ts';

interface Host {
  readonly time: number;
  readonly host: string;
}

interface Service extends Host {
  readonly port: number;
  readonly proto: string;
  readonly names: readonly string[];
}

export const knownHostsLog: LogKind<Host> = {
  path: 'known_hosts',
  columns: [
    ['ts', 'time', ({ time }) => time],
    ['host', 'addr', ({ host }) => host],
  ],
};

export const knownServicesLog: LogKind<Service> = {
  path: 'known_services',
  columns: [
    ['ts', 'time', ({ time }) => time],
    ['host', 'addr', ({ host }) => host],
    ['port_num', 'port', ({ port }) => port],
    ['port_proto', 'enum', ({ proto }) => proto],
    ['service', 'set[string]', ({ names }) => names],
  ],
};

/** States of TCP in which the handshake was completed. */
const ESTABLISHED = ['S1', 'SF', 'S2', 'S3', 'RSTO', 'RSTR'];

export class KnownAssets {
  readonly #sink: RowSink;
  readonly #hosts = new SeenOfLate();
  readonly #services = new SeenOfLate();

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  /** A connection that has ended. */
  see(conn: Conn): void {
    const { proto, orig, resp, start: time, services } = conn;
    const isTcp = proto === 'tcp';
    // The server's SYN-ACK was seen.
    if (isTcp && !(conn.history.includes('h') && ESTABLISHED.includes(tcpState(conn)))) return;
    if (isTcp) for (const { host } of [orig, resp]) this.#seeHost(host, time);
    const isAnswered = isTcp || (proto === 'udp' && orig.packets > 0 && resp.packets > 0);
    const names = services.filter((name) => name !== 'ftp-data').map((name) => name.toUpperCase());
    if (!isAnswered || names.length === 0 || !isLocal(resp.host)) return;
    const key = `${proto} ${resp.host} ${resp.port}`;
    const news = names.filter((name) => this.#services.isNews(`${key} ${name}`, '', time));
    if (news.length > 0)
      this.#sink.write(knownServicesLog, { time, host: resp.host, port: resp.port, proto, names });
  }

  #seeHost(host: string, time: number): void {
    if (isLocal(host) && this.#hosts.isNews(host, '', time)) this.#sink.write(knownHostsLog, { time, host });
  }
}
