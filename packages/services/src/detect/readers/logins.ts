// Logins over protocols that report success or failure in clear text.
import { type Packet, Tap } from '@eyrie/dissect';
import { endsOf, hashOf, isFromClient, type ReaderMaker, type See } from '../reader.ts';
import { beginSasl, continueSasl, type SaslLogin, saslText } from './sasl.ts';

/** The login under way in a conversation. */
const pendingOf = (p: Packet): SaslLogin =>
  p.session.stateOf(p, 'detect.login', () => ({ user: '', hasPassword: false, guess: 0, mechanism: '' }));

/** Reports the outcome of a login; `p` is the server's packet. */
function reportLogin(see: See, p: Packet, protocol: string, isSuccess: boolean): void {
  const { user, guess } = pendingOf(p);
  see({ kind: 'login', ...endsOf(p, false), protocol, user, isSuccess, guess, isInferred: false });
}

function reportCleartext(see: See, p: Packet, protocol: string, user: string): void {
  see({ kind: 'cleartext', ...endsOf(p, true), protocol, user });
}

/** USER, PASS, then a reply code (RFC 959 §4.2) or +OK/-ERR (RFC 1939 §7). */
const ftp: ReaderMaker = {
  protocols: ['ftp'],
  make(see) {
    const tap = new Tap(['ftp'], ['ftp.request.command', 'ftp.request.arg', 'ftp.response.code']);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const pending = pendingOf(p);
      const command = tap.text('ftp.request.command').toUpperCase();
      if (command === 'USER') pending.user = tap.text('ftp.request.arg');
      else if (command === 'PASS') {
        pending.hasPassword = true;
        pending.guess = hashOf(tap.text('ftp.request.arg'));
        reportCleartext(see, p, 'FTP', pending.user);
      }
      for (const code of tap.texts('ftp.response.code')) {
        if (!pending.hasPassword || (code !== '530' && code !== '230')) continue;
        pending.hasPassword = false;
        reportLogin(see, p, 'FTP', code === '230');
      }
    };
  },
};

/** Feeds a client line to the SASL exchange under way, if any; true if it had a password. */
function feedSasl(pending: SaslLogin, line: string): boolean {
  return pending.mechanism !== '' && line !== '' && continueSasl(pending, line);
}

const pop: ReaderMaker = {
  protocols: ['pop'],
  make(see) {
    const tap = new Tap(['pop'], ['pop.request.command', 'pop.request.parameter', 'pop.response.indicator']);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const pending = pendingOf(p);
      const line = tap.text('pop.request.command');
      const command = line.toUpperCase();
      const parameter = tap.text('pop.request.parameter');
      if (command === 'USER') pending.user = parameter;
      else if (command === 'PASS') {
        pending.hasPassword = true;
        pending.guess = hashOf(parameter);
        reportCleartext(see, p, 'POP', pending.user);
      } else if (command === 'AUTH' ? beginSasl(pending, parameter) : feedSasl(pending, line))
        reportCleartext(see, p, 'POP', pending.user);
      const answer = tap.text('pop.response.indicator');
      if (!pending.hasPassword || (answer !== '+OK' && answer !== '-ERR')) return;
      pending.hasPassword = false;
      pending.mechanism = '';
      reportLogin(see, p, 'POP', answer === '+OK');
    };
  },
};

const imap: ReaderMaker = {
  protocols: ['imap'],
  make(see) {
    const tap = new Tap(['imap'], ['imap.request', 'imap.request.command', 'imap.response.status']);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const pending = pendingOf(p);
      const request = tap.text('imap.request');
      const command = tap.text('imap.request.command').toUpperCase();
      if (command === 'LOGIN') {
        const user = /\bLOGIN\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/i.exec(request);
        pending.user = user?.[1] ?? user?.[2] ?? '';
        pending.hasPassword = true;
        pending.guess = hashOf(request.replace(/^\S+ /, ''));
        reportCleartext(see, p, 'IMAP', pending.user);
      } else if (
        command === 'AUTHENTICATE'
          ? beginSasl(pending, request.replace(/^\S+ +\S+/, ''))
          : feedSasl(pending, request)
      )
        reportCleartext(see, p, 'IMAP', pending.user);
      const status = tap.text('imap.response.status').toUpperCase();
      if (!pending.hasPassword || !['OK', 'NO', 'BAD'].includes(status)) return;
      pending.hasPassword = false;
      pending.mechanism = '';
      reportLogin(see, p, 'IMAP', status === 'OK');
    };
  },
};

/** RFC 4954 §6: 235 success, 535 failure. */
const smtp: ReaderMaker = {
  protocols: ['smtp'],
  make(see) {
    const tap = new Tap(
      ['smtp'],
      [
        ...['smtp.req.command', 'smtp.req.parameter'],
        ...['smtp.auth.username', 'smtp.auth.password', 'smtp.response.code'],
      ],
    );
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const pending = pendingOf(p);
      if (
        tap.text('smtp.req.command').toUpperCase() === 'AUTH' &&
        beginSasl(pending, tap.text('smtp.req.parameter'))
      )
        reportCleartext(see, p, 'SMTP', pending.user);
      if (tap.has('smtp.auth.username')) pending.user = saslText(tap.text('smtp.auth.username'));
      if (tap.has('smtp.auth.password')) {
        pending.guess = hashOf(tap.text('smtp.auth.password'));
        reportCleartext(see, p, 'SMTP', pending.user);
      }
      for (const code of tap.texts('smtp.response.code'))
        if (code === '235' || code === '535') reportLogin(see, p, 'SMTP', code === '235');
    };
  },
};

