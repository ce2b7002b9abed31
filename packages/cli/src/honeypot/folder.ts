// Where a honeypot keeps its identity and what it recorded.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** `$XDG_STATE_HOME/eyrie/honeypot`, else `~/.local/state/eyrie/honeypot` (XDG Base Directory 0.8 §3). */
export function honeypotFolder(chosen: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (chosen !== undefined) return chosen;
  const base = env.XDG_STATE_HOME;
  return join(base && isAbsolute(base) ? base : join(homedir(), '.local/state'), 'eyrie', 'honeypot');
}
