// smtp.log: each mail that was handed over (https://docs.zeek.org/en/master/logs/smtp.html), with the header of its message.
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import type { Transferred } from './files.ts';
import { type LogReader, type Seen, tapOf, textOf } from './log.ts';
import { writeMailFiles } from './mail-files.ts';
import { type MailHeader, mailHeaderReader } from './mail-header.ts';

interface Mail extends OfConn {
  readonly depth: number;
  readonly helo: string | null;
  from: string | null;
  readonly to: string[];
  header: MailHeader | null;
  files: readonly Transferred[];
  lastReply: string | null;
  isTls: boolean;
}

const columns: readonly Column<Mail>[] = [
  ...connColumns,
  ['trans_depth', 'count', ({ depth }) => depth],
  ['helo', 'string', ({ helo }) => helo],
  ['mailfrom', 'string', ({ from }) => from],
  ['rcptto', 'set[string]', ({ to }) => (to.length === 0 ? null : to)],
  ['date', 'string', ({ header }) => header?.date],
  ['from', 'string', ({ header }) => header?.from],
  ['to', 'set[string]', ({ header }) => header?.to],
  ['cc', 'set[string]', ({ header }) => header?.cc],
  ['reply_to', 'string', ({ header }) => header?.replyTo],
  ['msg_id', 'string', ({ header }) => header?.messageId],
  ['in_reply_to', 'string', ({ header }) => header?.inReplyTo],
  ['subject', 'string', ({ header }) => header?.subject],
  ['x_originating_ip', 'addr', ({ header }) => header?.originatingIp],
  ['first_received', 'string', ({ header }) => header?.firstReceived],
  ['second_received', 'string', ({ header }) => header?.secondReceived],
  ['last_reply', 'string', ({ lastReply }) => lastReply],
  ['path', 'vector[addr]', pathOf],
  ['user_agent', 'string', ({ header }) => header?.userAgent],
  ['tls', 'bool', ({ isTls }) => isTls],
  ['fuids', 'vector[string]', ({ files }) => files.map(({ fuid }) => fuid)],
];

export const smtpLog: LogKind<Mail> = { path: 'smtp', columns };

/** The hosts that the mail went through, the receiver first. */
function pathOf({ conn, header }: Mail): string[] {
  const path = [conn.resp.host, conn.orig.host];
  for (const hop of header?.hops ?? []) if (hop !== path.at(-1)) path.push(hop);
  return path;
}

/** Receivers of a mail that are logged. */
const TO_MAX = 256;
const COMMAND = 'smtp.req.command';
const CODE = 'smtp.response.code';

interface State {
  depth: number;
  helo: string | null;
  mail: Mail | null;
  isAskedForTls: boolean;
}

export const smtpReader: LogReader = {
  protocols: ['smtp', 'imf'],
  make(logs) {
    const headerOf = mailHeaderReader();
    const tap = tapOf(['smtp'], [COMMAND, CODE, 'smtp.req.parameter', 'smtp.rsp.parameter']);
    const write = (mail: Mail): void => logs.write(smtpLog, mail);

    return (p, layer, seen) => {
      if (p.protocols[layer]!.name === 'imf') {
        // Mails also come over POP and IMAP, and within others.
        const mail = seen.conn.kept<State>('smtp')?.mail;
        if (mail == null || mail.header !== null) return;
        mail.header = headerOf(p, layer);
        const message = p.bufferOf(layer).subarray(p.start[layer]!, p.stop[layer]!);
        mail.files = writeMailFiles(logs, seen, Buffer.from(message));
        return;
      }
      tap.take(p, layer);
      const state = seen.conn.keep(
        'smtp',
        (): State => ({ depth: 0, helo: null, mail: null, isAskedForTls: false }),
        ({ mail }) => {
          if (mail !== null) write(mail);
        },
      );
      if (seen.isOrig && tap.has(COMMAND)) command(state, tap, seen, write);
      else if (!seen.isOrig && tap.has(CODE)) reply(state, tap);
    };
  },
};

function command(state: State, tap: Tap, seen: Seen, write: (mail: Mail) => void): void {
  const verb = tap.text(COMMAND).toUpperCase();
  const parameter = textOf(tap, 'smtp.req.parameter') ?? '';
  if (verb === 'HELO' || verb === 'EHLO') state.helo = parameter;
  else if (verb === 'STARTTLS') {
    state.isAskedForTls = true;
    state.mail ??= begun(state, seen);
  } else if (verb === 'MAIL') {
    // The one before was not ended by the other side.
    if (state.mail?.from != null) write(state.mail);
    state.mail = begun(state, seen);
    state.mail.from = pathIn(parameter);
  } else if (verb === 'RCPT' && state.mail !== null && state.mail.to.length < TO_MAX)
    state.mail.to.push(pathIn(parameter));
  else if ((verb === 'RSET' || verb === 'QUIT') && state.mail !== null) {
    write(state.mail);
    state.mail = null;
  }
}

function reply(state: State, tap: Tap): void {
  if (state.mail === null) return;
  state.mail.lastReply = `${tap.text(CODE)} ${tap.text('smtp.rsp.parameter')}`.trim();
  // RFC 3207 §4: what follows is sealed.
  if (state.isAskedForTls && tap.number(CODE) === 220) state.mail.isTls = true;
}

function begun(state: State, { conn, time }: Seen): Mail {
  return {
    conn,
    time,
    depth: ++state.depth,
    helo: state.helo,
    from: null,
    to: [],
    header: null,
    files: [],
    lastReply: null,
    isTls: false,
  };
}

/** `FROM:<a@example.org> SIZE=100` is `a@example.org` (RFC 5321 §4.1.2). */
function pathIn(parameter: string): string {
  return /<([^>]*)>/.exec(parameter)?.[1] ?? parameter.replace(/^(from|to):\s*/i, '');
}
