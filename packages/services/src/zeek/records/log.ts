// What a log is made of: its columns, and what reads its rows from the layers of packets or the ends of connections.
import { fieldNamed, type Packet, Tap } from '@eyrie/dissect';
import type { Seen } from '../conn/conn.ts';
import type { Uids } from '../conn/uid.ts';
import type { RowSink } from '../write/log-files.ts';

export type { Seen } from '../conn/conn.ts';

export type LayerReader = (p: Packet, layer: number, seen: Seen) => void;

/** What logs share. */
export interface Logs extends RowSink {
  readonly uids: Uids;
}

export interface LogReader {
  /** Names of the protocols whose layers it reads. */
  readonly protocols: readonly string[];
  /** It is also given layers that are not shown, for they wait for the rest of their message. */
  readonly readsUnfinished?: boolean;
  readonly make: (logs: Logs) => LayerReader;
}

/** A tap of fields that must be there: a misspelt name would read as one without values. */
export function tapOf(protocols: readonly string[], fields: readonly string[]): Tap {
  for (const name of fields) if (fieldNamed(name) === undefined) throw new Error(`there is no field ${name}`);
  return new Tap(protocols, fields);
}

/** The value of a field; null if it is absent. */
export function textOf(tap: Tap, field: string): string | null {
  return tap.has(field) ? tap.text(field) : null;
}

export function numberOf(tap: Tap, field: string): number | null {
  return tap.has(field) ? tap.number(field) : null;
}
