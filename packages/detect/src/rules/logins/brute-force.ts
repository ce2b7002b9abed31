import type { LoginEvent } from '../../events/events.ts';
import { endpoint, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PASSWORD_GUESSING } from '../techniques.ts';

const FAILURES = 10;
const INFERRED_FAILURES = 15;
const WINDOW_S = 600;

/** Failures before a success from which it counts as guessed: guessing in parallel succeeds before its last failures. */
const SUCCESS_AFTER = FAILURES / 2;

interface Series {
  readonly failed: Recent;
  readonly users: Set<string>;
  /** The last login that succeeded amid failures; null if there was none. */
  entered: { readonly user: string; readonly time: number } | null;
}

/** Identifies the password tried, so that repetitions of one count once; every attempt if passwords are hidden. */
function tryOf({ user, guess }: LoginEvent, total: number): string {
  return guess === 0 ? `try ${total}` : `${user} ${guess}`;
}

export const bruteForce: Rule = {
  id: 'brute-force',
  title: 'Brute force of passwords',
  severity: 'high',
  technique: PASSWORD_GUESSING,
  threshold: `${FAILURES} failed logins with different passwords from one client to one service in ${WINDOW_S / 60} minutes (SSH, where failure is inferred from the sizes of encrypted packets: ${INFERRED_FAILURES}); critical if one succeeds afterwards`,
  source:
    'Zeek: FTP 20 in 15 minutes, SSH 30 in 30 minutes; hydra and medusa try several per second; users seldom fail ten times in ten minutes',
  exemptions:
    'Successful sessions: git, backup and deployment open many SSH connections. Repetitions of one wrong password, where it is visible: a program with an old password. HTTP status 401 to requests without credentials, which browsers and programs send first.',
  advice: 'Block the source, change the password if it was guessed, and require keys or a second factor.',
  watch(report) {
    const tried = new Bounded<Series>(KEYS_MAX, ({ failed, users }) => failed.size + users.size);

    function judge(event: LoginEvent, series: Series): void {
      const { failed, users } = series;
      const { client, server, serverPort, protocol, isInferred, time } = event;
      if (failed.sizeAt(time) < (isInferred ? INFERRED_FAILURES : FAILURES)) return;
      const names =
        users.size === 0 ? '' : users.size === 1 ? ` as ${[...users][0]}` : ` as ${users.size} users`;
      const entered =
        series.entered !== null && Math.abs(time - series.entered.time) <= WINDOW_S
          ? series.entered.user
          : null;
      const success = entered === null ? '' : `; then succeeded${entered === '' ? '' : ` as ${entered}`}`;
      report({
        key: `${protocol} ${client} ${server} ${serverPort}`,
        time,
        source: client,
        target: endpoint(server, serverPort),
        severity: entered === null ? 'high' : 'critical',
        confidence: isInferred ? 0.8 : 0.95,
        summary: `${client} failed ${failed.size} times to log in to ${protocol} of ${endpoint(server, serverPort)}${names} within ${spanText(failed.last - failed.first)}${success}`,
        frames: failed.frames,
        streams: failed.streams,
        facts: { protocol, failures: failed.size, users: users.size },
      });
    }

    return {
      login(event) {
        const { client, server, serverPort, protocol, user, isSuccess, time, frame, stream } = event;
        const series = tried.for(`${protocol} ${client} ${server} ${serverPort}`, () => ({
          failed: new Recent(WINDOW_S),
          users: new Set(),
          entered: null,
        }));
        if (isSuccess) {
          if (series.failed.sizeAt(time) >= SUCCESS_AFTER) series.entered = { user, time };
        } else {
          series.failed.add(tryOf(event, series.failed.total), time, frame, stream);
          if (user !== '' && series.users.size < 1000) series.users.add(user);
        }
        judge(event, series);
      },
    };
  },
};
