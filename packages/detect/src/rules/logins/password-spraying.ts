import { spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PASSWORD_SPRAYING } from '../techniques.ts';

const SERVERS = 5;
const FAILURES = 10;
const WINDOW_S = 1800;

export const passwordSpraying: Rule = {
  id: 'password-spraying',
  title: 'Brute force across hosts (password spraying)',
  severity: 'high',
  technique: PASSWORD_SPRAYING,
  threshold: `${FAILURES} failed logins from one client at ${SERVERS} or more servers of one protocol in ${WINDOW_S / 60} minutes`,
  source: 'MITRE T1110.003: few attempts per account stay below the limit of each server',
  exemptions:
    'Clients with as many successes as failures in that time: management tools with an old password in their list.',
  advice: 'Block the source, and check the accounts it tried: their names are known to the attacker.',
  watch(report) {
    const tried = new Bounded<{ failed: Recent; servers: Recent; succeeded: Recent }>(
      KEYS_MAX,
      ({ failed, servers, succeeded }) => failed.size + servers.size + succeeded.size,
    );
    return {
      login({ client, server, protocol, isSuccess, time, frame, stream }) {
        const known = tried.for(`${protocol} ${client}`, () => ({
          failed: new Recent(WINDOW_S),
          servers: new Recent(WINDOW_S),
          succeeded: new Recent(WINDOW_S),
        }));
        if (isSuccess) {
          known.succeeded.add(String(known.succeeded.total), time, frame);
          return;
        }
        known.failed.add(String(known.failed.total), time, frame, stream);
        known.servers.add(server, time, frame);
        if (known.servers.size < SERVERS || known.failed.size < FAILURES) return;
        if (known.succeeded.sizeAt(time) >= known.failed.size) return;
        report({
          key: `${protocol} ${client}`,
          time,
          source: client,
          target: `${known.servers.size} servers`,
          confidence: 0.85,
          summary: `${client} failed ${known.failed.size} times to log in to ${protocol} of ${known.servers.size} servers within ${spanText(known.failed.last - known.failed.first)}`,
          frames: known.failed.frames,
          streams: known.failed.streams,
          facts: { protocol, failures: known.failed.size, servers: known.servers.size },
        });
      },
    };
  },
};
