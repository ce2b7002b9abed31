// A command of the menu, run in this terminal.
import { spawn } from 'node:child_process';

/** Resolves when it has ended: to null, or to one line with the reason why it could not be started, or the signal that ended it. */
export async function runHere(file: string, args: readonly string[]): Promise<string | null> {
  // Ctrl-C ends the command, not the menu.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    return await new Promise((resolve) => {
      const child = spawn(file, args, { stdio: 'inherit' });
      child.once('error', ({ message }) => resolve(`it cannot be started: ${message}`));
      // The command itself has explained its exit status.
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
