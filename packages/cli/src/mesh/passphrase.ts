// Passphrases: from EYRIE_PASSPHRASE or a prompt, never from the command line, where other users see them.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UserError } from '../errors.ts';

const LENGTH_MIN = 8;

/** A new passphrase: asked for twice. */
export async function newPassphrase(): Promise<string> {
  const given = process.env.EYRIE_PASSPHRASE;
  const first = given ?? (await askHidden('Passphrase: '));
  if (first.length < LENGTH_MIN) throw new UserError(`a passphrase has ${LENGTH_MIN} characters at least`);
  if (given === undefined && (await askHidden('Once more:  ')) !== first)
    throw new UserError('the two were not the same');
  return first;
}

export async function knownPassphrase(): Promise<string> {
  return process.env.EYRIE_PASSPHRASE ?? askHidden('Passphrase: ');
}

function askHidden(question: string): Promise<string> {
  if (process.stdin.isTTY !== true)
    throw new UserError('this needs a passphrase: set EYRIE_PASSPHRASE, or run it on a terminal');
  // What is typed is not shown.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => {
      lines.close();
      reject(new UserError('interrupted', 130));
    });
    lines.question('', (answer) => {
      process.stderr.write('\n');
      lines.close();
      resolve(answer);
    });
  });
}
