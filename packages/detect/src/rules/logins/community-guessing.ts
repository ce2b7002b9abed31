import { endpoint, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PASSWORD_GUESSING } from '../techniques.ts';

const GUESSES = 10;
const WINDOW_S = 600;

export const communityGuessing: Rule = {
  id: 'community-guessing',
  title: 'Brute force of SNMP communities',
  severity: 'medium',
  technique: PASSWORD_GUESSING,
  threshold: `${GUESSES} different communities from one client to one host in ${WINDOW_S / 60} minutes; high if one of them is answered afterwards`,
  source:
    'A wrong community gets no answer (RFC 3584 §5.2.1), so that attempts count rather than failures; the word lists of onesixtyone and snmp-brute have fifty entries and more',
  exemptions:
    'Repetitions of one community; discovery by monitoring, which tries a few on each host; SNMPv3.',
  advice: 'Block the source, change the community if one was answered, and use SNMPv3.',
  watch(report) {
    const tried = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      community({ client, server, serverPort, guess, isAnswer, time, frame, stream }) {
        const key = `${client} ${server}`;
        const known = tried.for(key, () => new Recent(WINDOW_S));
        if (!isAnswer) known.add(String(guess), time, frame, stream);
        if (known.size < GUESSES) return;
        const isFound = isAnswer && known.items.has(String(guess));
        const target = endpoint(server, serverPort);
        const within = spanText(known.last - known.first);
        report({
          key,
          time,
          source: client,
          target,
          severity: isFound ? 'high' : 'medium',
          confidence: isFound ? 0.95 : 0.85,
          summary: `${client} tried ${known.size} communities at ${target} within ${within}${isFound ? ', and one was answered' : ''}`,
          frames: known.frames,
          streams: known.streams,
          facts: { communities: known.size },
        });
      },
    };
  },
};
