// Imitates git's daemon, which has the repository, but does not export it (gitprotocol-pack, "Git Transport").
import type { Decoy } from './decoy.ts';

/** The length in hexadecimal in front of a packet line, itself included. */
const LENGTH_BYTES = 4;
const REQUEST_BYTES_MAX = 4096;
const SHOWN_CHARACTERS = 1000;

export const git: Decoy = {
  name: 'git',
  port: 9418,
  // git may send the length by itself.
  recognises: (first) => /^[0-9a-f]{4}(?:git-|$)/.test(first.toString('latin1', 0, 8)),
  serve: async (visit) => {
    const length = Number.parseInt((await visit.bytes(LENGTH_BYTES)).toString('latin1'), 16);
    // As git's daemon, it hangs up on what is no packet line.
    if (length > LENGTH_BYTES && length <= REQUEST_BYTES_MAX) {
      const request = (await visit.bytes(length - LENGTH_BYTES)).toString('latin1');
      const [command = ''] = request.split('\0', 1);
      visit.report({ type: 'command', command: command.slice(0, SHOWN_CHARACTERS) });
      const path = command.slice(command.indexOf(' ') + 1);
      visit.write(line(`ERR access denied or repository not exported: ${path}`));
    }
    visit.end();
  },
};

function line(text: string): string {
  return (LENGTH_BYTES + text.length).toString(16).padStart(LENGTH_BYTES, '0') + text;
}
