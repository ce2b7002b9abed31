// What a firewall should let in and keep out for Eyrie, whichever firewall it is.

export interface Rule {
  /** What needs it: `ui`, `peer lab-7`. Letters, digits, dots, dashes and spaces: it stands in comments and names. */
  readonly service: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Networks that may come, as addresses or CIDR; empty: all. */
  readonly from: readonly string[];
}

export interface Wanted {
  readonly rules: readonly Rule[];
  /** Addresses and networks that may not send anything. */
  readonly blocked: readonly string[];
  /** TCP ports of this machine's SSH server: let in unless the firewall has a rule of the owner's for them already. */
  readonly ssh: readonly number[];
}

/** A program to run: no shell reads it. */
export interface Step {
  readonly argv: readonly string[];
  /** For its standard input. */
  readonly input?: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** What the owner should know: what was left as it is, and why. */
  readonly notes: readonly string[];
}

/** One kind of firewall. All functions are pure: `seen` is what the programs of `look` printed, in their order. */
export interface FirewallTool {
  readonly name: string;
  readonly title: string;
  /** Addresses and networks that it can keep out without getting slow. */
  readonly blockedMax: number;
  readonly look: readonly Step[];
  /** `zone`: where the firewall has such; null: its own choice. */
  readonly apply: (wanted: Wanted, seen: readonly string[], zone: string | null) => Plan;
  readonly remove: (seen: readonly string[]) => Plan;
  /** What stands there and is ours, a line each. */
  readonly status: (seen: readonly string[]) => readonly string[];
}

/** Begins the comment or name of all that is ours. */
export const MARK = 'eyrie';
export const BLOCK = 'block';
export const SSH = 'ssh';

export function sshRules({ ssh }: Wanted): Rule[] {
  return ssh.map((port) => ({ service: SSH, protocol: 'tcp', port, from: [] }));
}

export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** `ui`, `peer-lab-7`: where a name may have no spaces. */
export function nameOf({ service }: Rule): string {
  return `${MARK}-${service.replaceAll(/[^\w.-]/g, '-')}`;
}

/** So many as one command takes. */
export function inParts(addresses: readonly string[], max = 500): string[][] {
  const count = Math.ceil(addresses.length / max);
  return Array.from({ length: count }, (_, i) => addresses.slice(i * max, (i + 1) * max));
}

/** As a shell would read it, to be shown. */
export function shellText({ argv, input }: Step): string {
  const line = argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
  return input === undefined ? line : `${line} <<'END'\n${input.trimEnd()}\nEND`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
