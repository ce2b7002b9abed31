// SASL (RFC 4422) in mail protocols: the mechanism, then base64 lines of the client until the server's verdict.
import { hashOf } from '../reader.ts';

/** Bytes of a line that are read: no password is longer. */
const LINE_MAX = 1024;

export interface SaslLogin {
  user: string;
  hasPassword: boolean;
  guess: number;
  /** In capitals; '' if no exchange is under way. */
  mechanism: string;
}

/** Decodes a base64 line. */
export function saslText(line: string): string {
  return Buffer.from(line.slice(0, LINE_MAX), 'base64').toString('latin1');
}

/** Begins an exchange; `more` is the mechanism and an optional initial response. True if it had a password. */
export function beginSasl(login: SaslLogin, more: string): boolean {
  const [mechanism = '', first = ''] = more.trim().split(/\s+/);
  login.mechanism = mechanism.toUpperCase();
  login.user = '';
  return first !== '' && first !== '=' && continueSasl(login, first);
}

/** Feeds a client line to the exchange. True if it had a password. */
export function continueSasl(login: SaslLogin, line: string): boolean {
  // The client cancels (RFC 4954 §4, RFC 9051 §6.2.2).
  if (line === '*') {
    login.mechanism = '';
    return false;
  }
  const text = saslText(line);
  if (login.mechanism === 'PLAIN') {
    // RFC 4616 §2: authorization identity, authentication identity, password.
    const [, user = '', password = ''] = text.split('\0');
    return take(login, user, hashOf(password));
  }
  if (login.mechanism === 'LOGIN') {
    if (login.user !== '') return take(login, login.user, hashOf(text));
    login.user = text;
    return false;
  }
  // A challenge response reveals neither the password nor whether it changed since the last attempt.
  login.hasPassword = true;
  login.guess = 0;
  return false;
}

function take(login: SaslLogin, user: string, guess: number): boolean {
  Object.assign(login, { user, guess, hasPassword: true, mechanism: '' });
  return true;
}
