import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';

const TIMES = 3;
const WINDOW_S = 600;

export const unusualBehaviour: Rule = {
  id: 'unusual-behaviour',
  title: 'Unusual behaviour',
  severity: 'low',
  technique: null,
  threshold: `${TIMES} intervals within ${WINDOW_S / 60} minutes in which a host or peer is less usual than all but 1.5 of 100 that were learnt (peers: medium)`,
  source:
    'Isolation Forest, ECOD and Mahalanobis distance together (packages/detect); one interval alone is chance',
  exemptions: 'The time in which the network is learnt; what has become usual, slowly.',
  advice:
    'Look at the features that made it unusual. If it is to be expected, it will be learnt; silence it until then.',
  watch(say) {
    const seen = new Bounded<Recent>(KEYS_MAX);
    return {
      unusual({ who, subject, score, limit, causes, time, frame }) {
        const times = seen.for(`${who} ${subject}`, () => new Recent(WINDOW_S));
        times.add(String(time), time, frame);
        if (times.size < TIMES) return;
        const because = causes
          .map(({ feature, share }) => `${feature} (${Math.round(share * 100)} %)`)
          .join(', ');
        say({
          key: `${subject} ${who}`,
          time,
          source: who,
          target: subject === 'peer' ? 'mesh' : 'network',
          severity: subject === 'peer' ? 'medium' : 'low',
          confidence: Math.min(0.9, 0.4 + (score - limit) / 10),
          summary: `${who} was unusual in ${times.size} intervals, most of all in ${because}`,
          frames: times.frames,
          facts: { score: Number(score.toFixed(2)), limit: Number(limit.toFixed(2)) },
        });
      },
    };
  },
};
