// The processes that `ps` and `top` show: those of a small Debian server, in the columns of procps.
import { whim } from '../visit.ts';
import type { Context } from './commands.ts';

interface Process {
  readonly user: string;
  readonly pid: number;
  readonly parent: number;
  /** KiB. */
  readonly virtual: number;
  readonly resident: number;
  readonly tty: string;
  readonly state: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly command: string;
}

const DAY = 86_400;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** User, pid, parent, virtual, resident, state, processor seconds a day, command. */
const DAEMONS: readonly (readonly [string, number, number, number, number, string, number, string])[] = [
  ['root', 1, 0, 168_140, 12_880, 'Ss', 2, '/sbin/init'],
  ['root', 2, 0, 0, 0, 'S', 0, '[kthreadd]'],
  ['root', 3, 2, 0, 0, 'I<', 0, '[rcu_gp]'],
  ['root', 10, 2, 0, 0, 'I<', 0, '[mm_percpu_wq]'],
  ['root', 14, 2, 0, 0, 'S', 1, '[ksoftirqd/0]'],
  ['root', 15, 2, 0, 0, 'I', 3, '[rcu_preempt]'],
  ['root', 98, 2, 0, 0, 'I<', 0, '[kblockd]'],
  ['root', 187, 2, 0, 0, 'S', 2, '[jbd2/sda1-8]'],
  ['root', 229, 1, 48_924, 15_312, 'Ss', 1, '/lib/systemd/systemd-journald'],
  ['root', 251, 1, 26_724, 6_392, 'Ss', 0, '/lib/systemd/systemd-udevd'],
  ['systemd+', 404, 1, 90_080, 6_664, 'Ssl', 0, '/lib/systemd/systemd-timesyncd'],
  ['root', 433, 1, 6_612, 2_780, 'Ss', 0, '/usr/sbin/cron -f'],
  [
    'message+',
    435,
    1,
    9_136,
    4_520,
    'Ss',
    0,
    '/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only',
  ],
  ['root', 441, 1, 222_400, 6_012, 'Ssl', 1, '/usr/sbin/rsyslogd -n -iNONE'],
  ['root', 443, 1, 25_240, 7_804, 'Ss', 0, '/lib/systemd/systemd-logind'],
  ['root', 502, 1, 5_872, 1_036, 'Ss+', 0, '/sbin/agetty -o -p -- \\u --noclear - linux'],
  ['redis', 512, 1, 66_020, 14_652, 'Ssl', 140, '/usr/bin/redis-server 127.0.0.1:6379'],
  ['root', 519, 1, 15_424, 9_308, 'Ss', 0, 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'],
  [
    'root',
    534,
    1,
    10_344,
    1_720,
    'Ss',
    0,
    'nginx: master process /usr/sbin/nginx -g daemon on; master_process on;',
  ],
  ['www-data', 536, 534, 11_036, 4_260, 'S', 9, 'nginx: worker process'],
];
const TTY = 'pts/0';

export function ps(context: Context, args: readonly string[]): string {
  const flags = args.join('');
  const isBsd = args.length > 0 && !args[0]!.startsWith('-');
  const all = processesOf(context, ['ps', ...args].join(' '));
  const isOfAll = isBsd ? /[ax]/.test(flags) : /[eAax]/.test(flags);
  const shown = isOfAll ? all : all.filter(({ tty, command }) => tty === TTY && !command.startsWith('sshd'));
  if (isBsd && flags.includes('u')) return table(USER_HEAD, shown, (each) => userLine(context, each));
  if (!isBsd && flags.includes('f')) return table(FULL_HEAD, shown, fullLine);
  return table(
    isBsd ? '    PID TTY      STAT   TIME COMMAND' : '    PID TTY          TIME CMD',
    shown,
    (each) =>
      isBsd
        ? `${pad(each.pid, 7)} ${each.tty.padEnd(8)} ${each.state.padEnd(4)} ${short(each.cpuSeconds).padStart(6)} ${each.command}`
        : `${pad(each.pid, 7)} ${each.tty.padEnd(8)} ${long(each.cpuSeconds)} ${nameOf(each)}`,
  );
}

/** One screen, as `top -bn1` prints it. */
export function top(context: Context): string {
  const { memoryMb, bootedAt } = context.visit.persona;
  const all = processesOf(context, 'top');
  const nowSeconds = Math.floor(Date.now() / 1000);
  const days = Math.floor((nowSeconds - bootedAt) / DAY);
  const time = new Date().toISOString().slice(11, 19);
  const used = memoryMb * 0.31;
  const figures = (mb: number) => mb.toFixed(1).padStart(8);
  return [
    `top - ${time} up ${days} days,  1 user,  load average: 0.08, 0.03, 0.01`,
    `Tasks: ${pad(all.length, 3)} total,   1 running, ${pad(all.length - 1, 3)} sleeping,   0 stopped,   0 zombie`,
    '%Cpu(s):  0.7 us,  0.3 sy,  0.0 ni, 98.9 id,  0.0 wa,  0.0 hi,  0.1 si,  0.0 st',
    `MiB Mem : ${figures(memoryMb)} total, ${figures(memoryMb * 0.52)} free, ${figures(used)} used, ${figures(memoryMb * 0.17)} buff/cache`,
    `MiB Swap: ${figures(976)} total, ${figures(976)} free, ${figures(0)} used. ${figures(memoryMb - used)} avail Mem`,
    '',
    '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
    ...all.map((each) => topLine(each, memoryMb)),
    '',
  ].join('\n');
}

function processesOf({ visit, user }: Context, own: string): Process[] {
  const { bootedAt } = visit.persona;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const days = (nowSeconds - bootedAt) / DAY;
  const daemons = DAEMONS.map(([user, pid, parent, virtual, resident, state, perDay, command]) => ({
    ...{ user, parent, virtual, resident, state, command, tty: command.includes('agetty') ? 'tty1' : '?' },
    // Of userland they differ from host to host, in the same order.
    pid: pid < 200 ? pid : pid + whim(visit.persona, 'first process', 60),
    parent: parent < 200 ? parent : parent + whim(visit.persona, 'first process', 60),
    startedAt: bootedAt,
    cpuSeconds: Math.round(perDay * days),
  }));
  const base = 9_000 + whim(visit.persona, 'own process', 12_000);
  const here = { cpuSeconds: 0, startedAt: nowSeconds - 4 };
  const sshd = daemons.find(({ command }) => command.startsWith('sshd'))!.pid;
  return [
    ...daemons,
    {
      ...{ ...here, user: 'root', pid: base, parent: sshd, virtual: 17_712, resident: 10_824 },
      ...{ tty: '?', state: 'Ss', command: `sshd: ${user} [priv]` },
    },
    {
      ...{ ...here, user, pid: base + 7, parent: base, virtual: 17_976, resident: 6_620 },
      ...{ tty: '?', state: 'S', command: `sshd: ${user}@${TTY}` },
    },
    {
      ...{ ...here, user, pid: base + 8, parent: base + 7, virtual: 8_100, resident: 5_060 },
      ...{ tty: TTY, state: 'Ss', command: '-bash' },
    },
    {
      ...{ ...here, startedAt: nowSeconds, user, pid: base + 15, parent: base + 8 },
      ...{ virtual: 11_084, resident: 4_484, tty: TTY, state: 'R+', command: own },
    },
  ];
}

const USER_HEAD = 'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND';
const FULL_HEAD = 'UID          PID    PPID  C STIME TTY          TIME CMD';

function userLine({ visit }: Context, each: Process): string {
  const { user, pid, virtual, resident, tty, state, startedAt, cpuSeconds, command } = each;
  const aliveSeconds = Math.max(1, Date.now() / 1000 - startedAt);
  const cpu = ((100 * cpuSeconds) / aliveSeconds).toFixed(1).padStart(4);
  const memory = shareOf(resident, visit.persona.memoryMb).padStart(4);
  return `${user.padEnd(8)} ${pad(pid, 7)} ${cpu} ${memory} ${pad(virtual, 6)} ${pad(resident, 5)} ${tty.padEnd(8)} ${state.padEnd(4)} ${started(startedAt)} ${short(cpuSeconds).padStart(6)} ${command}`;
}

function fullLine({ user, pid, parent, startedAt, tty, cpuSeconds, command }: Process): string {
  return `${user.padEnd(8)} ${pad(pid, 7)} ${pad(parent, 7)}  0 ${started(startedAt)} ${tty.padEnd(8)} ${long(cpuSeconds)} ${command}`;
}

function topLine(each: Process, memoryMb: number): string {
  const { user, pid, virtual, resident, state, cpuSeconds } = each;
  const shared = Math.round(resident * 0.7);
  const time = `${Math.floor(cpuSeconds / 60)}:${pad(cpuSeconds % 60, 2).replace(' ', '0')}.12`;
  const memory = shareOf(resident, memoryMb).padStart(5);
  return `${pad(pid, 7)} ${user.padEnd(8)}  20   0 ${pad(virtual, 7)} ${pad(resident, 6)} ${pad(shared, 6)} ${state[0]}   0.0 ${memory} ${time.padStart(9)} ${nameOf(each)}`;
}

function table(head: string, shown: readonly Process[], line: (each: Process) => string): string {
  return `${[head, ...shown.map(line)].join('\n')}\n`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}

function shareOf(residentKb: number, memoryMb: number): string {
  return (residentKb / 10.24 / memoryMb).toFixed(1);
}

/** As the kernel has it: without path and arguments, 15 bytes. */
function nameOf({ pid, command }: Process): string {
  // /sbin/init is a link.
  if (pid === 1) return 'systemd';
  return command
    .replace(/^[-[]/, '')
    .split(/[\s:\]]/)[0]!
    .replace(/^.*\/(?=[a-z])/, '')
    .slice(0, 15);
}

/** The time today, or the day. */
function started(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Date.now() / 1000 - seconds < DAY) return date.toISOString().slice(11, 16);
  return `${MONTHS[date.getUTCMonth()]}${String(date.getUTCDate()).padStart(2, '0')}`;
}

function short(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function long(seconds: number): string {
  const hours = String(Math.floor(seconds / 3600)).padStart(2, '0');
  return `${hours}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
