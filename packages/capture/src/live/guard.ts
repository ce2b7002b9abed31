// Ends the capturing tool when this process ends, even if it was killed. Left alone, the tool would notice only at its next
// packet, when it finds its pipe broken: on a quiet interface it would go on for days.
import { type ChildProcess, spawn } from 'node:child_process';
import { platform } from 'node:os';

/** Standard input is a pipe from this process, which the kernel closes at its end. */
const SCRIPT = 'read -r _; kill -s INT "$1"';

/**
 * Starts a shell that outlives this process just long enough to interrupt the tool. Without /bin/sh, and on Windows, the tool ends at
 * its next packet.
 */
export function guard(tool: ChildProcess): void {
  if (platform() === 'win32' || tool.pid === undefined) return;
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'eyrie-guard', String(tool.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  // There is none if no more files can be opened.
  shell.stdin?.on('error', () => {});
  shell.unref();
  // At once: its process id may be another's soon.
  tool.once('exit', () => shell.kill('SIGKILL'));
}
