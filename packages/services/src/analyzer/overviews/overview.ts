// An overview of one protocol: what a survey's packets contain, by the rows of Zeek's logs, so that counts are those of
// `eyrie logs`.
import type { Selection } from '@eyrie/store';
import { type ColumnValue, type LogKind, type RowSink, ZeekLogs } from '../../zeek/index.ts';
import { type Surveyable, type Surveyed, survey } from '../bytes/survey.ts';
import { withFilter } from '../bytes/with-filter.ts';
import type { Overview } from '../schemas/index.ts';
import { DnsOverview } from './dns.ts';
import { HttpOverview } from './http.ts';
import { TlsOverview } from './tls.ts';

/** A value of a row by the name of its column, as in the log. */
export type Get = (column: string) => ColumnValue;

export interface Reader {
  /** Paths of the logs that it reads. */
  readonly logs: readonly string[];
  take(log: string, get: Get): void;
  answer(): Pick<Overview, 'figures' | 'tables'>;
}

const OVERVIEWS = {
  dns: { filter: 'dns || mdns || llmnr', make: () => new DnsOverview() },
  // Its reader also sees the segments of messages that are not complete yet.
  http: { filter: 'tcp', make: () => new HttpOverview() },
  tls: { filter: 'tls || dtls || quic', make: () => new TlsOverview() },
} as const satisfies Record<string, { filter: string; make: () => Reader }>;

export type OverviewName = keyof typeof OVERVIEWS;

/** @param left aborted when the client has disconnected @throws FilterError */
export async function overviewOf(
  of: Surveyable,
  selection: Selection,
  name: OverviewName,
  left: AbortSignal,
): Promise<Overview> {
  const { filter, make } = OVERVIEWS[name];
  const reader: Reader = make();
  const sink = new Sink(reader);
  const logs = new Map<number, ZeekLogs>();
  const { packets, isWhole, gone }: Surveyed = await survey(
    of,
    withFilter(selection, filter),
    {
      begin: ({ id }, session) => logs.set(id, new ZeekLogs(session, sink)),
      see: (p, row) => {
        logs.get(row.capture)!.add(p);
        return true;
      },
    },
    left,
  );
  // Requests without a response yet are counted as such.
  for (const each of logs.values()) each.end();
  return { ...reader.answer(), packets, is_whole: isWhole, gone: [...gone] };
}

class Sink implements RowSink {
  readonly #reader: Reader;
  /** Readings of columns by name, by log. */
  readonly #columns = new Map<string, Map<string, (row: never) => ColumnValue>>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  write<Row>(kind: LogKind<Row>, row: Row): void {
    if (!this.#reader.logs.includes(kind.path)) return;
    let columns = this.#columns.get(kind.path);
    if (columns === undefined) {
      columns = new Map(kind.columns.map(([name, , read]) => [name, read as (row: never) => ColumnValue]));
      this.#columns.set(kind.path, columns);
    }
    const known = columns;
    this.#reader.take(kind.path, (column) => {
      const read = known.get(column);
      if (read === undefined) throw new Error(`${kind.path}.log has no column ${column}`);
      return read(row as never);
    });
  }
}
