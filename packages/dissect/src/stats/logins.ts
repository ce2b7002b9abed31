// User names sent in clear text (`-z credentials`). Passwords are not kept.
import type { Packet } from '../core/packet.ts';
import { Tap } from './tap.ts';

export interface Login {
  readonly frame: number;
  readonly protocol: string;
  readonly user: string;
  /** Frame with the user name if it differs from the password's; else 0. */
  readonly userFrame: number;
}

const LOGINS_MAX = 100_000;

/** A user name whose password has not been seen yet. */
interface Waiting {
  user: string;
  frame: number;
}

export class Logins {
  readonly logins: Login[] = [];
  readonly #tap = new Tap(
    ['ftp', 'http', 'imap', 'pop', 'smtp'],
    [
      'ftp.request.command',
      'ftp.request.arg',
      'http.authbasic',
      'imap.request',
      'imap.request.command',
      'pop.request.command',
      'pop.request.parameter',
      'smtp.auth.username',
      'smtp.auth.password',
    ],
  );

  add(p: Packet): void {
    this.#tap.forEach(p, (_, layer) => this.#see(p, p.protocols[layer]!.name));
  }

  #see(p: Packet, protocol: string): void {
    const tap = this.#tap;
    if (protocol === 'http') {
      const [user = '', password] = tap.text('http.authbasic').split(':');
      if (password !== undefined) this.#found(p.number, 'HTTP basic auth', user, 0);
    } else if (protocol === 'ftp')
      this.#dialogue(p, 'FTP', tap.text('ftp.request.command'), tap.text('ftp.request.arg'));
    else if (protocol === 'pop')
      this.#dialogue(p, 'POP', tap.text('pop.request.command'), tap.text('pop.request.parameter'));
    else if (protocol === 'imap') {
      if (tap.text('imap.request.command').toUpperCase() !== 'LOGIN') return;
      const user = /\bLOGIN\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/i.exec(tap.text('imap.request'));
      if (user !== null) this.#found(p.number, 'IMAP', user[1] ?? user[2]!, p.number);
    } else if (tap.has('smtp.auth.username')) this.#smtp(p);
  }

  /** USER in one packet, PASS in a later one (RFC 959 §4.1.1, RFC 1939 §7). */
  #dialogue(p: Packet, protocol: string, command: string, argument: string): void {
    const word = command.toUpperCase();
    if (word === 'USER') {
      const waiting = this.#waiting(p);
      waiting.user = argument;
      waiting.frame = p.number;
    } else if (word === 'PASS') {
      const { user, frame } = this.#waiting(p);
      if (frame > 0) this.#found(p.number, protocol, user, frame);
    }
  }

  #smtp(p: Packet): void {
    const user = this.#tap.text('smtp.auth.username');
    if (this.#tap.has('smtp.auth.password')) this.#found(p.number, 'SMTP', user, p.number);
    else Object.assign(this.#waiting(p), { user, frame: p.number });
  }

  #waiting(p: Packet): Waiting {
    return p.session.stateOf(p, 'stats.login', () => ({ user: '', frame: 0 }));
  }

  #found(frame: number, protocol: string, user: string, userFrame: number): void {
    if (this.logins.length < LOGINS_MAX) this.logins.push({ frame, protocol, user, userFrame });
  }
}
