// What events of EVE JSON are made of: the columns of a row, and their values as the type that an event needs.
import type { ColumnValue } from './log-kind.ts';

/** The value of a column; undefined where the log has none of that name. */
export type Columns = (name: string) => ColumnValue;

export interface EveEvent {
  readonly type: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** The sender is the responder. */
  readonly isFromServer?: boolean;
  /** Beside what all events have; what is null or undefined is left out. */
  readonly body: Readonly<Record<string, unknown>>;
}

export const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function one(type: string, value: Columns, body: EveEvent['body']): EveEvent {
  return { type, time: number(value('ts')), body };
}
