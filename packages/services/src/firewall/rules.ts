// The rules that Eyrie needs, independent of the firewall, and the interface that each firewall implements.

export interface Rule {
  /** Name of the service: `ui`, `peer lab-7`. Letters, digits, dots, dashes and spaces, because comments quote it. */
  readonly service: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Networks that may connect, as addresses or CIDR; empty: all. */
  readonly from: readonly string[];
}

export interface Wanted {
  readonly rules: readonly Rule[];
  /** Addresses and networks whose packets are dropped. */
  readonly blocked: readonly string[];
  /** TCP ports of this machine's SSH server: opened unless a rule of the owner opens them already. */
  readonly ssh: readonly number[];
}

/** A program to run, without a shell. */
export interface Step {
  readonly argv: readonly string[];
  /** Standard input of the program. */
  readonly input?: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Notes for the owner: what is left unchanged, and why. */
  readonly notes: readonly string[];
}

/** One kind of firewall. Its functions are pure: `seen` is the output of the `look` programs, in their order. */
export interface FirewallTool {
  readonly name: string;
  readonly title: string;
  /** Blocked addresses and networks that it handles without slowing down. */
  readonly blockedMax: number;
  readonly look: readonly Step[];
  /** `zone`: for firewalls with zones; null: the default zone. */
  readonly apply: (wanted: Wanted, seen: readonly string[], zone: string | null) => Plan;
  readonly remove: (seen: readonly string[]) => Plan;
  /** Our rules that are in place, a line each. */
  readonly status: (seen: readonly string[]) => readonly string[];
}

/** Prefix of the comment or name of every rule of ours. */
export const MARK = 'eyrie';
export const BLOCK = 'block';
const SSH = 'ssh';

export function sshRules({ ssh }: Wanted): Rule[] {
  return ssh.map((port) => ({ service: SSH, protocol: 'tcp', port, from: [] }));
}

export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** The service name without spaces: `ui`, `peer-lab-7`. */
export function nameOf({ service }: Rule): string {
  return `${MARK}-${service.replaceAll(/[^\w.-]/g, '-')}`;
}

/** Splits addresses into chunks that fit one command. */
export function inParts(addresses: readonly string[], max = 500): string[][] {
  const count = Math.ceil(addresses.length / max);
  return Array.from({ length: count }, (_, i) => addresses.slice(i * max, (i + 1) * max));
}

/** The step as a shell command, for display. */
export function shellText({ argv, input }: Step): string {
  const line = argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
  return input === undefined ? line : `${line} <<'END'\n${input.trimEnd()}\nEND`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