const telnet: ReaderMaker = {
  protocols: ['telnet'],
  make(see) {
    const tap = new Tap(['telnet'], ['telnet.data']);
    return (p, layer) => {
      if (p.netKind === 0 || isFromClient(p)) return;
      tap.take(p, layer);
      const text = tap.texts('telnet.data').join('');
      const pending = pendingOf(p);
      if (/password:? *$/i.test(text) && !pending.hasPassword) {
        pending.hasPassword = true;
        see({ kind: 'cleartext', ...endsOf(p, false), protocol: 'Telnet', user: '(typed)' });
      }
      if (/login (?:incorrect|failed|invalid)|authentication failed|access denied|bad password/i.test(text))
        reportLogin(see, p, 'Telnet', false);
    };
  },
};

const AUTH = 'AUTH';

/** The first bytes of a field's value as text. */
function latin1(value: unknown, bytesMax = 1024): string {
  return value instanceof Uint8Array ? Buffer.from(value.subarray(0, bytesMax)).toString('latin1') : '';
}

/** AUTH and its error replies, of Redis 6 and later and of older versions. */
const redis: ReaderMaker = {
  protocols: ['resp'],
  make(see) {
    const tap = new Tap(['resp'], ['resp.bulk_string.value', 'resp.string', 'resp.error']);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const pending = pendingOf(p);
      const words = tap.values('resp.bulk_string.value');
      // Other commands may be very long and are skipped.
      if (words.length > 1 && latin1(words[0], AUTH.length + 1).toUpperCase() === AUTH) {
        pending.user = words.length > 2 ? latin1(words[1]) : '';
        pending.guess = hashOf(latin1(words.at(-1)));
        pending.hasPassword = true;
        reportCleartext(see, p, 'Redis', pending.user || 'default');
      }
      const isRefused = /^-?(?:WRONGPASS|ERR invalid password)/.test(tap.text('resp.error'));
      const isTaken = pending.hasPassword && tap.text('resp.string').replace('+', '') === 'OK';
      if (!isRefused && !isTaken) return;
      reportLogin(see, p, 'Redis', isTaken);
      pending.hasPassword = false;
      pending.guess = 0;
    };
  },
};

/** Simple binds (RFC 4513 §5.1), whose names and passwords are in clear text, and the results of all binds. */
const ldap: ReaderMaker = {
  protocols: ['ldap'],
  make(see) {
    const tap = new Tap(['ldap'], ['ldap.protocolOp', 'ldap.name', 'ldap.simple', 'ldap.resultCode']);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const operation = tap.text('ldap.protocolOp');
      const pending = pendingOf(p);
      if (operation === BIND_REQUEST) {
        pending.user = tap.text('ldap.name');
        // Without a password it is an anonymous bind, or one by SASL.
        pending.hasPassword = tap.text('ldap.simple') !== '';
        pending.guess = pending.hasPassword ? hashOf(tap.text('ldap.simple')) : 0;
        if (pending.hasPassword) reportCleartext(see, p, 'LDAP', pending.user);
      }
      if (operation !== BIND_RESPONSE) return;
      const code = tap.text('ldap.resultCode');
      if (code === INVALID_CREDENTIALS || (code === '0' && pending.hasPassword))
        reportLogin(see, p, 'LDAP', code === '0');
    };
  },
};
/** RFC 4511 §4.2; the result code of its §A.1. */
const BIND_REQUEST = '0';
const BIND_RESPONSE = '1';
const INVALID_CREDENTIALS = '49';

/** PostgreSQL's message flow (chapter "Message Formats"); the errors are those of its appendix A. */
const pgsql: ReaderMaker = {
  protocols: ['pgsql'],
  make(see) {
    const [name, value] = ['pgsql.parameter_name', 'pgsql.parameter_value'];
    const tap = new Tap(['pgsql'], [name, value, 'pgsql.authtype', 'pgsql.password', 'pgsql.code']);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      const pending = pendingOf(p);
      const user = tap.texts(name).indexOf('user');
      if (user >= 0) pending.user = tap.texts(value)[user] ?? '';
      const requests = tap.texts('pgsql.authtype');
      if (requests.includes(CLEARTEXT_PASSWORD)) pending.mechanism = 'PLAIN';
      if (tap.has('pgsql.password') && pending.mechanism !== '') {
        pending.guess = hashOf(tap.text('pgsql.password'));
        pending.mechanism = '';
        reportCleartext(see, p, 'PostgreSQL', pending.user);
      }
      if (requests.includes(AUTHENTICATION_OK)) reportLogin(see, p, 'PostgreSQL', true);
      else if (LOGIN_ERRORS.has(tap.text('pgsql.code'))) reportLogin(see, p, 'PostgreSQL', false);
    };
  },
};
const AUTHENTICATION_OK = '0';
const CLEARTEXT_PASSWORD = '3';
/** invalid_password, invalid_authorization_specification. */
const LOGIN_ERRORS = new Set(['28P01', '28000']);

