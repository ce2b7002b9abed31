// Fields and protocols by name, for `-e`, filters and completion.
import { protocols } from '../protocols/index.ts';
import { alias, type Field, text } from './field.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import type { Table } from './table.ts';

const fields = new Map<string, Field>();
const protocolsByName = new Map<string, Protocol[]>();
for (const made of protocols) {
  const namesakes = protocolsByName.get(made.name);
  if (namesakes === undefined) protocolsByName.set(made.name, [made]);
  else namesakes.push(made);
  for (const field of made.fields) {
    const known = fields.get(field.name);
    if (known === undefined) fields.set(field.name, field);
    else if (known !== field && !known.of.includes(field)) fields.set(field.name, merge(known, field));
  }
}

/** A name that several protocols define (`e212.imsi`) becomes an alias of all of them, unless both have fixed places. */
function merge(known: Field, field: Field): Field {
  if (known.offset >= 0 && field.offset >= 0) return known;
  const merged = alias(known.name, known.title, [...(known.of.length > 0 ? known.of : [known]), field]);
  merged.base = known.base;
  merged.hexBytes = known.hexBytes || known.width;
  merged.names = known.names;
  return merged;
}

export function fieldNamed(name: string): Field | undefined {
  return fields.get(name);
}

const protocolLines = new Map<string, Field>();

/** What `-e` may name: a field, or a protocol, whose value is the text of its line in the tree. */
export function columnNamed(name: string): Field | undefined {
  const known = fields.get(name) ?? protocolLines.get(name);
  const owners = protocolsNamed(name);
  const [made] = owners;
  if (known !== undefined || made === undefined) return known;
  const line = text(name, made.title).get((p, layer) => p.protocols[layer]!.line(p, layer));
  line.protocol = made;
  line.owners = owners;
  protocolLines.set(name, line);
  return line;
}

/** A field with a text that is made of each packet, or with several; for columns of the user's own. */
export function textField(name: string, texts: readonly ((p: Packet) => string)[]): Field {
  const parts = texts.map((textOf) => {
    const part = text(name, name).get(textOf);
    part.owners = protocolsNamed('frame');
    return part;
  });
  return parts.length > 1 ? alias(name, name, parts) : (parts[0] ?? text(name, name));
}

/** The first of a name, for what all of that name have in common: that there is one, its title. */
export function protocolNamed(name: string): Protocol | undefined {
  return protocolsByName.get(name)?.[0];
}

/** All of a name: Kerberos over UDP and over TCP are two. Empty if there is none. */
export function protocolsNamed(name: string): readonly Protocol[] {
  return protocolsByName.get(name) ?? [];
}

/** Of a name, the one that reads what a table selects: the table leads to it, or it is recognized by content there. */
export function protocolFor(name: string, table: Table): Protocol | undefined {
  const namesakes = protocolsNamed(name);
  const list = table.name.replace(/\.port$/, '');
  return (
    namesakes.find(({ on }) => on?.some(([each]) => each === table)) ??
    namesakes.find(({ heuristics }) => heuristics?.some(([each]) => each.name === list)) ??
    namesakes[0]
  );
}

/** Several may share a name. */
export function allProtocols(): readonly Protocol[] {
  return protocols;
}

export function fieldNames(): IterableIterator<string> {
  return fields.keys();
}

export function protocolNames(): IterableIterator<string> {
  return protocolsByName.keys();
}

/** Suggestions for an unknown name: the nearest fields and protocols, best first. */
export function nearestNames(name: string, most = 3): string[] {
  return nearestOf(name, [...fields.keys(), ...protocolsByName.keys()], most);
}

/** The candidates within a small edit distance of the name, best first. */
export function nearestOf(name: string, candidates: readonly string[], most = 3): string[] {
  const scored: [number, string][] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > 4) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, name.length >> 2)) scored.push([distance, candidate]);
  }
  return scored
    .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, most)
    .map(([, candidate]) => candidate);
}

/** Edit distance counting substitutions, insertions, deletions and transpositions (Damerau-Levenshtein). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
