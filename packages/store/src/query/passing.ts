// SQL conditions for the flows, names and findings of packets that pass a display filter.
import type { Sql } from '../filter/condition.ts';
import type { Dialect } from '../sql/database.ts';
import type { Selector } from './selection.ts';

interface Filtered {
  readonly filter?: string;
  readonly capture?: number;
}

/** The condition, and whether columns decide the filter; if not, it includes rows of candidates. */
export interface Passing {
  readonly where: readonly Sql[];
  readonly exact: boolean;
}

/** Derives such a condition from a FROM and WHERE clause that selects packets. */
type Make = (packets: Sql, packed: Dialect['packed']) => Sql;

const TRANSPORT_NAME = `CASE p.transport WHEN 6 THEN 'tcp' WHEN 17 THEN 'udp' WHEN 33 THEN 'dccp'
  WHEN 132 THEN 'sctp' WHEN 136 THEN 'udplite' END`;

/** Conversations with a packet that passes. */
export const flowsOf: Make = (packets, packed) =>
  `(capture, stream, transport) IN (SELECT DISTINCT ${packed.capture}, p.stream, ${TRANSPORT_NAME} ${packets} AND stream >= 0)`;

const addressesOf = (packets: Sql): Sql =>
  `SELECT text FROM addresses WHERE id IN (SELECT src ${packets} UNION SELECT dst ${packets})`;

/** Names of source and destination addresses of passing packets. */
export const namesOf: Make = (packets) => `address IN (${addressesOf(packets)})`;

/** Findings about such an address, or whose first packet passes. */
export const findingsOf: Make = (packets, packed) =>
  `(address IN (${addressesOf(packets)}) OR (capture, frame) IN (SELECT ${packed.capture}, ${packed.number} ${packets}
    AND ${packed.number} IN (SELECT frame FROM findings WHERE frame IS NOT NULL)))`;

/** Compiles a query's filter to conditions on flows, names or findings. @throws FilterError */
export async function passing(selector: Selector, query: Filtered, make: Make): Promise<Passing> {
  const { filter = '', capture } = query;
  if (filter.trim() === '') return { where: [], exact: true };
  const { upper, isExact } = await selector.select({ filter, ...(capture === undefined ? {} : { capture }) });
  return { where: [make(`FROM packet p WHERE ${upper}`, selector.packed)], exact: isExact };
}
