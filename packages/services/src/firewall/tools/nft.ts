// nftables: a table of our own for blocked addresses, and commented accept rules in the owner's chains that would drop
// our traffic (an accept in one table does not overrule a drop in another). One transaction: nft(8), -f.
import {
  BLOCK,
  type FirewallTool,
  isIpv6,
  MARK,
  type Plan,
  type Rule,
  sshRules,
  type Wanted,
} from '../rules.ts';

const TABLE = `inet ${MARK}`;

export const nft: FirewallTool = {
  name: 'nft',
  title: 'nftables',
  blockedMax: 100_000,
  look: [{ argv: ['nft', '-j', 'list', 'ruleset'] }, { argv: ['nft', 'list', 'ruleset'] }],

  apply(wanted, [json = '']): Plan {
    const ruleset = read(json);
    const { chains, notes } = closedChains(ruleset);
    const lines = [
      ...removals(ruleset),
      ...chains.flatMap((chain) => openings(chain, wanted)),
      ...(wanted.blocked.length > 0 || wanted.rules.some(({ from }) => from.length > 0)
        ? ownTable(wanted)
        : []),
    ];
    const more =
      'these rules last until the next start: keep them with "nft list ruleset > /etc/nftables.conf"';
    return {
      steps: lines.length === 0 ? [] : [{ argv: ['nft', '-f', '-'], input: `${lines.join('\n')}\n` }],
      notes: lines.length > 0 ? [...notes, more] : [...notes, 'no chain of nftables stands in the way'],
    };
  },

  remove([json = '']): Plan {
    const lines = removals(read(json));
    return {
      notes: [],
      steps: lines.length === 0 ? [] : [{ argv: ['nft', '-f', '-'], input: `${lines.join('\n')}\n` }],
    };
  },

  status: ([json = '', text = '']) => [
    ...ourLines(text),
    ...read(json)
      .sets.filter(({ family, table }) => `${family} ${table}` === TABLE)
      .map(
        ({ name, elem = [] }) =>
          `${TABLE} ${name}: ${elem.length} ${elem.length === 1 ? 'entry' : 'entries'}`,
      ),
  ],
};

/** Our rules as nft prints them, each behind the chain that it stands in. */
function ourLines(text: string): string[] {
  const found: string[] = [];
  let [table, chain] = ['', ''];
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, kind, name] = /^(table|chain|set) (.+) \{$/.exec(line) ?? [];
    if (kind === 'table') table = name!;
    else if (kind !== undefined) chain = name!;
    else if (line.includes(` comment "${MARK} `)) found.push(`${table} ${chain}: ${line}`);
  }
  return found;
}

interface TableFacts {
  readonly family: string;
  readonly name: string;
}

interface ChainFacts extends TableFacts {
  readonly table: string;
  readonly type?: string;
  readonly hook?: string;
  readonly policy?: string;
}

interface RuleFacts {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly comment?: string;
  readonly expr: readonly Readonly<Record<string, unknown>>[];
}

interface SetFacts extends TableFacts {
  readonly table: string;
  readonly elem?: readonly unknown[];
}

interface Ruleset {
  readonly tables: TableFacts[];
  readonly sets: SetFacts[];
  readonly chains: ChainFacts[];
  readonly rules: RuleFacts[];
}

/** Parses the JSON of libnftables-json(5). */
function read(json: string): Ruleset {
  const ruleset: Ruleset = { tables: [], sets: [], chains: [], rules: [] };
  if (json.trim() === '') return ruleset;
  for (const { table, set, chain, rule } of JSON.parse(json).nftables) {
    if (table !== undefined) ruleset.tables.push(table);
    if (set !== undefined) ruleset.sets.push(set);
    if (chain !== undefined) ruleset.chains.push(chain);
    if (rule !== undefined) ruleset.rules.push(rule);
  }
  return ruleset;
}

function isOurs({ family, name }: TableFacts): boolean {
  return `${family} ${name}` === TABLE;
}

function ourRules(rules: readonly RuleFacts[]): RuleFacts[] {
  return rules.filter(({ comment, table }) => table !== MARK && comment?.startsWith(`${MARK} `) === true);
}

function removals({ tables, rules }: Ruleset): string[] {
  return [
    ...tables.filter(isOurs).map(() => `delete table ${TABLE}`),
    ...ourRules(rules).map(
      ({ family, table, chain, handle }) => `delete rule ${family} ${table} ${chain} handle ${handle}`,
    ),
  ];
}

interface ClosedChain {
  readonly place: string;
  readonly family: string;
  readonly rules: readonly RuleFacts[];
  /** Handle of the first rule that drops all remaining packets. */
  readonly lastHandle: number | null;
}

