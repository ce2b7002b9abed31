import { endpoint, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PASSWORD_GUESSING } from '../techniques.ts';

const EXTENSIONS = 20;
const EXTENSIONS_S = 300;
const TRIES = 60;
const TRIES_S = 60;

interface Caller {
  /** Extensions that were asked for and did not get in since. */
  readonly extensions: Recent;
  /** Answers to passwords that were wrong. */
  readonly failed: Recent;
  /** Users that succeeded after failures had reached the limit. */
  entered: string | null;
}

/** As many as guessing makes, and the last one just now: nothing is forgotten while nothing fails. */
function areRecent(failed: Recent, time: number): boolean {
  return failed.size >= TRIES && time - failed.last <= TRIES_S;
}

export const sipGuessing: Rule = {
  id: 'sip-guessing',
  title: 'Brute force of SIP extensions',
  severity: 'high',
  technique: PASSWORD_GUESSING,
  threshold: `from one client at one server, ${TRIES} passwords refused within ${TRIES_S} s (high; critical when one is taken then), or ${EXTENSIONS} different extensions within ${EXTENSIONS_S / 60} minutes none of which got in (medium)`,
  source:
    'Emerging Threats 2009699 (100 REGISTER in 60 s) and 2003194 (401 by source); svwar and svcrack of SIPVicious send many a second, where a phone tries again after 30 s or more (RFC 3261 §10.3)',
  exemptions:
    'The 401 that each REGISTER without a password gets (RFC 3261 §22.1), if a 200 follows: gateways and offices behind one address have many phones. Phones with an old password, which try again and again, but slowly.',
  advice:
    'Block the source, allow registration from the Internet only over a VPN or TLS with certificates, and change the password if one was taken.',
  watch(report) {
    const callers = new Bounded<Caller>(KEYS_MAX, ({ extensions, failed }) => extensions.size + failed.size);
    return {
      sip({ client, server, serverPort, user, isSuccess, hadPassword, time, frame, stream }) {
        const known = callers.for(`${client} ${server}`, () => ({
          extensions: new Recent(EXTENSIONS_S),
          failed: new Recent(TRIES_S),
          entered: null,
        }));
        const { extensions, failed } = known;
        if (isSuccess) {
          extensions.items.delete(user);
          if (areRecent(failed, time) && hadPassword) known.entered = user;
        } else {
          extensions.add(user, time, frame, stream);
          if (hadPassword) failed.add(String(failed.total), time, frame, stream);
        }
        const isGuessing = areRecent(failed, time);
        if (!isGuessing && extensions.size < EXTENSIONS) return;
        const target = endpoint(server, serverPort);
        const { frames, streams, first, last, size } = isGuessing ? failed : extensions;
        const what = isGuessing ? `${size} passwords that were refused` : `${size} different extensions`;
        const success = known.entered === null ? '' : `; then got in as ${known.entered}`;
        report({
          key: `${client} ${server} ${isGuessing ? 'passwords' : 'extensions'}`,
          time,
          source: client,
          target,
          severity: known.entered !== null ? 'critical' : isGuessing ? 'high' : 'medium',
          confidence: isGuessing ? 0.9 : 0.8,
          summary: `${client} tried ${what} at SIP of ${target} within ${spanText(last - first)}${success}`,
          frames,
          streams,
          facts: { tries: failed.size, extensions: extensions.size },
        });
      },
    };
  },
};
