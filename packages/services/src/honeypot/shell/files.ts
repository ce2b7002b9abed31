// The file system that a visitor sees: derived from the persona, modified by this visitor only, discarded at the end.

import type { Persona } from '../persona.ts';
import { madeUp, whim } from '../visit.ts';

const ROOT_HOME = '/root';
/** Files that a visitor may create, and bytes of all of them. */
const FILES_MAX = 200;
const BYTES_MAX = 5_000_000;

export class Files {
  /** The initial files, the same for all visitors. */
  readonly #given: ReadonlyMap<string, string>;
  readonly #files = new Map<string, string>();
  readonly #removed = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #hold: (bytes: number) => void;
  /** The visitor's files by path, to be kept. */
  readonly written = new Map<string, string>();
  #bytes = 0;

  /** @param hold called with the growth of the visitor's files in bytes */
  constructor(persona: Persona, hold: (bytes: number) => void = () => {}) {
    this.#hold = hold;
    this.#given = givenFiles(persona);
    for (const folder of FOLDERS) this.#folders.add(folder);
    for (const user of persona.users) this.#folders.add(`/home/${user}`);
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  read(path: string): string | null {
    const own = this.#files.get(path);
    if (own !== undefined) return own;
    return this.#removed.has(path) ? null : (this.#given.get(path) ?? null);
  }

  /** Writes latin1 text; returns false if there is no such folder, or no room. */
  write(path: string, text: string): boolean {
    const before = this.written.get(path)?.length ?? 0;
    const isFull = !this.written.has(path) && this.written.size >= FILES_MAX;
    if (!this.#folders.has(parentOf(path)) || isFull || this.#bytes - before + text.length > BYTES_MAX)
      return false;
    this.#bytes += text.length - before;
    this.#hold(text.length - before);
    this.#files.set(path, text);
    this.written.set(path, text);
    return true;
  }

  makeFolder(path: string): boolean {
    if (!this.#folders.has(parentOf(path)) || this.#folders.size > FILES_MAX + FOLDERS.length) return false;
    this.#folders.add(path);
    return true;
  }

  remove(path: string): boolean {
    if (this.read(path) === null) return this.#folders.delete(path);
    this.#files.delete(path);
    if (this.#given.has(path)) this.#removed.add(path);
    return true;
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const given = [...this.#given.keys()].filter((each) => !this.#removed.has(each));
    const names = [...this.#folders, ...given, ...this.#files.keys()]
      .filter((each) => each.startsWith(prefix) && each !== path)
      .map((each) => each.slice(prefix.length).split('/')[0]!);
    return [...new Set(names)].sort();
  }

  size(path: string): number {
    return this.#folders.has(path) ? 4096 : (this.read(path)?.length ?? 0);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Resolves to an absolute path without `.` and `..`. */
export function resolvePath(base: string, path: string, home: string): string {
  const from = path.startsWith('~') ? home + path.slice(1) : path.startsWith('/') ? path : `${base}/${path}`;
  const parts: string[] = [];
  for (const part of from.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

const FOLDERS = [
  ...[
    '/',
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/home',
    '/lib',
    '/media',
    '/mnt',
    '/opt',
    '/proc',
    '/root',
    '/run',
  ],
  ...[
    '/sbin',
    '/srv',
    '/sys',
    '/tmp',
    '/usr',
    '/usr/bin',
    '/usr/local',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/share',
  ],
  ...[
    '/var',
    '/var/backups',
    '/var/lib',
    '/var/log',
    '/var/mail',
    '/var/tmp',
    '/var/www',
    '/var/www/html',
    '/dev/shm',
  ],
  ...['/etc/cron.d', '/etc/nginx', '/etc/ssh', `${ROOT_HOME}/.ssh`],
];

const known = new WeakMap<Persona, ReadonlyMap<string, string>>();

function givenFiles(persona: Persona): ReadonlyMap<string, string> {
  const given = known.get(persona) ?? new Map(Object.entries(filesOf(persona)));
  known.set(persona, given);
  return given;
}

function filesOf(persona: Persona): Record<string, string> {
  const { hostname, domain, users, address, kernel, cpus, memoryMb, versions } = persona;
  const release = versions.ssh.includes('deb12') ? ['12', 'bookworm'] : ['11', 'bullseye'];
  const accounts = users.map(
    (user, i) => `${user}:x:${1000 + i}:${1000 + i}:${user},,,:/home/${user}:/bin/bash\n`,
  );
  const hash = (user: string) =>
    `$y$j9T$${madeUp(persona, `salt of ${user}`, 16).toString('base64').slice(0, 22).replaceAll('+', '.')}$${whim(persona, user, 2 ** 31).toString(36)}`;
  const shadows = users.map((user) => `${user}:${hash(user)}:19${whim(persona, user, 900)}:0:99999:7:::\n`);
  return {
    '/etc/hostname': `${hostname}\n`,
    '/etc/hosts': `127.0.0.1\tlocalhost\n127.0.1.1\t${hostname}.${domain}\t${hostname}\n${address}\t${hostname}\n`,
    '/etc/issue': `Debian GNU/Linux ${release[0]} \\n \\l\n\n`,
    '/etc/debian_version': `${release[0]}.8\n`,
    '/etc/os-release': `PRETTY_NAME="Debian GNU/Linux ${release[0]} (${release[1]})"\nNAME="Debian GNU/Linux"\nVERSION_ID="${release[0]}"\nVERSION="${release[0]} (${release[1]})"\nVERSION_CODENAME=${release[1]}\nID=debian\nHOME_URL="https://www.debian.org/"\n`,
    '/etc/passwd': `${SYSTEM_ACCOUNTS}${accounts.join('')}`,
    '/etc/shadow': `root:${hash('root')}:19654:0:99999:7:::\ndaemon:*:19654:0:99999:7:::\nwww-data:*:19654:0:99999:7:::\nsshd:!:19654::::::\n${shadows.join('')}`,
    '/etc/resolv.conf': `search ${domain}\nnameserver ${address.replace(/\d+$/, '1')}\n`,
    '/etc/crontab':
      '# /etc/crontab: system-wide crontab\nSHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n\n17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n25 6\t* * *\troot\ttest -x /usr/sbin/anacron || run-parts --report /etc/cron.daily\n',
    '/proc/version': `Linux version ${kernel} (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian\n`,
    '/proc/cpuinfo': Array.from({ length: cpus }, (_, i) => cpuInfo(i)).join('\n'),
    '/proc/meminfo': `MemTotal:       ${memoryMb * 1024} kB\nMemFree:        ${Math.round(memoryMb * 311)} kB\nMemAvailable:   ${Math.round(memoryMb * 702)} kB\nBuffers:           48216 kB\nCached:         ${Math.round(memoryMb * 398)} kB\nSwapTotal:       998396 kB\nSwapFree:        998396 kB\n`,
    '/proc/mounts':
      '/dev/vda1 / ext4 rw,relatime,errors=remount-ro 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0\n',
    [`${ROOT_HOME}/.bash_history`]: `apt update\napt upgrade\nsystemctl status nginx\ndf -h\ntail -f /var/log/syslog\nssh ${users[0] ?? 'admin'}@backup\n`,
    [`${ROOT_HOME}/.bashrc`]:
      "# ~/.bashrc: executed by bash(1) for non-login shells.\n\nexport LS_OPTIONS='--color=auto'\n",
    '/var/www/html/index.html': '<h1>Intranet</h1>\n',
    '/var/log/syslog': '',
    '/var/log/auth.log': '',
  };
}

const SYSTEM_ACCOUNTS = [
  'root:x:0:0:root:/root:/bin/bash',
  'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
  'bin:x:2:2:bin:/bin:/usr/sbin/nologin',
  'sys:x:3:3:sys:/dev:/usr/sbin/nologin',
  'sync:x:4:65534:sync:/bin:/bin/sync',
  'mail:x:8:8:mail:/var/mail:/usr/sbin/nologin',
  'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  'sshd:x:104:65534::/run/sshd:/usr/sbin/nologin',
  '',
].join('\n');

function cpuInfo(i: number): string {
  return [
    `processor\t: ${i}`,
    'vendor_id\t: GenuineIntel',
    'cpu family\t: 6',
    'model\t\t: 85',
    'model name\t: Intel(R) Xeon(R) Silver 4214 CPU @ 2.20GHz',
    'stepping\t: 7',
    'cpu MHz\t\t: 2194.842',
    'cache size\t: 16896 KB',
    `core id\t\t: ${i}`,
    'bogomips\t: 4389.68',
    '',
  ].join('\n');
}
