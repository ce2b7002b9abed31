// SASL (RFC 4422) as mail protocols carry it: a mechanism, then lines of base64 from the client until the server says yes
// or no.
import { hashOf } from '../reader.ts';

/** Of a longer line only the beginning is looked at: a password is none. */
const LINE_MAX = 1024;

export interface SaslLogin {
  user: string;
  hasPassword: boolean;
  guess: number;
  /** In capitals; '' where none is under way. */
  mechanism: string;
}

/** A line of base64 as the text that it stands for, whatever it is. */
export function saslText(line: string): string {
  return Buffer.from(line.slice(0, LINE_MAX), 'base64').toString('latin1');
}

/** `more`: what stands behind the command, a mechanism and perhaps its first answer. True where a password was read. */
export function beginSasl(login: SaslLogin, more: string): boolean {
  const [mechanism = '', first = ''] = more.trim().split(/\s+/);
  login.mechanism = mechanism.toUpperCase();
  login.user = '';
  return first !== '' && first !== '=' && goOnWithSasl(login, first);
}

/** A line of the client. True where a password was read. */
export function goOnWithSasl(login: SaslLogin, line: string): boolean {
  // The client gives up (RFC 4954 §4, RFC 9051 §6.2.2).
  if (line === '*') {
    login.mechanism = '';
    return false;
  }
  const text = saslText(line);
  if (login.mechanism === 'PLAIN') {
    // RFC 4616 §2: whom to act for, who it is, the password.
    const [, user = '', password = ''] = text.split('\0');
    return take(login, user, hashOf(password));
  }
  if (login.mechanism === 'LOGIN') {
    if (login.user !== '') return take(login, login.user, hashOf(text));
    login.user = text;
    return false;
  }
  // An answer to a challenge tells nobody the password, nor whether it is the one of before.
  login.hasPassword = true;
  login.guess = 0;
  return false;
}

function take(login: SaslLogin, user: string, guess: number): boolean {
  Object.assign(login, { user, guess, hasPassword: true, mechanism: '' });
  return true;
}
