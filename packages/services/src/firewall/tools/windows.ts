// Windows Firewall, through PowerShell (rules of one group) or netsh (one rule name per service).
import {
  BLOCK,
  type FirewallTool,
  inParts,
  MARK,
  type Plan,
  type Rule,
  type Step,
  sshRules,
  type Wanted,
} from '../rules.ts';

const GROUP = 'Eyrie';
/** Addresses per rule: a Windows command line holds 8,191 characters, an IPv6 network takes up to 43. */
const ADDRESSES_MAX = 150;

export const powershell: FirewallTool = {
  name: 'powershell',
  title: 'the firewall of Windows, by PowerShell',
  blockedMax: 10_000,
  look: [
    shell(
      `Get-NetFirewallRule -Group ${GROUP} -ErrorAction SilentlyContinue | ForEach-Object { $_.DisplayName }`,
    ),
  ],

  apply(wanted): Plan {
    const add = (rule: Rule) =>
      shell(
        `New-NetFirewallRule -Group ${GROUP} -DisplayName '${MARK} ${rule.service}' -Direction Inbound -Action Allow ` +
          `-Protocol ${rule.protocol.toUpperCase()} -LocalPort ${rule.port} -RemoteAddress ${remote(rule.from, 'Any')} | Out-Null`,
      );
    const block = (addresses: readonly string[]) =>
      shell(
        `New-NetFirewallRule -Group ${GROUP} -DisplayName '${MARK} ${BLOCK}' -Direction Inbound -Action Block ` +
          `-RemoteAddress ${remote(addresses, 'Any')} | Out-Null`,
      );
    return {
      notes: [],
      steps: [removal, ...allowed(wanted).map(add), ...inParts(wanted.blocked, ADDRESSES_MAX).map(block)],
    };
  },

  remove: ([rules = '']) => ({ steps: rules.trim() === '' ? [] : [removal], notes: [] }),
  status: ([rules = '']) => nonEmpty(rules),
};

const removal = shell(`Remove-NetFirewallRule -Group ${GROUP} -ErrorAction SilentlyContinue`);

function shell(script: string): Step {
  return { argv: ['powershell', '-NoProfile', '-NonInteractive', '-Command', script] };
}

export const netsh: FirewallTool = {
  name: 'netsh',
  title: 'the firewall of Windows, by netsh',
  blockedMax: 10_000,
  look: [{ argv: ['netsh', 'advfirewall', 'firewall', 'show', 'rule', 'name=all', 'dir=in'] }],

  apply(wanted, seen): Plan {
    const add = ({ service, protocol, port, from }: Rule) =>
      firewall(
        ...['add', 'rule', `name=${MARK} ${service}`, 'dir=in', 'action=allow'],
        ...[`protocol=${protocol.toUpperCase()}`, `localport=${port}`, `remoteip=${remote(from, 'any')}`],
      );
    const block = (addresses: readonly string[]) =>
      firewall(
        ...['add', 'rule', `name=${MARK} ${BLOCK}`, 'dir=in', 'action=block'],
        `remoteip=${remote(addresses, 'any')}`,
      );
    return {
      notes: [],
      steps: [
        ...netshRemovals(seen),
        ...allowed(wanted).map(add),
        ...inParts(wanted.blocked, ADDRESSES_MAX).map(block),
      ],
    };
  },

  remove: (seen) => ({ steps: netshRemovals(seen), notes: [] }),
  status: (seen) => netshNames(seen),
};

function firewall(...words: string[]): Step {
  return { argv: ['netsh', 'advfirewall', 'firewall', ...words] };
}

/** Names of our rules: the values after the colons, since netsh's labels are localised. */
function netshNames([rules = '']: readonly string[]): string[] {
  const names = [...rules.matchAll(new RegExp(`^[^:\\n]+:\\s+(${MARK} [^\\r\\n]+?)\\s*$`, 'gm'))];
  return [...new Set(names.map((match) => match[1]!))];
}

function netshRemovals(seen: readonly string[]): Step[] {
  return netshNames(seen).map((name) => firewall('delete', 'rule', `name=${name}`));
}

/** Rules without SSH: Windows has its own SSH rule, and any matching allow rule admits a packet. */
function allowed(wanted: Wanted): Rule[] {
  return [...wanted.rules, ...sshRules(wanted).filter(({ port }) => port !== 22)];
}

function remote(addresses: readonly string[], all: string): string {
  return addresses.length === 0 ? all : addresses.join(',');
}

function nonEmpty(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
