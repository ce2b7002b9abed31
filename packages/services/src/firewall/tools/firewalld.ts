// firewalld (Fedora, RHEL): services and ipsets with our prefix, and references to them in the zone. Changes go to the
// permanent configuration; one reload at the end activates them.
import {
  BLOCK,
  type FirewallTool,
  inParts,
  isIpv6,
  MARK,
  nameOf,
  type Plan,
  type Rule,
  type Step,
  sshRules,
  type Wanted,
} from '../rules.ts';

const SETS = [
  { name: `${MARK}-${BLOCK}4`, option: 'family=inet', isMine: (address: string) => !isIpv6(address) },
  { name: `${MARK}-${BLOCK}6`, option: 'family=inet6', isMine: isIpv6 },
];

export const firewalld: FirewallTool = {
  name: 'firewalld',
  title: 'firewalld',
  blockedMax: 100_000,
  look: [
    { argv: ['firewall-cmd', '--get-default-zone'] },
    permanent('--list-all-zones'),
    permanent('--get-services'),
    permanent('--get-ipsets'),
  ],

  apply(wanted, seen, wantedZone): Plan {
    const zone = wantedZone ?? (seen[0]?.trim() || 'public');
    const rules = [...wanted.rules, ...(hasSsh(zoneText(seen[1] ?? '', zone)) ? [] : sshRules(wanted))];
    const steps = [
      ...removalSteps(seen),
      ...rules.flatMap((rule) => opening(rule, zone)),
      ...SETS.flatMap(({ name, option, isMine }) =>
        blocking(name, option, wanted.blocked.filter(isMine), zone),
      ),
    ];
    return { steps: reloaded(steps), notes: zoneNotes(wanted, zone) };
  },

  remove: (seen) => ({ steps: reloaded(removalSteps(seen)), notes: [] }),

  status(seen) {
    const zones = zonesIn(seen[1] ?? '');
    return [
      ...zones.flatMap(({ zone, services, richRules }) => [
        ...services.map((service) => `zone ${zone}: service ${service}`),
        ...richRules.map((rule) => `zone ${zone}: ${rule}`),
      ]),
      ...ours(seen[3]).map((name) => `ipset ${name}`),
    ];
  },
};

function permanent(...options: string[]): Step {
  return { argv: ['firewall-cmd', '--permanent', ...options] };
}

function reloaded(steps: Step[]): Step[] {
  return steps.length === 0 ? [] : [...steps, { argv: ['firewall-cmd', '--reload'] }];
}

/** Service names are truncated, since peer names may be longer; equal names share a service, with a port each. */
function opening(rule: Rule, zone: string): Step[] {
  const { protocol, port, from } = rule;
  const name = `${nameOf(rule)}-${port}`;
  const steps = [
    permanent(`--new-service=${name}`),
    permanent(`--service=${name}`, `--add-port=${port}/${protocol}`),
  ];
  if (from.length === 0) return [...steps, permanent(`--zone=${zone}`, `--add-service=${name}`)];
  const rich = from.map((network) => {
    const family = isIpv6(network) ? 'ipv6' : 'ipv4';
    return `rule family="${family}" source address="${network}" service name="${name}" accept`;
  });
  return [...steps, ...rich.map((text) => permanent(`--zone=${zone}`, `--add-rich-rule=${text}`))];
}

function blocking(name: string, option: string, addresses: readonly string[], zone: string): Step[] {
  if (addresses.length === 0) return [];
  return [
    permanent(`--new-ipset=${name}`, '--type=hash:net', `--option=${option}`, '--option=maxelem=200000'),
    ...inParts(addresses).map((part) =>
      permanent(`--ipset=${name}`, ...part.map((address) => `--add-entry=${address}`)),
    ),
    // Negative priority: evaluated before the zone's own rules.
    permanent(`--zone=${zone}`, `--add-rich-rule=rule priority="-100" source ipset="${name}" drop`),
  ];
}

function removalSteps(seen: readonly string[]): Step[] {
  const zones = zonesIn(seen[1] ?? '');
  return [
    ...zones.flatMap(({ zone, services, richRules }) =>
      [
        richRules.map((rule) => `--remove-rich-rule=${rule}`),
        services.map((service) => `--remove-service=${service}`),
      ].flatMap((options) => (options.length === 0 ? [] : [permanent(`--zone=${zone}`, ...options)])),
    ),
    ...ours(seen[2]).map((service) => permanent(`--delete-service=${service}`)),
    ...ours(seen[3]).map((set) => permanent(`--delete-ipset=${set}`)),
  ];
}

function ours(list = ''): string[] {
  return list.split(/\s+/).filter((name) => name.startsWith(`${MARK}-`));
}

interface ZoneFacts {
  readonly zone: string;
  readonly services: string[];
  readonly richRules: string[];
}

/** Our entries in each zone, from `--list-all-zones`: zone names at line starts, then indented lines. */
function zonesIn(text: string): ZoneFacts[] {
  const names = [...text.matchAll(/^(\S+)/gm)].map((match) => match[1]!);
  return names.map((zone) => {
    const own = zoneText(text, zone);
    const rules = own.split('\n').map((line) => line.trim());
    return {
      zone,
      services: ours(/^ {2}services: (.*)$/m.exec(own)?.[1]),
      richRules: rules.filter((line) => line.startsWith('rule ') && line.includes(`"${MARK}-`)),
    };
  });
}

function zoneText(text: string, zone: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line === zone || line.startsWith(`${zone} `));
  if (start < 0) return '';
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^\S/.test(line));
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

function hasSsh(zone: string): boolean {
  const services = /^ {2}services: (.*)$/m.exec(zone)?.[1] ?? '';
  return /^ {2}target: ACCEPT$/m.test(zone) || services.split(' ').includes('ssh');
}

function zoneNotes({ rules }: Wanted, zone: string): string[] {
  return rules.length === 0 ? [] : [`the rules stand in the zone ${zone}; --zone names another`];
}
