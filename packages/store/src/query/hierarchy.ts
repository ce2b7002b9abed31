// Packets and bytes by path, as a tree: from tallies if all packets are selected, else by aggregation.
import type { Hierarchy, PathNode, Selection } from '../queries.ts';
import type { Database } from '../sql/database.ts';
import type { Aggregates } from './aggregates.ts';
import type { Selected, Selector } from './selection.ts';

interface Count {
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

export async function hierarchy(
  database: Database,
  aggregates: Aggregates,
  selector: Selector,
  query: Selection,
): Promise<Hierarchy> {
  const selected = await selector.select(query);
  const { counts, exact } = await countsOf(selected.isWhole ? aggregates : database, selected);
  return { tree: treeOf(counts), exact, rest: exact ? null : selected.rest };
}

async function countsOf(
  database: Pick<Database, 'all'> | Aggregates,
  { lower, upper, isExact, isWhole, capture }: Selected,
): Promise<{ counts: Count[]; exact: boolean }> {
  const undecided = isExact ? '0' : `count(*) FILTER (WHERE NOT ${lower})`;
  const grouped = isWhole
    ? `SELECT path, sum(packets) AS packets, sum(bytes) AS bytes, 0 AS undecided FROM tallies
       ${capture === null ? '' : `WHERE capture = ${capture}`} GROUP BY path`
    : `SELECT path, count(*) AS packets, sum(length) AS bytes, ${undecided} AS undecided
       FROM packet p WHERE ${upper} GROUP BY path`;
  // Several dictionary numbers may stand for one text.
  const rows = await database.all(
    `SELECT t.name, sum(g.packets), sum(g.bytes), sum(g.undecided) FROM (${grouped}) g
     JOIN paths t ON t.id = g.path GROUP BY t.name`,
  );
  return {
    counts: rows.map(([name, packets, bytes]) => ({
      name: String(name),
      packets: Number(packets),
      bytes: Number(bytes),
    })),
    exact: rows.every((row) => Number(row[3]) === 0),
  };
}

interface Growing extends PathNode {
  packets: number;
  bytes: number;
  readonly children: Growing[];
}

function treeOf(counts: readonly Count[]): PathNode[] {
  const root: Growing = { name: '', packets: 0, bytes: 0, children: [] };
  for (const { name, packets, bytes } of counts) {
    let node = root;
    for (const layer of name === '' ? [] : name.split(':')) {
      let child = node.children.find((each) => each.name === layer);
      if (child === undefined) {
        child = { name: layer, packets: 0, bytes: 0, children: [] };
        node.children.push(child);
      }
      child.packets += packets;
      child.bytes += bytes;
      node = child;
    }
  }
  sort(root);
  return root.children;
}

function sort(node: Growing): void {
  node.children.sort((a, b) => b.packets - a.packets || (a.name < b.name ? -1 : 1));
  for (const child of node.children) sort(child);
}
