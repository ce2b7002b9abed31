// ftp.log: commands that transfer or delete files or open data connections, with their replies
// (https://docs.zeek.org/en/master/logs/ftp.html).
import type { Packet } from '@eyrie/dissect';
import { textOfBytes } from '../write/byte-text.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import type { FileStream } from './file-stream.ts';
import { type DataChannel, eprtIn, epsvIn, pasvIn, portIn } from './ftp-channel.ts';
import { FtpContents } from './ftp-contents.ts';
import type { LogReader, Seen } from './log.ts';

interface Exchange extends OfConn {
  readonly session: Session;
  readonly command: string;
  readonly argument: string;
  fileBytes: number | null;
  code: number | null;
  reply: string | null;
  channel: DataChannel | null;
  file: FileStream | undefined;
}

/** What a control connection has in common. */
interface Session {
  user: string;
  password: string | null;
  /** Where the client is; `.` while that is not known. */
  folder: string;
  /** Where the next data connection goes. */
  channel: DataChannel | null;
  /** Commands without a final reply, the oldest first. */
  readonly waiting: Exchange[];
  /** Code of a reply of several lines that goes on (RFC 959 §4.2). */
  openCode: string | null;
}

const LOGGED = new Set(['APPE', 'DELE', 'RETR', 'STOR', 'STOU', 'ACCT', 'PORT', 'PASV', 'EPRT', 'EPSV']);
/** Their argument is logged as a URL. */
const OF_FILES = new Set(['APPE', 'DELE', 'RETR', 'STOR', 'STOU']);
/** Those whose password is a courtesy, not a secret (RFC 1635). */
const GUESTS = new Set(['anonymous', 'ftp', 'ftpuser', 'guest']);
/** Commands that a client may have sent ahead; further ones are not logged. */
const WAITING_MAX = 20;
const TEXT_MAX = 4096;
const NAME_MAX = 128;

const columns: readonly Column<Exchange>[] = [
  ...connColumns,
  ['user', 'string', ({ session }) => session.user],
  ['password', 'string', ({ session }) => passwordOf(session)],
  ['command', 'string', ({ command }) => command],
  ['arg', 'string', ({ argument }) => (argument === '' ? null : argument)],
  // Zeek tells it only of files of more than 4 KiB; files.log has it of all.
  ['mime_type', 'string', () => null],
  ['file_size', 'count', ({ fileBytes }) => fileBytes],
  ['reply_code', 'count', ({ code }) => code],
  ['reply_msg', 'string', ({ reply }) => reply],
  ['data_channel.passive', 'bool', ({ channel }) => channel?.isPassive],
  ['data_channel.orig_h', 'addr', ({ channel }) => channel?.from],
  ['data_channel.resp_h', 'addr', ({ channel }) => channel?.to],
  ['data_channel.resp_p', 'port', ({ channel }) => channel?.port],
  ['fuid', 'string', ({ file }) => file?.fuid],
];

export const ftpLog: LogKind<Exchange> = { path: 'ftp', columns };

export const ftpReader: LogReader = {
  protocols: ['ftp', 'ftp-data'],
  make(logs) {
    const contents = new FtpContents(logs);
    const write = (row: Exchange): void => {
      if (!LOGGED.has(row.command)) return;
      const { channel } = row.session;
      if (channel !== null && OF_FILES.has(row.command)) row.file = contents.to(channel.to, channel.port);
      logs.write(ftpLog, row);
    };

    return (p, layer, seen) => {
      if (p.protocols[layer]!.name === 'ftp-data') {
        contents.begin(seen);
        return;
      }
      const session = seen.conn.keep('ftp', newSession, ({ waiting }) => waiting.forEach(write));
      for (const line of linesOf(p, layer)) {
        if (seen.isOrig) command(session, line, seen);
        else reply(session, line, write);
      }
    };
  },
};

function newSession(): Session {
  return { user: '<unknown>', password: null, folder: '.', channel: null, waiting: [], openCode: null };
}

