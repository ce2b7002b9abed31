// Telnet decoy: imitates Linux's telnetd, with a log-in and the simulated shell behind it (RFC 854, RFC 857).
import { isLetIn, TRIES_MAX } from '../shell/gate.ts';
import { Shell } from '../shell/shell.ts';
import type { Visit } from '../visit.ts';
import type { Decoy } from './decoy.ts';

const IAC = 0xff;
const SB = 0xfa;
const SE = 0xf0;
const LINES_MAX = 2000;
const ANSWER_MS = 3000;
/** WILL ECHO: the client stops its local echo and shows what the server sends back; WONT ECHO reverses it. */
const HIDE = Uint8Array.of(IAC, 0xfb, 1);
/** DO for terminal type, speed, X display and environment, as telnetd opens. */
const HELLO = Uint8Array.of(IAC, 0xfd, 0x18, IAC, 0xfd, 0x20, IAC, 0xfd, 0x23, IAC, 0xfd, 0x27);

export const telnet: Decoy = {
  name: 'telnet',
  port: 23,
  recognises: (first) => first[0] === IAC && (first.length < 2 || first[1]! >= 0xf0),
  serve: async (visit) => {
    visit.write(HELLO);
    const keyboard = new Keyboard(visit);
    // A real telnetd negotiates options before its banner.
    const answered = await visit.readWithin(ANSWER_MS);
    if (answered !== null) visit.unread(answered);
    visit.write(HIDE);
    visit.write(`\r\nDebian GNU/Linux ${visit.persona.versions.ssh.includes('deb12') ? 12 : 11}\r\n`);
    const user = await logIn(visit, keyboard);
    if (user === null) return visit.end();
    const shell = new Shell(visit, user);
    try {
      for (let i = 0; i < LINES_MAX && !shell.hasLeft; i++) {
        visit.write(shell.prompt);
        visit.write(shell.run(await keyboard.line(true)).replaceAll('\n', '\r\n'));
      }
    } finally {
      shell.keepFiles();
    }
    visit.end();
  },
};

async function logIn(visit: Visit, keyboard: Keyboard): Promise<string | null> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    visit.write(`${visit.persona.hostname} login: `);
    const user = (await keyboard.line(true)).trim();
    visit.write('Password: ');
    const password = await keyboard.line(false);
    const isSuccess = isLetIn(visit.persona, user, password, tries);
    visit.report({ type: 'login', user, password, isSuccess });
    if (isSuccess) {
      visit.write(`Linux ${visit.persona.hostname} ${visit.persona.kernel} x86_64\r\n\r\n`);
      return user;
    }
    visit.write('\r\nLogin incorrect\r\n');
  }
  return null;
}

/** Extracts lines from a stream with embedded telnet commands. */
class Keyboard {
  readonly #visit: Visit;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  /** Returns the next line without its end. Characters are echoed if `isShown`. */
  async line(isShown: boolean): Promise<string> {
    const typed: number[] = [];
    for (;;) {
      const byte = await this.#key();
      if (byte === 13 || byte === 10) {
        if (byte === 13) await this.#skipAfterReturn();
        this.#visit.write('\r\n');
        return Buffer.from(typed).toString('latin1');
      }
      if (byte === 3 || byte === 4) return byte === 4 && typed.length === 0 ? 'exit' : '';
      if (byte === 127 || byte === 8) {
        if (typed.pop() !== undefined && isShown) this.#visit.write('\b \b');
      } else if (byte >= 32 && typed.length < 4096) {
        typed.push(byte);
        if (isShown) this.#visit.write(Uint8Array.of(byte));
      }
    }
  }

  /** CR is followed by LF or NUL (RFC 854, "the NVT printer"), but not by all clients. */
  async #skipAfterReturn(): Promise<void> {
    if (this.#at === this.#bytes.length) {
      const more = await this.#visit.readWithin(50);
      if (more === null) return;
      this.#bytes = more;
      this.#at = 0;
    }
    const next = this.#bytes[this.#at];
    if (next === 10 || next === 0) this.#at++;
  }

  async #key(): Promise<number> {
    for (;;) {
      const byte = await this.#byte();
      if (byte !== IAC) return byte;
      const command = await this.#byte();
      if (command === IAC) return IAC;
      if (command === SB) await this.#skipOption();
      else if (command >= 0xfb) await this.#byte();
    }
  }

  async #skipOption(): Promise<void> {
    for (let before = 0; ; ) {
      const byte = await this.#byte();
      if (before === IAC && byte === SE) return;
      before = byte;
    }
  }

  async #byte(): Promise<number> {
    if (this.#at === this.#bytes.length) {
      this.#bytes = await this.#visit.read();
      this.#at = 0;
    }
    return this.#bytes[this.#at++]!;
  }
}
