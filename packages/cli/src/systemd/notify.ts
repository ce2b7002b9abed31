// sd_notify(3), by systemd-notify(1), because Node has no Unix datagram sockets.
// Without systemd (NOTIFY_SOCKET unset) nothing happens.
import { execFile } from 'node:child_process';

const PROGRAM = 'systemd-notify';
const TIMEOUT_MS = 10_000;

export interface Notifier {
  /** It can be used from now on; the watchdog begins. */
  ready(status: string): void;
  /** It was asked to end, and does. */
  stopping(): void;
}

export function systemdNotifier(env: NodeJS.ProcessEnv = process.env): Notifier {
  if (!env.NOTIFY_SOCKET) return { ready: () => {}, stopping: () => {} };
  let timer: NodeJS.Timeout | undefined;
  const everyMs = watchdogMs(env);
  return {
    ready(status) {
      notify('READY=1', `STATUS=${status}`);
      // From the event loop: a process stuck in a loop stops notifying, and is restarted.
      if (everyMs !== null) timer = setInterval(notify, everyMs, 'WATCHDOG=1').unref();
    },
    stopping() {
      clearInterval(timer);
      notify('STOPPING=1');
    },
  };
}

/** Half of what systemd waits (sd_watchdog_enabled(3)); null where it does not watch this process. */
export function watchdogMs(
  { WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv,
  pid = process.pid,
): number | null {
  const micros = Number(WATCHDOG_USEC);
  if (!(micros > 0)) return null;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== '' && Number(WATCHDOG_PID) !== pid) return null;
  return Math.max(100, Math.floor(micros / 2000));
}

/** A failed notification is ignored: the watchdog of systemd decides. */
function notify(...words: string[]): void {
  execFile(PROGRAM, words, { timeout: TIMEOUT_MS }, () => {});
}
