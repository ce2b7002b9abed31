// Decoys for line-based protocols: FTP and SMTP.
import type { Visit } from '../visit.ts';
import { type Decoy, firstWord } from './decoy.ts';

const LINES_MAX = 1000;
const MAIL_BYTES_MAX = 200_000;

/** FTP as vsftpd speaks it (RFC 959 §5.4). */
export const ftp: Decoy = {
  name: 'ftp',
  port: 21,
  recognises: (first) =>
    ['USER', 'PASS', 'SYST', 'FEAT', 'AUTH'].includes(firstWord(first)) && first.includes(10),
  serve: async (visit) => {
    visit.write(`220 (vsFTPd ${visit.persona.versions.vsftpd})\r\n`);
    let user = '';
    for (let i = 0; i < LINES_MAX; i++) {
      const [verb, rest] = command(await visit.line());
      if (verb === 'USER') user = rest;
      if (verb === 'PASS') visit.report({ type: 'login', user, password: rest, isSuccess: false });
      visit.write(`${ftpAnswer(verb, user)}\r\n`);
      if (verb === 'QUIT') break;
    }
    visit.end();
  },
};

function ftpAnswer(verb: string, user: string): string {
  switch (verb) {
    case 'USER':
      return '331 Please specify the password.';
    case 'PASS':
      return user === '' ? '503 Login with USER first.' : '530 Login incorrect.';
    case 'QUIT':
      return '221 Goodbye.';
    case 'FEAT':
      return '211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n211 End';
    case 'AUTH':
    case 'SYST':
    case 'HELP':
      return '530 Please login with USER and PASS.';
    case 'OPTS':
      return '200 Always in UTF8 mode.';
    default:
      return '530 Please login with USER and PASS.';
  }
}

/** SMTP as Postfix speaks it (RFC 5321 §4.1). Mail is accepted, kept by its hash, and never forwarded. */
export const smtp: Decoy = {
  name: 'smtp',
  port: 25,
  recognises: (first) => ['HELO', 'EHLO', 'MAIL', 'RCPT'].includes(firstWord(first)),
  serve: async (visit) => {
    const name = `${visit.persona.hostname}.${visit.persona.domain}`;
    visit.write(`220 ${name} ESMTP Postfix (Debian/GNU)\r\n`);
    for (let i = 0; i < LINES_MAX; i++) {
      const line = await visit.line();
      const [verb, rest] = command(line);
      if (verb === 'QUIT') break;
      if (verb === 'AUTH') await smtpLogin(visit, rest);
      else if (verb === 'DATA') await takeMail(visit);
      else visit.write(`${smtpAnswer(verb, rest, name)}\r\n`);
      if (verb === 'MAIL' || verb === 'RCPT') visit.report({ type: 'command', command: line });
    }
    visit.write('221 2.0.0 Bye\r\n');
    visit.end();
  },
};

function smtpAnswer(verb: string, rest: string, name: string): string {
  switch (verb) {
    case 'EHLO':
      return `250-${name}\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING`;
    case 'HELO':
      return rest === '' ? '501 Syntax: HELO hostname' : `250 ${name}`;
    case 'MAIL':
      return '250 2.1.0 Ok';
    case 'RCPT':
      return '250 2.1.5 Ok';
    case 'RSET':
    case 'NOOP':
      return '250 2.0.0 Ok';
    case 'VRFY':
      return `252 2.0.0 ${rest}`;
    default:
      return '502 5.5.2 Error: command not recognized';
  }
}

/** AUTH PLAIN (RFC 4616) and the older LOGIN. */
async function smtpLogin(visit: Visit, rest: string): Promise<void> {
  const [kind = '', first] = rest.split(' ');
  const ask = async (prompt: string) => {
    visit.write(`334 ${Buffer.from(prompt).toString('base64')}\r\n`);
    return visit.line();
  };
  const decode = (text: string) => Buffer.from(text, 'base64').toString('latin1');
  let user = '';
  let password = '';
  if (kind.toUpperCase() === 'PLAIN')
    [, user = '', password = ''] = decode(first ?? (await ask(''))).split('\0');
  else {
    user = decode(first ?? (await ask('Username:')));
    password = decode(await ask('Password:'));
  }
  visit.report({ type: 'login', user, password, isSuccess: false });
  visit.write('535 5.7.8 Error: authentication failed: authentication failure\r\n');
}

async function takeMail(visit: Visit): Promise<void> {
  visit.write('354 End data with <CR><LF>.<CR><LF>\r\n');
  const lines: string[] = [];
  for (let bytes = 0; bytes < MAIL_BYTES_MAX; ) {
    const line = await visit.line();
    if (line === '.') break;
    lines.push(line.startsWith('.') ? line.slice(1) : line);
    bytes += line.length + 2;
  }
  visit.keep(Buffer.from(lines.join('\r\n'), 'latin1'), 'mail');
  visit.write(
    `250 2.0.0 Ok: queued as ${Math.floor(Math.random() * 2 ** 40)
      .toString(16)
      .toUpperCase()
      .padStart(10, '0')}\r\n`,
  );
}

function command(line: string): [verb: string, rest: string] {
  const space = line.indexOf(' ');
  return space < 0
    ? [line.toUpperCase(), '']
    : [line.slice(0, space).toUpperCase(), line.slice(space + 1).trim()];
}
