// Commands of the simulated shell. Each prints what a Debian host would, as far as visitors check.

import { type Visit, whim } from '../visit.ts';
import { type Files, resolvePath } from './files.ts';
import { ps, top } from './processes.ts';

export interface Context {
  readonly visit: Visit;
  readonly user: string;
  readonly home: string;
  readonly files: Files;
  readonly history: string[];
  cwd: string;
  hasLeft: boolean;
}

type Result = string | { readonly output?: string; readonly errors?: string; readonly status: number };
type Command = (context: Context, args: readonly string[], input: string) => Result;

const silent: Command = () => '';

const commands: Readonly<Record<string, Command>> = {
  cd: (context, [path = '~']) => {
    const to = resolvePath(context.cwd, path, context.home);
    if (!context.files.isFolder(to)) return failed(`-bash: cd: ${path}: No such file or directory`);
    context.cwd = to;
    return '';
  },
  pwd: ({ cwd }) => `${cwd}\n`,
  ls: list,
  dir: list,
  cat: (context, args, input) =>
    args.length === 0 ? input : joined(args.map((path) => readFile(context, 'cat', path))),
  head: (context, args, input) => lines(context, args, input, (all, count) => all.slice(0, count)),
  tail: (context, args, input) => lines(context, args, input, (all, count) => all.slice(-count)),
  grep: (context, args, input) => {
    const [pattern = '', path] = args.filter((arg) => !arg.startsWith('-'));
    const text = path === undefined ? input : (context.files.read(absolute(context, path)) ?? '');
    const found = text.split('\n').filter((line) => line.includes(pattern));
    return { output: found.length === 0 ? '' : `${found.join('\n')}\n`, status: found.length === 0 ? 1 : 0 };
  },
  wc: (_context, _args, input) => `${input.split('\n').length - 1}\n`,
  echo: (_context, args) => {
    const [first] = args;
    const isRaw = first !== undefined && /^-[neE]+$/.test(first);
    const text = (isRaw ? args.slice(1) : args).join(' ');
    const shown = isRaw && first.includes('e') ? escapes(text) : text;
    return isRaw && first.includes('n') ? shown : `${shown}\n`;
  },
  printf: (_context, [text = '']) => escapes(text),
  base64: (_context, args, input) =>
    args.includes('-d') || args.includes('--decode')
      ? Buffer.from(input, 'base64').toString('latin1')
      : `${Buffer.from(input, 'latin1').toString('base64')}\n`,
  id: ({ user }) =>
    user === 'root'
      ? 'uid=0(root) gid=0(root) groups=0(root)\n'
      : `uid=1000(${user}) gid=1000(${user}) groups=1000(${user}),27(sudo)\n`,
  whoami: ({ user }) => `${user}\n`,
  hostname: ({ visit }, [flag]) =>
    flag === '-I' ? `${visit.persona.address} \n` : `${visit.persona.hostname}\n`,
  uname: ({ visit }, args) => {
    const { kernel, hostname } = visit.persona;
    const build = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)';
    if (args.some((arg) => arg.includes('a')))
      return `Linux ${hostname} ${kernel} ${build} x86_64 GNU/Linux\n`;
    const parts = { s: 'Linux', n: hostname, r: kernel, v: build, m: 'x86_64', p: 'unknown', o: 'GNU/Linux' };
    const wanted = Object.entries(parts).filter(([letter]) => args.some((arg) => arg.includes(letter)));
    return `${wanted.map(([, text]) => text).join(' ') || 'Linux'}\n`;
  },
  uptime: ({ visit }) => `${uptime(visit)}\n`,
  w: ({ visit, user }) =>
    `${uptime(visit)}\nUSER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n${user.padEnd(8)} pts/0    ${visit.visitor.padEnd(16)} ${clock()}    1.00s  0.02s  0.00s w\n`,
  who: ({ user, visit }) =>
    `${user.padEnd(8)} pts/0        ${new Date().toISOString().slice(0, 10)} ${clock()} (${visit.visitor})\n`,
  last: ({ user, visit }) =>
    `${user.padEnd(8)} pts/0        ${visit.visitor.padEnd(16)} ${today()} ${clock()}   still logged in\n\nwtmp begins ${today()} 06:25:02\n`,
  date: () => `${new Date().toUTCString().replace(',', '').replace('GMT', 'UTC')}\n`,
  nproc: ({ visit }) => `${visit.persona.cpus}\n`,
  free: ({ visit }) => free(visit.persona.memoryMb),
  df: ({ visit }) => df(visit),
  mount: ({ files }) => files.read('/proc/mounts') ?? '',
  lscpu: ({ visit }) =>
    `Architecture:            x86_64\nCPU op-mode(s):          32-bit, 64-bit\nCPU(s):                  ${visit.persona.cpus}\nModel name:              Intel(R) Xeon(R) Silver 4214 CPU @ 2.20GHz\n`,
  ps,
  top,
  ifconfig: ({ visit }) =>
    `eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        inet ${visit.persona.address}  netmask 255.255.255.0  broadcast ${visit.persona.address.replace(/\d+$/, '255')}\n        ether ${visit.persona.mac}  txqueuelen 1000  (Ethernet)\n`,
  ip: ({ visit }) =>
    `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000\n    link/ether ${visit.persona.mac} brd ff:ff:ff:ff:ff:ff\n    inet ${visit.persona.address}/24 brd ${visit.persona.address.replace(/\d+$/, '255')} scope global eth0\n`,
  netstat: () => SOCKETS,
  ss: () => SOCKETS,
  env: ({ user, home, cwd }) =>
    `SHELL=/bin/bash\nPWD=${cwd}\nLOGNAME=${user}\nHOME=${home}\nLANG=en_US.UTF-8\nUSER=${user}\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n`,
  history: ({ history }) => history.map((line, i) => `${String(i + 1).padStart(5)}  ${line}\n`).join(''),
  which: (_context, args) =>
    joined(args.map((name) => (commandNamed(name) !== undefined ? `/usr/bin/${name}\n` : { status: 1 }))),
  mkdir: (context, args) => {
    for (const path of args.filter((arg) => !arg.startsWith('-')))
      context.files.makeFolder(absolute(context, path));
    return '';
  },
  touch: (context, args) => {
    for (const path of args)
      context.files.write(absolute(context, path), context.files.read(absolute(context, path)) ?? '');
    return '';
  },
  rm: (context, args) => {
    const isForced = args.some((arg) => /^-\w*f/.test(arg));
    const missing = args.filter(
      (arg) => !arg.startsWith('-') && !context.files.remove(absolute(context, arg)),
    );
    if (missing.length === 0 || isForced) return '';
    return failed(`rm: cannot remove '${missing[0]}': No such file or directory`);
  },
  cp: copy,
  mv: copy,
  tee: (context, [path], input) => {
    if (path !== undefined) context.files.write(absolute(context, path), input);
    return input;
  },
  wget: fetchNothing,
  curl: fetchNothing,
  tftp: fetchNothing,
  ftpget: fetchNothing,
  ping: (_context, args) => failed(`ping: ${args.at(-1) ?? ''}: Temporary failure in name resolution`, 2),
  sudo: (context, [name = '', ...args], input) =>
    commandNamed(name)?.({ ...context, user: 'root' }, args, input) ??
    failed(`sudo: ${name}: command not found`),
  busybox: (context, [name = '', ...args], input) =>
    commandNamed(name)?.(context, args, input) ??
    failed(
      name === '' ? 'BusyBox v1.35.0 (Debian 1:1.35.0-4+b3) multi-call binary.' : `${name}: applet not found`,
      127,
    ),
  sh: inner,
  bash: inner,
  apt: () =>
    'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n',
  'apt-get': () => 'Reading package lists... Done\n',
  passwd: () => 'passwd: password updated successfully\n',
  crontab: (_context, [flag]) => (flag === '-l' ? { errors: 'no crontab for root\n', status: 1 } : ''),
  systemctl: silent,
  service: silent,
  chmod: silent,
  chown: silent,
  chattr: silent,
  export: silent,
  unset: silent,
  alias: silent,
  kill: silent,
  pkill: silent,
  killall: silent,
  iptables: silent,
  nohup: silent,
  sleep: silent,
  sync: silent,
  true: silent,
  ':': silent,
  clear: () => '\x1b[H\x1b[2J',
  exit: leave,
  logout: leave,
};