/** The owner's input chains that end in a drop. Chains of other programs are not changed. */
function closedChains({ chains, rules }: Ruleset): { chains: ClosedChain[]; notes: string[] } {
  const closed: ClosedChain[] = [];
  const notes: string[] = [];
  for (const { family, table, name, type, hook, policy } of chains) {
    if (type !== 'filter' || hook !== 'input' || table === MARK) continue;
    const inChain = rules.filter(
      (rule) => rule.family === family && rule.table === table && rule.chain === name,
    );
    const own = inChain.filter(({ comment }) => comment?.startsWith(`${MARK} `) !== true);
    const last = own.find(dropsAll);
    if (policy !== 'drop' && last === undefined) continue;
    if (table === 'firewalld' || name === 'INPUT')
      notes.push(
        `${family} ${table} ${name} belongs to ${ownerOf(table)}: open the ports there, with --tool`,
      );
    else
      closed.push({
        ...{ place: `${family} ${table} ${name}`, family, rules: own },
        lastHandle: last?.handle ?? null,
      });
  }
  return { chains: closed, notes };
}

/** iptables-nft and ufw name their chains in upper case; they cannot read tables that nft has changed. */
function ownerOf(table: string): string {
  return table === 'firewalld' ? 'firewalld' : 'iptables or ufw';
}

function dropsAll({ expr }: RuleFacts): boolean {
  const isPlain = expr.every((each) => ['drop', 'reject', 'counter', 'log'].some((name) => name in each));
  return isPlain && expr.some((each) => 'drop' in each || 'reject' in each);
}

function openings({ place, family, rules, lastHandle }: ClosedChain, wanted: Wanted): string[] {
  const kept = sshRules(wanted).filter(({ port }) => !rules.some((rule) => names(rule, port)));
  const where = lastHandle === null ? `add rule ${place}` : `insert rule ${place} position ${lastHandle}`;
  return [...wanted.rules, ...kept].flatMap((rule) =>
    sources(rule, family).map(
      (from) =>
        `${where} ${from}${rule.protocol} dport ${rule.port} accept comment "${MARK} ${rule.service}"`,
    ),
  );
}

/** Whether a rule accepts this TCP port, alone or in a set. */
function names({ expr }: RuleFacts, port: number): boolean {
  const text = JSON.stringify(expr);
  return (
    text.includes('"dport"') && text.includes('"accept"') && new RegExp(`[:[,]"?${port}"?[\\],}]`).test(text)
  );
}

/** Source matches, each with a trailing space: one empty match for all sources, none if the family has no address. */
function sources({ from }: Rule, family: string): string[] {
  if (from.length === 0) return [''];
  const four = from.filter((each) => !isIpv6(each));
  const six = from.filter(isIpv6);
  return [
    ...(four.length > 0 && family !== 'ip6' ? [`ip saddr ${set(four)} `] : []),
    ...(six.length > 0 && family !== 'ip' ? [`ip6 saddr ${set(six)} `] : []),
  ];
}

function set(addresses: readonly string[]): string {
  return `{ ${addresses.join(', ')} }`;
}

/** Runs before the owner's chains (priority filter - 10), which decide on packets that it does not drop. */
function ownTable({ rules, blocked }: Wanted): string[] {
  const four = blocked.filter((each) => !isIpv6(each));
  const six = blocked.filter(isIpv6);
  const chain = [
    'type filter hook input priority filter - 10; policy accept;',
    'iif lo accept',
    ...(four.length > 0 ? [`ip saddr @blocked4 counter drop comment "${MARK} ${BLOCK}"`] : []),
    ...(six.length > 0 ? [`ip6 saddr @blocked6 counter drop comment "${MARK} ${BLOCK}"`] : []),
    ...rules.flatMap(limits),
  ];
  return [
    `table ${TABLE} {`,
    ...setOf('blocked4', 'ipv4_addr', four),
    ...setOf('blocked6', 'ipv6_addr', six),
    '  chain input {',
    ...chain.map((line) => `    ${line}`),
    '  }',
    '}',
  ];
}

function setOf(name: string, type: string, addresses: readonly string[]): string[] {
  if (addresses.length === 0) return [];
  return [
    `  set ${name} {`,
    `    type ${type}`,
    '    flags interval',
    '    auto-merge',
    `    elements = ${set(addresses)}`,
    '  }',
  ];
}

/** Drops packets to a restricted port from all other networks. */
function limits({ service, protocol, port, from }: Rule): string[] {
  if (from.length === 0) return [];
  const four = from.filter((each) => !isIpv6(each));
  const six = from.filter(isIpv6);
  const end = `counter drop comment "${MARK} ${service}"`;
  const others = (family: 'ipv4' | 'ipv6', match: string, networks: string[]) =>
    networks.length === 0
      ? `meta nfproto ${family} ${protocol} dport ${port} ${end}`
      : `${match} saddr != ${set(networks)} ${protocol} dport ${port} ${end}`;
  return [others('ipv4', 'ip', four), others('ipv6', 'ip6', six)];
}
