// `eyrie read -G decodes`: which number of a header leads to which protocol, in the columns of `tshark -G decodes`.
import { tableNamed, tableNames } from '@eyrie/dissect';

/** Table, key, protocol: what `-d TABLE==KEY,PROTOCOL` would change. */
export function* decodeLines(): Iterable<string> {
  for (const name of tableNames().sort())
    for (const [key, protocol] of tableNamed(name)!.entries()) yield [name, key, protocol.name].join('\t');
}
