// Imitates LibVNCServer (x11vnc) with a password, which is never accepted (RFC 6143 §7.1, §7.2.2).
import { randomBytes } from 'node:crypto';
import type { Visit } from '../visit.ts';
import type { Decoy } from './decoy.ts';

const VERSION = 'RFB 003.008\n';
const VERSION_BYTES = VERSION.length;
const VNC_AUTHENTICATION = 2;
const CHALLENGE_BYTES = 16;
/** SecurityResult (RFC 6143 §7.1.3). */
const FAILED = Buffer.of(0, 0, 0, 1);

export const vnc: Decoy = {
  name: 'vnc',
  port: 5900,
  recognises: (first) => first.toString('latin1', 0, 4) === 'RFB ',
  serve: async (visit) => {
    visit.write(VERSION);
    const version = /^RFB 003\.(\d{3})\n$/.exec((await visit.bytes(VERSION_BYTES)).toString('latin1'));
    if (version === null) return visit.end();
    const minor = Number(version[1]);
    visit.report({ type: 'command', command: `version 3.${minor}` });
    // Before 3.7 the server chooses, in four bytes (RFC 6143 appendix A).
    if (minor < 7) visit.write(Buffer.of(0, 0, 0, VNC_AUTHENTICATION));
    else {
      visit.write(Buffer.of(1, VNC_AUTHENTICATION));
      if ((await visit.bytes(1))[0] !== VNC_AUTHENTICATION) return visit.end();
    }
    await authenticate(visit);
    visit.write(FAILED);
    if (minor >= 8) visit.write(reason('password check failed!'));
    visit.end();
  },
};

/** The password encrypts the challenge (DES): both are kept, so that it can be guessed (John the Ripper's $vnc$). */
async function authenticate(visit: Visit): Promise<void> {
  const challenge = randomBytes(CHALLENGE_BYTES);
  visit.write(challenge);
  const response = await visit.bytes(CHALLENGE_BYTES);
  const hash = `$vnc$*${challenge.toString('hex')}*${response.toString('hex')}`;
  visit.report({ type: 'login', hash, isSuccess: false });
}

function reason(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
}
