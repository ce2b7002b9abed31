// Registration of mail and news protocols.
import { imap } from './imap.ts';
import { imf } from './imf.ts';
import { nntp } from './nntp.ts';
import { pop } from './pop.ts';
import { smtp } from './smtp.ts';

export const mailProtocols = [smtp, pop, imap, nntp, imf];
