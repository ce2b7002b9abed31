// Zeek's logs of a capture as rows by column name, and files in Zeek's tab-separated form read in the same way.
import { openCapture, unpack } from '@eyrie/capture';
import { Dissector, newFrame } from '@eyrie/dissect';
import { formatRow, type LogKind, type RowSink, ZeekLogs } from '@eyrie/services/zeek';

export interface ZeekLog {
  readonly path: string;
  readonly fields: readonly string[];
  /** Values as they stand in the file, by column. */
  readonly rows: Record<string, string>[];
}

class Rows implements RowSink {
  readonly logs = new Map<string, ZeekLog>();

  write<Row>(kind: LogKind<Row>, row: Row): void {
    const fields = kind.columns.map(([name]) => name);
    const log: ZeekLog = this.logs.get(kind.path) ?? { path: kind.path, fields, rows: [] };
    this.logs.set(kind.path, log);
    log.rows.push(byName(fields, formatRow(kind, row, 'tsv').trimEnd()));
  }
}

/** By path: `conn`, `dns` … */
export async function zeekLogsOf(capture: string, keyLog = ''): Promise<Map<string, ZeekLog>> {
  const source = await openCapture(capture);
  const dissector = new Dissector({ unpack, matchReplies: false, timesConversations: false });
  const sink = new Rows();
  const logs = new ZeekLogs(dissector.session, sink, { seed: new Uint32Array(4) });
  dissector.session.keyLog.watch(source.reader.secrets);
  dissector.session.keyLog.add(keyLog);
  const frame = newFrame();
  try {
    for await (const _ of source.chunks()) {
      dissector.session.interfaces = source.reader.interfaces;
      while (source.reader.next(frame)) logs.add(dissector.dissect(frame));
    }
  } finally {
    await source.close();
  }
  logs.end();
  return sink.logs;
}

/** Null if the text is not a log of Zeek's with names of columns. */
export function rowsOfZeek(text: string): ZeekLog | null {
  const lines = text.split('\n');
  const fields = lines
    .find((line) => line.startsWith('#fields\t'))
    ?.split('\t')
    .slice(1);
  const path = lines.find((line) => line.startsWith('#path\t'))?.split('\t')[1];
  if (fields === undefined || path === undefined) return null;
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return { path, fields, rows: rows.map((line) => byName(fields, line)) };
}

function byName(fields: readonly string[], line: string): Record<string, string> {
  const values = line.split('\t');
  return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? '']));
}