/** CONNECT with a password, and the CONNACK: a return code (MQTT 3.1.1 §3.2.2.3) or reason code (MQTT 5 §3.2.2.2). */
const mqtt: ReaderMaker = {
  protocols: ['mqtt'],
  make(see) {
    const [user, password] = ['mqtt.username', 'mqtt.passwd'];
    const [returned, reason] = ['mqtt.conack.val', 'mqtt.connack.reason_code'];
    const tap = new Tap(['mqtt'], [user, password, returned, reason]);
    return (p, layer) => {
      if (p.netKind === 0) return;
      tap.take(p, layer);
      if (tap.has(password)) {
        const pending = pendingOf(p);
        pending.user = tap.text(user);
        pending.guess = hashOf(tap.text(password));
        pending.hasPassword = true;
        reportCleartext(see, p, 'MQTT', pending.user);
      }
      if (!tap.has(returned) && !tap.has(reason)) return;
      const code = tap.has(returned) ? tap.number(returned) : tap.number(reason);
      if (BAD_PASSWORDS.has(code)) reportLogin(see, p, 'MQTT', false);
      else if (code === 0 && pendingOf(p).hasPassword) reportLogin(see, p, 'MQTT', true);
    };
  },
};
/** Bad user name or password, not authorized: of MQTT 3.1.1, and of 5. */
const BAD_PASSWORDS = new Set([4, 5, 0x86, 0x87]);

interface CodeReader {
  readonly protocols: readonly string[];
  readonly name: string;
  readonly field: string;
  /** Values that mean failure, and those that mean success. */
  readonly failures: readonly string[];
  readonly successes: readonly string[];
  /** Another field and the value that it must have. */
  readonly only?: readonly [field: string, value: string];
  /** Flags of a success without credentials, which is none. */
  readonly anonymous?: readonly string[];
}

/** Protocols whose servers answer a login with a numeric code. */
const BY_CODE: readonly CodeReader[] = [
  // MySQL: ER_ACCESS_DENIED_ERROR.
  { protocols: ['mysql'], name: 'MySQL', field: 'mysql.error_code', failures: ['1045'], successes: [] },
  // RFC 4120 §7.5.9: KDC_ERR_PREAUTH_FAILED. Other errors, such as an unknown name, are sent before any password.
  {
    protocols: ['kerberos'],
    name: 'Kerberos',
    field: 'kerberos.error_code',
    failures: ['24'],
    successes: [],
  },
  // RFC 4120 §5.10: AS-REP, which follows the right password.
  { protocols: ['kerberos'], name: 'Kerberos', field: 'kerberos.msg_type', failures: [], successes: ['11'] },
  // [MS-ERREF] §2.3: logon failure, wrong password, no such user, account locked out or disabled; session setup is 1.
  {
    protocols: ['smb2'],
    name: 'SMB',
    field: 'smb2.nt_status',
    failures: ['3221225581', '3221225578', '3221225572', '3221226036', '3221225586'],
    successes: ['0'],
    only: ['smb2.cmd', '1'],
    // [MS-SMB2] §2.2.6.
    anonymous: ['smb2.ses_flags.guest', 'smb2.ses_flags.null'],
  },
  {
    protocols: ['smb'],
    name: 'SMB',
    field: 'smb.nt_status',
    failures: ['3221225581', '3221225578', '3221225572', '3221226036', '3221225586'],
    successes: [],
    only: ['smb.cmd', '115'],
  },
  // RFC 2865 §4: accept, reject.
  { protocols: ['radius'], name: 'RADIUS', field: 'radius.code', failures: ['3'], successes: ['2'] },
];

function byCode(code: CodeReader): ReaderMaker {
  const { protocols, name, field, failures, successes, only, anonymous = [] } = code;
  return {
    protocols,
    make(see) {
      const tap = new Tap(protocols, [field, ...(only === undefined ? [] : [only[0]]), ...anonymous]);
      return (p, layer) => {
        if (p.netKind === 0) return;
        tap.take(p, layer);
        const value = tap.has(field) ? plain(tap.text(field)) : '';
        if (value === '' || (only !== undefined && plain(tap.text(only[0])) !== only[1])) return;
        if (failures.includes(value)) reportLogin(see, p, name, false);
        else if (successes.includes(value) && !anonymous.some((flag) => tap.number(flag) === 1))
          reportLogin(see, p, name, true);
      };
    },
  };
}

/** Converts hexadecimal numbers to decimal; leaves other text unchanged. */
function plain(text: string): string {
  return text.startsWith('0x') ? String(Number(text)) : text;
}

export const loginReaders: readonly ReaderMaker[] = [
  ftp,
  pop,
  imap,
  smtp,
  telnet,
  redis,
  ldap,
  pgsql,
  mqtt,
  ...BY_CODE.map(byCode),
];