/** Looks up a command; undefined for unknown names, including `constructor` and other Object members. */
export function commandNamed(name: string): Command | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function leave(context: Context): Result {
  context.hasLeft = true;
  return '';
}

/** A command line for a nested shell: the event has it already; prints nothing. */
function inner(): Result {
  return '';
}

/** Reports the URLs; never fetches anything. */
function fetchNothing(context: Context, args: readonly string[]): Result {
  const url = args.find((arg) => /^[a-z]+:\/\//i.test(arg)) ?? args.find((arg) => !arg.startsWith('-')) ?? '';
  if (url === '') return failed('missing URL');
  context.visit.report({ type: 'download', url: url.slice(0, 2000) });
  const host = /^(?:[a-z]+:\/\/)?([^/:]+)/i.exec(url)?.[1] ?? url;
  return failed(`Connecting to ${host}... failed: Connection timed out.`, 4);
}

function copy(context: Context, args: readonly string[]): Result {
  const [from, to] = args.filter((arg) => !arg.startsWith('-'));
  const text = from === undefined ? null : context.files.read(absolute(context, from));
  if (text === null || to === undefined)
    return failed(`cp: cannot stat '${from ?? ''}': No such file or directory`);
  const target = absolute(context, to);
  context.files.write(context.files.isFolder(target) ? `${target}/${from!.split('/').at(-1)}` : target, text);
  return '';
}

function list(context: Context, args: readonly string[]): Result {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const [path = '.'] = args.filter((arg) => !arg.startsWith('-'));
  const folder = absolute(context, path);
  if (context.files.read(folder) !== null) return `${path}\n`;
  if (!context.files.isFolder(folder))
    return failed(`ls: cannot access '${path}': No such file or directory`, 2);
  const names = context.files.list(folder).filter((name) => flags.includes('a') || !name.startsWith('.'));
  if (!flags.includes('l')) return names.length === 0 ? '' : `${names.join('  ')}\n`;
  const rows = names.map((name) => {
    const full = folder === '/' ? `/${name}` : `${folder}/${name}`;
    const mode = context.files.isFolder(full) ? 'drwxr-xr-x  2' : '-rw-r--r--  1';
    const day = 1 + whim(context.visit.persona, full, 28);
    return `${mode} root root ${String(context.files.size(full)).padStart(7)} Oct ${String(day).padStart(2)}  2024 ${name}`;
  });
  return `total ${4 * names.length}\n${rows.map((row) => `${row}\n`).join('')}`;
}

function lines(
  context: Context,
  args: readonly string[],
  input: string,
  take: (all: string[], count: number) => string[],
): Result {
  const count = Number(/^-n?(\d+)$/.exec(args.find((arg) => /^-n?\d+$/.test(arg)) ?? '-10')?.[1] ?? 10);
  const path = args.find((arg) => !arg.startsWith('-') && !/^\d+$/.test(arg));
  const text = path === undefined ? input : (context.files.read(absolute(context, path)) ?? '');
  const taken = take(text.replace(/\n$/, '').split('\n'), count);
  return text === '' ? '' : `${taken.join('\n')}\n`;
}

function readFile(context: Context, name: string, path: string): Result {
  const full = absolute(context, path);
  const text = context.files.read(full);
  if (text !== null) return text;
  const reason = context.files.isFolder(full) ? 'Is a directory' : 'No such file or directory';
  return failed(`${name}: ${path}: ${reason}`);
}

function absolute({ cwd, home }: Context, path: string): string {
  return resolvePath(cwd, path, home);
}

/** Bytes of concatenated output: a line may name the same large file a thousand times. */
const JOINED_BYTES_MAX = 5_000_000;

function joined(results: readonly Result[]): Result {
  const all = results.map((each) =>
    typeof each === 'string' ? { output: each, errors: '', status: 0 } : each,
  );
  let text = '';
  for (const { output = '' } of all) if (text.length < JOINED_BYTES_MAX) text += output;
  return {
    output: text,
    errors: all.map(({ errors = '' }) => errors).join(''),
    status: Math.max(0, ...all.map(({ status }) => status)),
  };
}

function failed(message: string, status = 1): Result {
  return { errors: `${message}\n`, status };
}

/** Expands `\n`, `\t`, `\\`, `\xHH`, `\0NNN`. */
function escapes(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|([nrt\\]))/g, (_all, hex, octal, letter) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    return { n: '\n', r: '\r', t: '\t', '\\': '\\' }[letter as 'n' | 'r' | 't' | '\\'];
  });
}

