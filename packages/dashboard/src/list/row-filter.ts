// Evaluates display filters on a packet's row in the browser, for colour rules. Grammar:
//   filter = and *("||" and)     and = test *("&&" test)     test = ["!"] field [operator value]
import type { PacketRow } from '../api/types.ts';

type Holds = (row: PacketRow) => boolean;
type Known = string | number | null;

/** Values of each field; address and port fields have two. */
const FIELDS: Record<string, (row: PacketRow) => readonly Known[]> = {
  '_ws.col.protocol': (row) => [row.protocol],
  '_ws.col.info': (row) => [row.summary],
  'frame.len': (row) => [row.length],
  'frame.number': (row) => [row.number],
  'frame.protocols': (row) => [row.path],
  'ip.addr': (row) => [row.src_ip, row.dst_ip],
  'ip.src': (row) => [row.src_ip],
  'ip.dst': (row) => [row.dst_ip],
  'ipv6.addr': (row) => [row.src_ip, row.dst_ip],
  'ipv6.src': (row) => [row.src_ip],
  'ipv6.dst': (row) => [row.dst_ip],
  'tcp.port': (row) => of('tcp', row, [row.src_port, row.dst_port]),
  'tcp.srcport': (row) => of('tcp', row, [row.src_port]),
  'tcp.dstport': (row) => of('tcp', row, [row.dst_port]),
  'tcp.stream': (row) => of('tcp', row, [row.stream]),
  'udp.port': (row) => of('udp', row, [row.src_port, row.dst_port]),
  'udp.srcport': (row) => of('udp', row, [row.src_port]),
  'udp.dstport': (row) => of('udp', row, [row.dst_port]),
  'udp.stream': (row) => of('udp', row, [row.stream]),
};

export const ROW_FIELDS = Object.keys(FIELDS).map((name) =>
  name.replace('_ws.col.protocol', '_ws.col.Protocol').replace('_ws.col.info', '_ws.col.Info'),
);

const OPERATORS: Record<string, (known: string | number, value: string) => boolean> = {
  '==': (known, value) => (typeof known === 'number' ? known === Number(value) : known === value),
  '!=': (known, value) => (typeof known === 'number' ? known !== Number(value) : known !== value),
  '>': (known, value) => Number(known) > Number(value),
  '>=': (known, value) => Number(known) >= Number(value),
  '<': (known, value) => Number(known) < Number(value),
  '<=': (known, value) => Number(known) <= Number(value),
  contains: (known, value) => String(known).includes(value),
};

const WORD = /\s*("(?:[^"\\]|\\.)*"|&&|\|\||[=!<>]=|[<>!]|[\w.:-]+)/y;
const TERMS_MAX = 32;

function of(transport: string, row: PacketRow, values: readonly Known[]): readonly Known[] {
  return row.transport === transport ? values : [];
}

/** Compiles a filter to a predicate, or returns a one-line error message. */
export function rowFilter(text: string): Holds | string {
  const words = wordsOf(text);
  if (typeof words === 'string') return words;
  if (words.length === 0) return 'Enter a filter, such as _ws.col.Protocol == "DNS"';
  const any: Holds[][] = [[]];
  let at = 0;
  for (let terms = 0; ; terms++) {
    if (terms === TERMS_MAX) return `At most ${TERMS_MAX} terms are allowed`;
    const isNot = words[at] === '!' && ++at > 0;
    const test = testAt(words, at);
    if (typeof test === 'string') return test;
    at = test.next;
    const { holds } = test;
    any.at(-1)!.push(isNot ? (row) => !holds(row) : holds);
    const joint = words[at++];
    if (joint === undefined) break;
    if (joint === '||') any.push([]);
    else if (joint !== '&&') return `Enter && or || before ${joint}`;
  }
  return (row) => any.some((all) => all.every((holds) => holds(row)));
}

function wordsOf(text: string): string[] | string {
  const words: string[] = [];
  for (WORD.lastIndex = 0; WORD.lastIndex < text.trimEnd().length; ) {
    const from = WORD.lastIndex;
    const word = WORD.exec(text)?.[1];
    if (word === undefined) return `Cannot parse this: ${text.slice(from).trim().slice(0, 40)}`;
    words.push(word);
  }
  return words;
}

function testAt(words: readonly string[], at: number): { holds: Holds; next: number } | string {
  const [name, operator, quoted] = words.slice(at, at + 3);
  if (name === undefined) return 'The filter is incomplete';
  const field = own(FIELDS, name.toLowerCase());
  if (field === undefined) return nameOrProtocol(name, at);
  if (operator === undefined || operator === '&&' || operator === '||')
    return { holds: (row) => field(row).some((known) => known !== null), next: at + 1 };
  if (quoted === undefined) return `Enter a value after ${name} ${operator}`;
  const inside = quoted.startsWith('"') ? quoted.slice(1, -1) : quoted;
  // In a regular expression, backslashes are not unescaped.
  if (operator === 'matches') return matching(field, inside, at);
  const value = inside.replace(/\\(.)/g, '$1');
  const compare = own(OPERATORS, operator);
  if (compare === undefined) return `Use == != < > <= >= contains or matches after ${name}, not ${operator}`;
  // As in Wireshark: `!=` matches if no value is equal.
  const isAll = operator === '!=';
  return {
    holds: (row) => {
      const known = field(row).filter((each) => each !== null);
      return known.length > 0 && known[isAll ? 'every' : 'some']((each) => compare(each, value));
    },
    next: at + 3,
  };
}

/** Looks up own properties only: `constructor` is neither a field nor an operator. */
function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A bare name tests whether the packet has that protocol. */
function nameOrProtocol(name: string, at: number): { holds: Holds; next: number } | string {
  if (/^[a-z][\w-]*$/.test(name)) return { holds: (row) => row.path.split(':').includes(name), next: at + 1 };
  return `Colour rules test the columns of a row, which has no ${name}`;
}

function matching(
  field: (row: PacketRow) => readonly Known[],
  pattern: string,
  at: number,
): { holds: Holds; next: number } | string {
  try {
    const expression = new RegExp(pattern, 'i');
    return {
      holds: (row) => field(row).some((known) => known !== null && expression.test(String(known))),
      next: at + 3,
    };
  } catch {
    return `Invalid regular expression: ${pattern.slice(0, 40)}`;
  }
}
