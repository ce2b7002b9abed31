import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';

const TIMES = 3;
const WINDOW_S = 600;

export const unusualBehaviour: Rule = {
  id: 'unusual-behaviour',
  title: 'Unusual behaviour',
  severity: 'low',
  technique: null,
  threshold: `${TIMES} intervals within ${WINDOW_S / 60} minutes in which a host or peer is more anomalous than 98.5 % of the training intervals (peers: medium)`,
  source:
    'Isolation Forest, ECOD and Mahalanobis distance together (packages/detect); a single interval may be chance',
  exemptions: 'The training phase; gradual changes, to which the model adapts.',
  advice:
    'Check the features that made it unusual. The model adapts to lasting changes; silence an expected one until then.',
  watch(report) {
    const seen = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      unusual({ who, subject, score, limit, causes, time, frame }) {
        const times = seen.for(`${who} ${subject}`, () => new Recent(WINDOW_S));
        times.add(String(time), time, frame);
        if (times.size < TIMES) return;
        const because = causes
          .map(({ feature, share }) => `${feature} (${Math.round(share * 100)} %)`)
          .join(', ');
        report({
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
