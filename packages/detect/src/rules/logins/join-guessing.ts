import { spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { PASSWORD_GUESSING } from '../techniques.ts';

const FAILURES = 5;
const WINDOW_S = 600;

export const joinGuessing: Rule = {
  id: 'join-guessing',
  title: 'Brute force of mesh joins',
  severity: 'high',
  technique: PASSWORD_GUESSING,
  threshold: `${FAILURES} refused attempts to join the mesh from one address in ${WINDOW_S / 60} minutes`,
  source: 'A join token is pasted, not typed: an invited peer fails once or twice, when it has expired',
  exemptions: 'Addresses that joined in between.',
  advice: 'Block the address at the coordinator, and see that no token is public.',
  watch(report) {
    const failed = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      join({ address, isSuccess, time, frame }) {
        if (isSuccess) {
          failed.delete(address);
          return;
        }
        const known = failed.for(address, () => new Recent(WINDOW_S));
        known.add(String(known.total), time, frame);
        if (known.size < FAILURES) return;
        report({
          key: address,
          time,
          source: address,
          target: 'mesh',
          confidence: 0.9,
          summary: `${address} was refused ${known.size} times when it tried to join, within ${spanText(known.last - known.first)}`,
          frames: known.frames,
          facts: { failures: known.size },
        });
      },
    };
  },
};
