// `-z credentials`: user names that crossed the wire in clear; passwords are not shown.
import { type Login, Logins, type Packet } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import type { Statistic, StatisticKind } from './statistic.ts';

const RULE = '===================================================================\n';

export const credentials: StatisticKind = {
  name: 'credentials',
  usage: 'credentials',
  about: 'user names sent in clear (FTP, HTTP basic, IMAP, POP, SMTP); no passwords',
  make: () => new Credentials(),
};

class Credentials implements Statistic {
  readonly #logins = new Logins();

  see(p: Packet): void {
    this.#logins.add(p);
  }

  print(out: Output): void {
    out.text(`${RULE}${row('Packet', 'Protocol', 'Username', 'Info')}`);
    out.text('------     --------         --------         --------\n');
    for (const { frame, protocol, user, userFrame } of this.#logins.logins)
      out.text(row(String(frame), protocol, user, userFrame === 0 ? '' : `Username in packet: ${userFrame}`));
    out.text(RULE);
  }

  data(): readonly Login[] {
    return this.#logins.logins;
  }
}

function row(frame: string, protocol: string, user: string, info: string): string {
  return `${frame.padEnd(10)} ${protocol.padEnd(16)} ${user.padEnd(16)} ${info.padEnd(16)}\n`;
}