/** The date as `last` prints it: Sun Nov 22. */
function today(): string {
  const [weekday, day, month] = new Date().toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day}`;
}

function clock(): string {
  return new Date().toISOString().slice(11, 16);
}

function uptime({ persona }: Visit): string {
  const up = Math.floor(Date.now() / 1000) - persona.bootedAt;
  const hours = `${Math.floor((up % 86_400) / 3600)}:${String(Math.floor((up % 3600) / 60)).padStart(2, '0')}`;
  return ` ${new Date().toISOString().slice(11, 19)} up ${Math.floor(up / 86_400)} days, ${hours},  1 user,  load average: 0.08, 0.03, 0.01`;
}

function free(memoryMb: number): string {
  const cells = [
    memoryMb,
    Math.round(memoryMb * 0.29),
    Math.round(memoryMb * 0.3),
    1,
    Math.round(memoryMb * 0.41),
    Math.round(memoryMb * 0.69),
  ];
  const row = cells.map((cell) => String(cell * 1024).padStart(12)).join('');
  return `               total        used        free      shared  buff/cache   available\nMem:   ${row}\nSwap:        998396           0      998396\n`;
}

function df({ persona }: Visit): string {
  const blocks = persona.diskGb * 1_031_000;
  const used = Math.round(blocks * (0.2 + whim(persona, 'disk', 50) / 100));
  const share = Math.round((100 * used) / blocks);
  return `Filesystem     1K-blocks      Used Available Use% Mounted on\nudev             ${persona.memoryMb * 490}         0   ${persona.memoryMb * 490}   0% /dev\n/dev/vda1      ${String(blocks).padStart(9)} ${String(used).padStart(9)} ${String(blocks - used).padStart(9)}  ${share}% /\ntmpfs            ${persona.memoryMb * 500}         0   ${persona.memoryMb * 500}   0% /dev/shm\n`;
}

const SOCKETS = `Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN
tcp        0      0 127.0.0.1:6379          0.0.0.0:*               LISTEN
`;
