import { Bounded, KEYS_MAX, Rate } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_FLOOD } from '../techniques.ts';

const PER_SECOND = 100;

export const queryFlood: Rule = {
  id: 'query-flood',
  title: 'Query flood from a peer',
  severity: 'high',
  technique: SERVICE_FLOOD,
  threshold: `${PER_SECOND} queries from one peer of the mesh within one second`,
  source: 'Rate limit of the mesh for a peer; dashboards and scripts query once per second',
  exemptions: 'Queries that a peer relays for others.',
  advice:
    'Redirect the peer to the honeypot, examine its host, and revoke its certificate if it is compromised.',
  watch(report) {
    const peers = new Bounded<Rate>(KEYS_MAX);
    return {
      query({ peer, time, frame }) {
        const rate = peers.for(peer, () => new Rate());
        rate.add(time, PER_SECOND, frame);
        if (rate.count < PER_SECOND) return;
        report({
          key: peer,
          time,
          source: peer,
          target: 'mesh',
          confidence: 0.99,
          summary: `${peer} sent ${rate.peak} queries in one second`,
          frames: rate.frames,
          facts: { perSecond: rate.peak },
        });
      },
    };
  },
};
