// smtp.log: each mail that was handed over (https://docs.zeek.org/en/master/logs/smtp.html). Its header fields are those of the
// message as it was sent, the first lines of its data.
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, type Seen, tapOf, textOf } from './log.ts';

interface Mail extends OfConn {
  readonly depth: number;
  readonly helo: string | null;
  from: string | null;
  readonly to: string[];
  lastReply: string | null;
  isTls: boolean;
}

const columns: readonly Column<Mail>[] = [
  ...connColumns,
  ['trans_depth', 'count', ({ depth }) => depth],
  ['helo', 'string', ({ helo }) => helo],
  ['mailfrom', 'string', ({ from }) => from],
  ['rcptto', 'set[string]', ({ to }) => (to.length === 0 ? null : to)],
  ['last_reply', 'string', ({ lastReply }) => lastReply],
  ['tls', 'bool', ({ isTls }) => isTls],
];

export const smtpLog: LogKind<Mail> = { path: 'smtp', columns };

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
  protocols: ['smtp'],
  make(logs) {
    const tap = tapOf(['smtp'], [COMMAND, CODE, 'smtp.req.parameter', 'smtp.rsp.parameter']);
    const write = (mail: Mail): void => logs.write(smtpLog, mail);

    return (p, layer, seen) => {
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
    lastReply: null,
    isTls: false,
  };
}

/** `FROM:<a@example.org> SIZE=100` is `a@example.org` (RFC 5321 §4.1.2). */
function pathIn(parameter: string): string {
  return /<([^>]*)>/.exec(parameter)?.[1] ?? parameter.replace(/^(from|to):\s*/i, '');
}
