// Block lists: reads a plain file of addresses and networks, one a line, and makes one from findings.
import { BlockList, isIP } from 'node:net';

/** Shortest prefix accepted: a larger network is probably a typing error. */
const PREFIX_MIN = { ipv4: 8, ipv6: 19 } as const;

export interface BlockedRead {
  readonly blocked: string[];
  /** Rejected lines, each with its reason. */
  readonly problems: string[];
}

/** Parses `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`, one a line; `#` begins a comment. */
export function readBlocked(text: string, isProtected: (address: string) => string | null): BlockedRead {
  const blocked = new Set<string>();
  const problems: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const address = line.replace(/#.*/, '').trim().toLowerCase();
    if (address === '') continue;
    const problem = isAddress(address) ? isProtected(address) : 'no address and no network';
    if (problem === null) blocked.add(address);
    else problems.push(`line ${i + 1}: ${address.slice(0, 60)}: ${problem}`);
  }
  return { blocked: withoutCovered([...blocked]), problems };
}

/** Drops entries covered by a network of the list: firewalls reject overlaps, some after applying other entries. */
export function withoutCovered(blocked: readonly string[]): string[] {
  const networks = blocked.map((text) => {
    const [address = '', prefix] = text.split('/');
    const bits = isIP(address) === 4 ? 32 : 128;
    return { text, bits, prefix: Number(prefix ?? bits), value: numberOf(address) };
  });
  const nameOf = ({ bits, value }: { bits: number; value: bigint }, prefix: number) =>
    `${bits} ${prefix} ${value >> BigInt(bits - prefix)}`;
  const known = new Set(networks.map((network) => nameOf(network, network.prefix)));
  const prefixes = [...new Set(networks.map(({ prefix }) => prefix))];
  const kept = new Map<string, string>();
  for (const network of networks) {
    const own = nameOf(network, network.prefix);
    const isCovered = prefixes.some(
      (prefix) => prefix < network.prefix && known.has(nameOf(network, prefix)),
    );
    // 10.1.2.3/8 and 10.0.0.0/8 are the same network.
    if (!isCovered && !kept.has(own)) kept.set(own, network.text);
  }
  return [...kept.values()];
}

function numberOf(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  // The URL parser normalises it to hexadecimal groups with one `::`.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail].map((text) => (text === '' ? [] : text.split(':')));
  const zeros = Array.from({ length: 8 - before!.length - after!.length }, () => '0');
  return [...before!, ...zeros, ...after!].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** Whether the text is an address or a network in CIDR notation. */
export function isAddress(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/**
 * Returns why an address must not be blocked, or null. Protected are this machine, the client of the present SSH
 * session, and large parts of the Internet.
 *
 * @param own addresses of this machine
 * @param visitor the client address of the present SSH session
 */
export function protection(
  own: readonly string[],
  visitor: string | null,
): (address: string) => string | null {
  return (text) => {
    const [address = '', prefix] = text.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (prefix !== undefined && Number(prefix) < PREFIX_MIN[family])
      return `a network larger than /${PREFIX_MIN[family]}`;
    const network = new BlockList();
    network.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
    const holds = (other: string) => network.check(other, isIP(other) === 4 ? 'ipv4' : 'ipv6');
    if (visitor !== null && isIP(visitor) !== 0 && holds(visitor))
      return 'you are logged in by SSH from there';
    const mine = [...own, '127.0.0.1', '::1', '0.0.0.0', '::'].filter((each) => isIP(each) !== 0);
    return mine.some(holds) ? 'this machine itself' : null;
  };
}

/** The fields of a finding that a block list needs, as in `eyrie read -q -z findings --json` and GET /findings. */
export interface FoundSource {
  readonly source: string;
  readonly severity: string;
  readonly title: string;
}

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];

export function isSeverity(text: string): boolean {
  return SEVERITIES.includes(text);
}

/** Makes a block list of the sources of findings from this severity up; a comment names the most severe of each. */
export function blockListOf(findings: readonly FoundSource[], severityMin: string): string {
  const mostSevere = new Map<string, FoundSource>();
  for (const finding of findings) {
    const { source, severity } = finding;
    if (rank(severity) < rank(severityMin) || isIP(source) === 0) continue;
    const known = mostSevere.get(source);
    if (known === undefined || rank(known.severity) < rank(severity)) mostSevere.set(source, finding);
  }
  return [...mostSevere.values()]
    .map(
      ({ source, severity, title }) =>
        `${source}  # ${severity}: ${title.replaceAll(/[\s\p{Cc}]+/gu, ' ')}\n`,
    )
    .join('');
}

function rank(severity: string): number {
  return SEVERITIES.indexOf(severity);
}
