// `eyrie read -G decodes` and `heuristic-decodes`: which number of a header leads to which protocol, and which protocols are
// recognized by content, in tshark's columns.
import { heuristicLists, tableNamed, tableNames } from '@eyrie/dissect';

/** Table, key, protocol: what `-d TABLE==KEY,PROTOCOL` would change. */
export function* decodeLines(): Iterable<string> {
  for (const name of tableNames().sort())
    for (const [key, protocol] of tableNamed(name)!.entries()) yield [name, key, protocol.name].join('\t');
}

/** The protocol below, the protocol, and T: all are on. */
export function* heuristicLines(): Iterable<string> {
  for (const { name, entries } of heuristicLists())
    for (const protocol of new Set(entries.map((entry) => entry.protocol.name)))
      yield [name, protocol, 'T'].join('\t');
}
