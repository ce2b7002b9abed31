// Redis without a password, as it is too often found: says who it is, takes keys and forgets them (RESP 2).
import type { Visit } from '../visit.ts';
import { type Decoy, firstWord } from './decoy.ts';

const COMMANDS_MAX = 2000;
const ARGUMENTS_MAX = 64;
const ARGUMENT_BYTES_MAX = 100_000;
const INLINE = [
  'PING',
  'INFO',
  'AUTH',
  'CONFIG',
  'SET',
  'GET',
  'KEYS',
  'CLIENT',
  'FLUSHALL',
  'SLAVEOF',
  'COMMAND',
];

export const redis: Decoy = {
  name: 'redis',
  port: 6379,
  recognises: (first) =>
    /^\*\d+\r?\n\$/.test(first.toString('latin1', 0, 16)) || INLINE.includes(firstWord(first)),
  serve: async (visit) => {
    for (let i = 0; i < COMMANDS_MAX; i++) {
      const words = await readCommand(visit);
      if (words === null) {
        visit.write('-ERR Protocol error: invalid multibulk length\r\n');
        break;
      }
      if (words.length === 0) continue;
      report(visit, words);
      visit.write(answer(visit, words));
      if (words[0]!.toUpperCase() === 'QUIT') break;
    }
    visit.end();
  },
};

/** An array of bulk strings, or a line of words; null: neither. */
async function readCommand(visit: Visit): Promise<string[] | null> {
  const line = await visit.line();
  if (!line.startsWith('*')) return line.split(/\s+/).filter((word) => word !== '');
  const count = Number(line.slice(1));
  if (!Number.isInteger(count) || count < 0 || count > ARGUMENTS_MAX) return null;
  const words: string[] = [];
  for (let i = 0; i < count; i++) {
    const head = await visit.line();
    const length = Number(head.slice(1));
    if (!head.startsWith('$') || !Number.isInteger(length) || length < 0 || length > ARGUMENT_BYTES_MAX)
      return null;
    words.push((await visit.bytes(length)).toString('latin1'));
    await visit.line();
  }
  return words;
}

function report(visit: Visit, words: readonly string[]): void {
  const [verb = '', ...rest] = words;
  if (verb.toUpperCase() === 'AUTH') {
    const [user, password] = rest.length > 1 ? rest : [undefined, rest[0]];
    visit.report({ type: 'login', user, password, isSuccess: false });
  } else {
    visit.report({ type: 'command', command: words.join(' ').slice(0, 1000) });
  }
  // What is written into a key may become a cron job or an SSH key: worth keeping.
  if (verb.toUpperCase() === 'SET' && (rest[1]?.length ?? 0) > 32)
    visit.keep(Buffer.from(rest[1]!, 'latin1'), `key ${rest[0]}`);
}

function answer(visit: Visit, words: readonly string[]): string {
  const [verb = '', first = ''] = words;
  switch (verb.toUpperCase()) {
    case 'PING':
      return words.length > 1 ? bulk(first) : '+PONG\r\n';
    case 'INFO':
      return bulk(info(visit));
    case 'AUTH':
      return '-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n';
    case 'SET':
    case 'CONFIG':
      return first.toUpperCase() === 'GET' ? '*0\r\n' : '+OK\r\n';
    case 'SELECT':
    case 'FLUSHALL':
    case 'FLUSHDB':
    case 'SLAVEOF':
    case 'REPLICAOF':
    case 'SAVE':
    case 'QUIT':
      return '+OK\r\n';
    case 'GET':
      return words.length === 2 ? '$-1\r\n' : "-ERR wrong number of arguments for 'get' command\r\n";
    case 'KEYS':
    case 'COMMAND':
      return '*0\r\n';
    case 'DBSIZE':
    case 'DEL':
    case 'EXISTS':
      return ':0\r\n';
    case 'CLIENT':
      return '+OK\r\n';
    default:
      return `-ERR unknown command '${verb.slice(0, 128)}', with args beginning with: ${words
        .slice(1, 4)
        .map((word) => `'${word.slice(0, 128)}' `)
        .join('')}\r\n`;
  }
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

function info({ persona }: Visit): string {
  const up = Math.floor(Date.now() / 1000) - persona.bootedAt;
  return [
    '# Server',
    `redis_version:${persona.versions.redis}`,
    'redis_git_sha1:00000000',
    'redis_git_dirty:0',
    `redis_build_id:${persona.seed.slice(0, 16)}`,
    'redis_mode:standalone',
    `os:Linux ${persona.kernel} x86_64`,
    'arch_bits:64',
    'multiplexing_api:epoll',
    'process_id:612',
    `run_id:${persona.seed.slice(0, 40)}`,
    'tcp_port:6379',
    `uptime_in_seconds:${up}`,
    `uptime_in_days:${Math.floor(up / 86_400)}`,
    '',
    '# Clients',
    'connected_clients:1',
    '',
    '# Memory',
    'used_memory:883688',
    'used_memory_human:862.98K',
    '',
    '# Replication',
    'role:master',
    'connected_slaves:0',
    '',
    '# Keyspace',
    '',
  ].join('\r\n');
}