/** A segment has one line as a rule, several of a long reply. */
function linesOf(p: Packet, layer: number): string[] {
  const text = textOfBytes(p.bufferOf(layer).subarray(p.start[layer]!, p.stop[layer]!));
  return text.split(/\r?\n/).filter((line) => line !== '');
}

function command(session: Session, line: string, { conn, time }: Seen): void {
  const [, verb = '', rest = ''] = /^([a-z]{3,4})(?: (.*))?$/i.exec(line) ?? [];
  if (verb === '') return;
  const name = verb.toUpperCase();
  const given = rest.slice(0, TEXT_MAX);
  if (name === 'USER') session.user = given.slice(0, NAME_MAX);
  else if (name === 'PASS') session.password = given.slice(0, NAME_MAX);
  if (session.waiting.length >= WAITING_MAX) return;
  const argument = OF_FILES.has(name) ? urlOf(conn.resp.host, session.folder, given) : given;
  const channel = name === 'PORT' ? portIn(given, conn) : name === 'EPRT' ? eprtIn(given, conn) : null;
  session.waiting.push({
    ...{ conn, time, session, command: name, argument, channel },
    ...{ fileBytes: null, code: null, reply: null, file: undefined },
  });
}

function reply(session: Session, line: string, write: (row: Exchange) => void): void {
  const [, code = '', goesOn = '', text = ''] = /^(\d{3})([ -]?)(.*)$/.exec(line) ?? [];
  if (code === '' || (session.openCode !== null && (code !== session.openCode || goesOn === '-'))) return;
  session.openCode = goesOn === '-' ? code : null;
  const [row] = session.waiting;
  if (goesOn === '-' || row === undefined) return;
  row.code = Number(code);
  row.reply = text.slice(0, TEXT_MAX);
  readReply(session, row);
  // Another reply follows a preliminary one (RFC 959 §4.2.1).
  if (row.code < 200) return;
  session.waiting.shift();
  write(row);
}

function readReply(session: Session, row: Exchange): void {
  const { command, code, reply } = row;
  const text = reply ?? '';
  if (command === 'RETR' && code === 150) row.fileBytes = numberIn(text);
  else if (command === 'PASV' && code === 227) row.channel = pasvIn(text, row.conn);
  else if (command === 'EPSV' && code === 229) row.channel = epsvIn(text, row.conn);
  else if ((command === 'PWD' || command === 'XPWD') && code === 257)
    session.folder = /"([^"]*)"/.exec(text)?.[1] ?? session.folder;
  else if (command === 'CWD' && code === 250) session.folder = folderIn(session.folder, row.argument);
  else if (command === 'CDUP' && (code === 200 || code === 250))
    session.folder = folderIn(session.folder, '..');
  session.channel = row.channel ?? session.channel;
}

/** As long as a path may be: a client may go down without end. */
function folderIn(folder: string, name: string): string {
  return pathOf(folder, name).slice(0, TEXT_MAX);
}

/** `Opening BINARY mode data connection for a.txt (77 bytes).` */
function numberIn(text: string): number | null {
  const digits = /\((\d{1,15})(?: bytes)?\)/.exec(text)?.[1] ?? /\b(\d{1,15}) bytes/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function urlOf(host: string, folder: string, name: string): string {
  const path = pathOf(folder, name);
  return `ftp://${host.includes(':') ? `[${host}]` : host}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** A name in a folder, without the steps down and up again. */
function pathOf(folder: string, name: string): string {
  const whole = name.startsWith('/') ? name : `${folder}/${name}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '' || (part === '.' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '.') parts.pop();
    else if (part !== '..') parts.push(part);
  }
  return `${whole.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

/** As Zeek does by default, only those of guests are logged. */
function passwordOf({ user, password }: Session): string | null {
  return password === null || GUESTS.has(user.toLowerCase()) ? password : '<hidden>';
}
