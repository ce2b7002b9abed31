// A command of the menu, run in this terminal.
import { spawn } from 'node:child_process';

/** Resolves when it has ended: to null, or to one line that says why it could not be started or what ended it. */
export async function runHere(file: string, args: readonly string[]): Promise<string | null> {
  // Ctrl-C ends the command, not the menu.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    return await new Promise((resolve) => {
      const child = spawn(file, args, { stdio: 'inherit' });
      child.once('error', ({ message }) => resolve(`it cannot be started: ${message}`));
      // A status of its own the command has explained.
      child.once('close', (_status, signal) =>
        resolve(signal === null || signal === 'SIGINT' ? null : `it was ended by ${signal}`),
      );
    });
  } catch (error) {
    // Arguments that no program can be given, such as a text with a NUL character.
    return `it cannot be started: ${(error as Error).message}`;
  } finally {
    process.off('SIGINT', ignore);
  }
}
