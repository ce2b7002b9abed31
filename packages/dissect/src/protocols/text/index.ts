// Registration of line-based text protocols other than mail, file transfer and calls.
import { acap, cups, icap } from './adaptation.ts';
import { irc } from './irc.ts';
import { rexec, rlogin, rsh } from './remote-shell.ts';
import { finger, gopher, msnms, whois } from './small.ts';
import { telnet } from './telnet.ts';
import { xmpp } from './xmpp.ts';

export const textProtocols = [
  telnet,
  irc,
  xmpp,
  gopher,
  finger,
  whois,
  msnms,
  rlogin,
  rsh,
  rexec,
  icap,
  acap,
  cups,
];
