// From dissected packets to Zeek's logs: each packet is counted in its connection, and its layers are read by the logs of their
// protocols. What a log keeps of a connection ends with it, so that memory follows the connections that are open.
import { NESTED, type Packet, type Protocol, protocolNamed, type Session, SHOWN } from '@eyrie/dissect';
import { Connections } from './conn/connections.ts';
import { servicesOf } from './conn/services.ts';
import { type Seed, Uids } from './conn/uid.ts';
import { connLog } from './records/conn.ts';
import { logReaders } from './records/index.ts';
import { KnownAssets } from './records/known.ts';
import type { LayerReader, Logs } from './records/log.ts';
import { writeTunnel } from './records/tunnel.ts';
import { writeWeird } from './records/weird.ts';
import type { RowSink } from './write/log-files.ts';

export interface ZeekLogsOptions {
  /** Makes the ids of connections and files the same in each run; default: random. */
  readonly seed?: Seed;
}

/** What the layers of a protocol are good for. */
interface Use {
  readonly services: readonly string[];
  readonly readers: readonly LayerReader[];
  readonly readsUnfinished: boolean;
}

export class ZeekLogs {
  readonly #connections: Connections;
  /** By protocol name, which several protocols may share, as Kerberos over UDP and over TCP do. */
  readonly #readers = new Map<string, readonly LayerReader[]>();
  /** Protocol names of those that read unfinished messages as well. */
  readonly #unfinished = new Set<string>();
  /** By protocol id, made when a layer of it is met first. */
  readonly #uses: (Use | undefined)[] = [];

  /** Before the first packet of the session: it listens to conversations that end. */
  constructor(session: Session, sink: RowSink, { seed }: ZeekLogsOptions = {}) {
    const uids = new Uids(seed);
    const known = new KnownAssets(sink);
    this.#connections = new Connections(session, {
      uids,
      onEnd: (conn) => {
        sink.write(connLog, conn);
        known.see(conn);
      },
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
        if (protocolNamed(name) === undefined) throw new Error(`there is no protocol ${name}`);
        this.#readers.set(name, [...(this.#readers.get(name) ?? []), reader]);
        if (readsUnfinished) this.#unfinished.add(name);
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
      const { services, readers, readsUnfinished } = this.#useOf(p.protocols[layer]!);
      if ((p.flags[layer]! & (SHOWN | NESTED)) !== 0) {
        if (services.length > 0) conn.addServices(services);
      } else if (!readsUnfinished) continue;
      for (const read of readers) read(p, layer, { conn, time, isOrig });
    }
    conn.onPacket?.(p, { conn, time, isOrig });
  }

  /** For live traffic that falls silent; seconds since 1970. */
  advance(now: number): void {
    this.#connections.sweep(now);
  }

  /** No more packets come. */
  end(): void {
    this.#connections.end();
  }

  #useOf({ id, name }: Protocol): Use {
    this.#uses[id] ??= {
      services: servicesOf(name),
      readers: this.#readers.get(name) ?? [],
      readsUnfinished: this.#unfinished.has(name),
    };
    return this.#uses[id];
  }
}
