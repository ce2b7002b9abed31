// Options and arguments with few values, for completions. Each command checks its own, and lists them in its error.
import { STATISTICS } from '../statistics/index.ts';

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
const TOOLS = ['ufw', 'firewalld', 'nft', 'powershell', 'netsh', 'pf'];

/** By the command's path and the option's long name, else its short one; of an argument, its name. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'completion shell': ['bash', 'zsh', 'fish'],
  'findings --severity': SEVERITIES,
  'firewall apply --tool': TOOLS,
  'firewall block-list --severity': SEVERITIES,
  'firewall plan --tool': TOOLS,
  'firewall remove --tool': TOOLS,
  'firewall status --tool': TOOLS,
  'logs --format': ['tsv', 'json', 'eve'],
  'mesh invite --role': ['peer', 'coordinator', 'honeypot'],
  'mesh top --sort': ['peer', 'state', 'cpu', 'mem', 'load', 'rx', 'tx', 'disk', 'latency', 'age'],
  'read -F': ['pcap', 'nsecpcap', 'pcapng'],
  'read -G': [
    ...['fields', 'fieldcount', 'protocols', 'values', 'ftypes', 'decodes', 'heuristic-decodes'],
    ...['column-formats', 'defaultprefs', 'currentprefs'],
  ],
  'read -T': ['text', 'tabs', 'fields', 'json', 'jsonraw', 'ek', 'pdml', 'psml'],
  'read -t': ['a', 'ad', 'adoy', 'd', 'dd', 'e', 'r', 'u', 'ud'],
  'read -z': STATISTICS.map(({ name }) => name),
};

/** Empty where anything may be typed. */
export function choicesOf(path: readonly string[], name: string): readonly string[] {
  return CHOICES[`${path.join(' ')} ${name}`] ?? [];
}

export const placesWithChoices: readonly string[] = Object.keys(CHOICES);
