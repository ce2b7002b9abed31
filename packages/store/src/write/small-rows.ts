// Table rows of names and findings.
import type { FindingRow, NameRow } from '../rows.ts';

type Cells = Record<string, unknown>;

export function nameRow(capture: number, { address, name, source, time, last, count }: NameRow): Cells {
  return { capture, address, name, source, first_time: time, last_time: last ?? time, count: count ?? 1 };
}

/** Most severe first. */
const SEVERITIES = ['error', 'warn', 'note', 'chat', 'comment'];

export function findingRow(capture: number, finding: FindingRow): Cells {
  const { finder, severity, group, protocol, message, address, count, frame, time, last, detail } = finding;
  const gravity = SEVERITIES.indexOf(severity);
  return {
    capture,
    finder,
    severity,
    category: group,
    protocol,
    message,
    address: address ?? '',
    gravity: gravity < 0 ? SEVERITIES.length : gravity,
    frame,
    first_time: time,
    last_time: last ?? time,
    count,
    detail: detail == null ? null : JSON.stringify(detail),
  };
}
