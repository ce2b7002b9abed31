// irc.log: names and channels of clients (https://docs.zeek.org/en/master/logs/irc.html).
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Logs, type Seen, tapOf } from './log.ts';

interface Command extends OfConn {
  readonly nick: string | null;
  readonly user: string | null;
  readonly name: string;
  readonly value: string;
  readonly more: string | null;
}

const columns: readonly Column<Command>[] = [
  ...connColumns,
  ['nick', 'string', ({ nick }) => nick],
  ['user', 'string', ({ user }) => user],
  ['command', 'string', ({ name }) => name],
  ['value', 'string', ({ value }) => value],
  ['addl', 'string', ({ more }) => more],
];

export const ircLog: LogKind<Command> = { path: 'irc', columns };

const REQUEST = 'irc.request';
/** Channels of one command that are logged. */
const CHANNELS_MAX = 64;

interface Client {
  nick: string | null;
  user: string | null;
}

export const ircReader: LogReader = {
  protocols: ['irc'],
  make(logs) {
    const tap = tapOf(['irc'], [REQUEST]);
    return (p, layer, seen) => {
      tap.take(p, layer);
      if (!tap.has(REQUEST)) return;
      const client = seen.conn.keep('irc', (): Client => ({ nick: null, user: null }));
      for (const line of tap.texts(REQUEST)) request(logs, client, line, seen);
    };
  },
};

/** RFC 2812 §2.3.1: `JOIN #a,#b key`; behind a colon, spaces belong to the last parameter. */
function request(logs: Logs, client: Client, line: string, { conn, time }: Seen): void {
  const [words = '', ...trailing] = line.replace(/^:\S+ +/, '').split(' :');
  const [verb = '', ...parameters] = words.trim().split(/ +/);
  if (trailing.length > 0) parameters.push(trailing.join(' :'));
  const name = verb.toUpperCase();
  const write = (value: string, more: string | null): void =>
    logs.write(ircLog, { conn, time, ...client, name, value, more });
  const [first = ''] = parameters;
  if (name === 'NICK') {
    const nick = first.replace(/^:/, '');
    write(nick, null);
    client.nick = nick;
  } else if (name === 'USER') {
    write(first, parameters.slice(1, 4).join(' '));
    client.user = first;
  } else if (name === 'JOIN') {
    const keys = parameters[1]?.split(',') ?? [];
    first
      .split(',')
      .slice(0, CHANNELS_MAX)
      .forEach((channel, i) => {
        write(channel, keys[i] === undefined ? '' : ` with channel key: '${keys[i]}'`);
      });
  }
}
