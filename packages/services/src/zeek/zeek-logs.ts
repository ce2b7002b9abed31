// From dissected packets to Zeek's logs: each packet is counted in its connection, and its layers are read by the logs of their
// protocols. What a log keeps of a connection ends with it, so that memory follows the connections that are open.
import { NESTED, type Packet, type Protocol, protocolNamed, type Session, SHOWN } from '@eyrie/dissect';
import { Connections } from './conn/connections.ts';
import { servicesOf } from './conn/services.ts';
import { type Seed, Uids } from './conn/uid.ts';
import { connLog } from './records/conn.ts';
import { logReaders } from './records/index.ts';
import type { LayerReader, Logs } from './records/log.ts';
import { writeTunnel } from './records/tunnel.ts';
import { writeWeird } from './records/weird.ts';
import type { RowSink } from './write/log-files.ts';

export interface ZeekLogsOptions {
  /** Makes the ids of connections and files the same in each run; default: random. */
  readonly seed?: Seed;
}

export class ZeekLogs {
  readonly #connections: Connections;
  /** By protocol id. */
  readonly #readers: (readonly LayerReader[] | undefined)[] = [];
  readonly #services: (readonly string[] | undefined)[] = [];
  /** Protocol ids of those that read unfinished messages as well. */
  readonly #unfinished = new Set<number>();

  /** Before the first packet of the session: it listens to conversations that end. */
  constructor(session: Session, sink: RowSink, { seed }: ZeekLogsOptions = {}) {
    const uids = new Uids(seed);
    this.#connections = new Connections(session, {
      uids,
      onEnd: (conn) => sink.write(connLog, conn),
      onTunnel: (conn, time, layer) => {
        conn.addServices(servicesOf(layer));
        writeTunnel(sink, conn, time, layer);
      },
      onWeird: (conn, time, name) => writeWeird(sink, { time, conn, name, addl: null, source: 'TCP' }),
    });
    const logs: Logs = { uids, write: (kind, row) => sink.write(kind, row) };
    for (const { protocols, readsUnfinished = false, make } of logReaders) {
      const reader = make(logs);
      for (const name of protocols) {
        const { id } = knownProtocol(name);
        this.#readers[id] = [...(this.#readers[id] ?? []), reader];
        if (readsUnfinished) this.#unfinished.add(id);
      }
    }
  }

  /** After each packet; it is only borrowed. */
  add(p: Packet): void {
    // What the logs leave out of a time must not round it up.
    const time = p.seconds + Math.floor(p.nanoseconds / 1000) / 1e6;
    const conn = this.#connections.see(p, time);
    // What follows in an ICMP error is quoted, and was a packet of its own.
    if (conn === null || conn.proto === 'icmp') return;
    const { isOrig } = this.#connections;
    for (let layer = this.#connections.layer; layer < p.count; layer++) {
      if ((p.flags[layer]! & (SHOWN | NESTED)) !== 0) {
        const services = this.#servicesOf(p.protocols[layer]!);
        if (services.length > 0) conn.addServices(services);
      } else if (!this.#unfinished.has(p.proto[layer]!)) continue;
      const readers = this.#readers[p.proto[layer]!];
      if (readers !== undefined) for (const read of readers) read(p, layer, { conn, time, isOrig });
    }
  }

  /** For live traffic that falls silent; seconds since 1970. */
  advance(now: number): void {
    this.#connections.sweep(now);
  }

  /** No more packets come. */
  end(): void {
    this.#connections.end();
  }

  #servicesOf({ id, name }: Protocol): readonly string[] {
    this.#services[id] ??= servicesOf(name);
    return this.#services[id];
  }
}

function knownProtocol(name: string): Protocol {
  const found = protocolNamed(name);
  if (found === undefined) throw new Error(`there is no protocol ${name}`);
  return found;
}
