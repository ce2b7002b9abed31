// Units of systemd (systemd.exec(5)), with the least privileges that each needs.

export interface UnitFacts {
  readonly description: string;
  readonly documentation: string;
  /** Of ExecStart, as systemd reads it. */
  readonly command: string;
  readonly environment: readonly string[];
  /** Lines of [Service] that are its own: user, folders, capabilities. */
  readonly service: readonly string[];
  readonly wantedBy: string;
}

/** Needs no rights of root, so that it also serves for a unit of a user. */
const FOR_ALL = [
  'NoNewPrivileges=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'UMask=0077',
];

/** A peer reads its policies again on SIGHUP, a service its configuration. */
export const RELOADS = 'ExecReload=/bin/kill -HUP $MAINPID';

/** No MemoryDenyWriteExecute: V8 compiles at run time. */
const FOR_SYSTEM = [
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectControlGroups=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
  'RestrictNamespaces=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallErrorNumber=EPERM',
];

export function unitText({
  description,
  documentation,
  command,
  environment,
  service,
  wantedBy,
}: UnitFacts): string {
  return `[Unit]
Description=${description}
Documentation=${documentation}
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
# systemd-notify speaks for us, from a process of its own.
NotifyAccess=all
WatchdogSec=60
ExecStart=${command}
${environment.map((each) => `Environment=${each}\n`).join('')}Restart=on-failure
RestartSec=2
${[...service, ...FOR_ALL].join('\n')}

[Install]
WantedBy=${wantedBy}
`;
}

const HOME = '/var/lib/eyrie';
const FOLDERS = [
  'User=eyrie',
  'StateDirectory=eyrie',
  'StateDirectoryMode=0700',
  'LogsDirectory=eyrie',
  'LogsDirectoryMode=0700',
];
const PLACES = [
  'XDG_DATA_HOME=/var/lib',
  'XDG_STATE_HOME=/var/lib',
  'XDG_CACHE_HOME=/var/lib/eyrie/cache',
  'EYRIE_LOG_FOLDER=/var/log/eyrie',
];

/** By file name, what a package of a distribution would install; the command is in the path as `eyrie`. */
export function systemUnits(): Record<string, string> {
  return {
    'eyrie.service': unitText({
      description: 'Eyrie: captures, stores and shows what passes an interface',
      documentation: 'man:eyrie-up(1)',
      command: '/usr/bin/eyrie up -i $EYRIE_INTERFACE',
      environment: ['EYRIE_INTERFACE=any', ...PLACES],
      service: [
        'EnvironmentFile=-/etc/eyrie/environment',
        RELOADS,
        ...FOLDERS,
        '# tcpdump is its child: it ends it, after it has handed over what it holds.',
        'KillMode=mixed',
        '# It has what its parent has.',
        'AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN',
        'CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN',
        'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET',
        ...FOR_SYSTEM,
      ],
      wantedBy: 'multi-user.target',
    }),
    'eyrie-peer@.service': unitText({
      description: 'Eyrie peer %i',
      documentation: 'man:eyrie-peer(1)',
      command: '/usr/bin/eyrie peer %i',
      environment: [`EYRIE_HOME=${HOME}`, ...PLACES],
      service: [
        'EnvironmentFile=-/etc/eyrie/environment',
        RELOADS,
        ...FOLDERS,
        'CapabilityBoundingSet=',
        'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
        ...FOR_SYSTEM,
      ],
      wantedBy: 'multi-user.target',
    }),
    'eyrie-sysusers.conf': `# sysusers.d(5): whom the services run as. Peers join as that user:
#   sudo -u eyrie EYRIE_HOME=${HOME} eyrie mesh join …
u eyrie - "Eyrie" ${HOME}
`,
  };
}
