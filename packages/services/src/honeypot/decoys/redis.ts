// Imitates a Redis without a password (RESP 2); a visitor's keys last as long as the visit.
import { madeUp, type Visit } from '../visit.ts';
import { type Decoy, firstWord } from './decoy.ts';

const COMMANDS_MAX = 2000;
const ARGUMENTS_MAX = 64;
const ARGUMENT_BYTES_MAX = 100_000;
const KEYS_MAX = 100;
const SETTING_MAX = 1000;
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
    const memory = new Memory(visit);
    for (let i = 0; i < COMMANDS_MAX; i++) {
      const words = await readCommand(visit);
      if (words === null) {
        visit.write('-ERR Protocol error: invalid multibulk length\r\n');
        break;
      }
      if (words.length === 0) continue;
      report(visit, words);
      visit.write(memory.answer(words));
      if (words[0]!.toUpperCase() === 'QUIT') break;
    }
    visit.end();
  },
};

/** Reads an array of bulk strings or an inline command; null: neither. */
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
  // Long values may become cron jobs or SSH keys: keep them.
  if (verb.toUpperCase() === 'SET' && (rest[1]?.length ?? 0) > 32)
    visit.keep(Buffer.from(rest[1]!, 'latin1'), `key ${rest[0]}`);
}

/** Keys of one visitor, visible to that visitor alone. */
class Memory {
  readonly #keys = new Map<string, string>();
  readonly #settings = new Map([
    ['dir', '/var/lib/redis'],
    ['dbfilename', 'dump.rdb'],
    ['requirepass', ''],
    ['protected-mode', 'no'],
    ['appendonly', 'no'],
  ]);
  readonly #visit: Visit;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  answer(words: readonly string[]): string {
    const [verb = '', first = '', second = '', third = ''] = words;
    switch (verb.toUpperCase()) {
      case 'PING':
        return words.length > 1 ? bulk(first) : '+PONG\r\n';
      case 'INFO':
        return bulk(info(this.#visit, this.#keys.size));
      case 'AUTH':
        return '-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n';
      case 'SET':
        return words.length < 3 ? wrongCount(verb) : this.#set(first, second);
      case 'GET':
        return words.length === 2 ? bulk(this.#keys.get(first)) : wrongCount(verb);
      case 'CONFIG':
        return this.#config(first.toUpperCase(), second.toLowerCase(), third);
      case 'FLUSHALL':
      case 'FLUSHDB':
        for (const key of [...this.#keys.keys()]) this.#delete(key);
        return OK;
      case 'SELECT':
      case 'SLAVEOF':
      case 'REPLICAOF':
      case 'SAVE':
      case 'CLIENT':
      case 'QUIT':
        return OK;
      case 'BGSAVE':
        return '+Background saving started\r\n';
      case 'KEYS':
        return array(
          first === '*' ? [...this.#keys.keys()] : [...this.#keys.keys()].filter((key) => key === first),
        );
      case 'COMMAND':
        return array([]);
      case 'DBSIZE':
        return `:${this.#keys.size}\r\n`;
      case 'EXISTS':
        return `:${words.slice(1).filter((key) => this.#keys.has(key)).length}\r\n`;
      case 'DEL':
        return `:${words.slice(1).filter((key) => this.#delete(key)).length}\r\n`;
      default:
        return `-ERR unknown command '${verb.slice(0, 128)}', with args beginning with: ${words
          .slice(1, 4)
          .map((word) => `'${word.slice(0, 128)}' `)
          .join('')}\r\n`;
    }
  }

  #set(key: string, value: string): string {
    this.#delete(key);
    if (this.#keys.size >= KEYS_MAX) return "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    this.#keys.set(key, value);
    this.#visit.hold(key.length + value.length);
    return OK;
  }

  #delete(key: string): boolean {
    const value = this.#keys.get(key);
    if (value === undefined) return false;
    this.#visit.hold(-key.length - value.length);
    return this.#keys.delete(key);
  }

  #config(verb: string, name: string, value: string): string {
    if (verb !== 'GET') {
      if (verb === 'SET' && this.#settings.has(name)) this.#settings.set(name, value.slice(0, SETTING_MAX));
      return OK;
    }
    const found = [...this.#settings].filter(([each]) => name === '*' || name === each);
    return array(found.flat());
  }
}

const OK = '+OK\r\n';

function wrongCount(verb: string): string {
  return `-ERR wrong number of arguments for '${verb.toLowerCase()}' command\r\n`;
}

function array(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`;
}

function bulk(text: string | undefined): string {
  return text === undefined ? '$-1\r\n' : `$${text.length}\r\n${text}\r\n`;
}

function info({ persona }: Visit, keys: number): string {
  const up = Math.floor(Date.now() / 1000) - persona.bootedAt;
  return [
    '# Server',
    `redis_version:${persona.versions.redis}`,
    'redis_git_sha1:00000000',
    'redis_git_dirty:0',
    `redis_build_id:${madeUp(persona, 'redis build', 8).toString('hex')}`,
    'redis_mode:standalone',
    `os:Linux ${persona.kernel} x86_64`,
    'arch_bits:64',
    'multiplexing_api:epoll',
    'process_id:612',
    `run_id:${madeUp(persona, 'redis run', 20).toString('hex')}`,
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
    ...(keys === 0 ? [] : [`db0:keys=${keys},expires=0,avg_ttl=0`]),
    '',
  ].join('\r\n');
}
