// Pages of address names, and of findings.
import {
  type FilteredPage,
  type FindingQuery,
  type NameQuery,
  PAGE_ROWS_MAX,
  type StoredFinding,
  type StoredName,
} from '../queries.ts';
import type { FindingDetail, FindingRow, NameSource } from '../rows.ts';
import type { Database, Row, Value } from '../sql/database.ts';
import { addressIs } from './address.ts';
import { cursorOf, keyOf } from './cursor.ts';
import { contains } from './flows.ts';
import { findingsOf, namesOf, passing } from './passing.ts';
import { limitOf, type Selector, wholeNumber } from './selection.ts';

/** Names of all captures, by address, then alphabetically. */
export async function namePage(
  database: Database,
  selector: Selector,
  query: NameQuery,
): Promise<FilteredPage<StoredName>> {
  const limit = limitOf(query.limit, 100, PAGE_ROWS_MAX);
  const { where, values, add } = conditions();
  const { where: passes, exact } = await passing(selector, query, namesOf);
  where.push(...passes);
  if (query.capture !== undefined) where.push(`capture = ${wholeNumber(query.capture, 'capture')}`);
  if (query.address !== undefined) where.push(addressIs('address', query.address, database.dialect));
  if (query.name !== undefined) add([query.name.toLowerCase()], (at) => contains('lower(name)', at));
  if (query.after !== undefined)
    add(keyOf(query.after, 'sss'), (...key) => `(address, name, source) > (${key.join(', ')})`);
  const rows = await database.all(
    `SELECT address, name, source, min(first_time), max(last_time), sum(count) FROM names ${all(where)}
     GROUP BY address, name, source ORDER BY address, name, source LIMIT ${limit + 1}`,
    values,
  );
  const items = rows.slice(0, limit).map(([address, name, source, first, last, count]) => ({
    address: String(address),
    name: String(name),
    source: source as NameSource,
    firstTime: Number(first),
    lastTime: Number(last),
    count: Number(count),
  }));
  const last = items.at(-1);
  return {
    exact,
    items,
    next: rows.length > limit ? cursorOf([last!.address, last!.name, last!.source]) : null,
  };
}

export async function findingPage(
  database: Database,
  selector: Selector,
  query: FindingQuery,
): Promise<FilteredPage<Omit<StoredFinding, 'clock'>>> {
  const limit = limitOf(query.limit, 100, PAGE_ROWS_MAX);
  const isNewest = query.order === 'newest';
  const order = isNewest ? 'id DESC' : 'gravity, count DESC, id';
  const { where, values, add } = conditions();
  const { where: passes, exact } = await passing(selector, query, findingsOf);
  where.push(...passes);
  if (query.capture !== undefined) where.push(`capture = ${wholeNumber(query.capture, 'capture')}`);
  if (query.finder !== undefined) add([query.finder], (at) => `finder = ${at}`);
  if (query.severity !== undefined) add([query.severity], (at) => `severity = ${at}`);
  if (query.address !== undefined) where.push(addressIs('address', query.address, database.dialect));
  if (query.after !== undefined) {
    const [g, c, id] = keyOf(query.after, 'nnn');
    where.push(
      isNewest
        ? `id < ${id}`
        : `(gravity > ${g} OR (gravity = ${g} AND (count < ${c} OR (count = ${c} AND id > ${id}))))`,
    );
  }
  const rows = await database.all(
    `SELECT id, capture, finder, severity, category, protocol, message, address, frame, first_time, last_time, count,
       gravity, detail FROM findings ${all(where)} ORDER BY ${order} LIMIT ${limit + 1}`,
    values,
  );
  const last = rows[limit - 1];
  return {
    exact,
    items: rows.slice(0, limit).map(findingOf),
    next: rows.length > limit ? cursorOf([Number(last![12]), Number(last![11]), Number(last![0])]) : null,
  };
}

function findingOf(row: Row): Omit<StoredFinding, 'clock'> {
  const [id, capture, finder, severity, group, protocol, message, address, frame, first, last, count] = row;
  const detail = row[13]!;
  return {
    id: Number(id),
    capture: Number(capture),
    finder: finder as FindingRow['finder'],
    severity: severity as FindingRow['severity'],
    group: String(group),
    protocol: String(protocol),
    message: String(message),
    address: address === '' ? null : String(address),
    frame: frame === null ? null : Number(frame),
    time: Number(first),
    lastTime: Number(last),
    count: Number(count),
    detail: detail === null ? null : (JSON.parse(String(detail)) as FindingDetail),
  };
}

function conditions() {
  const where: string[] = [];
  const values: Value[] = [];
  /** `condition` gets a placeholder for each value. */
  const add = (given: readonly Value[], condition: (...places: string[]) => string): void => {
    where.push(condition(...given.map((value) => `$${values.push(value)}`)));
  };
  return { where, values, add };
}

function all(where: readonly string[]): string {
  return where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
}
