import { Bounded, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

const FLOOD_ROUTERS = 10;
const WINDOW_S = 60;
/** Searched at each advertisement; a network has few routers. */
const ROUTERS_MAX = 16;

export const rogueRouter: Rule = {
  id: 'rogue-router',
  title: 'Rogue IPv6 router advertisement',
  severity: 'medium',
  technique: IN_THE_MIDDLE,
  threshold: `a router advertises prefixes different from another's, with high preference (at normal preference: low), or ${FLOOD_ROUTERS} routers advertise themselves within ${WINDOW_S} s (high)`,
  source: 'RFC 6104 (problem statement), RFC 4191 §2.1 (preference); floods as by THC flood_router6',
  exemptions:
    'Several routers that advertise the same prefixes; advertisements with router lifetime 0. At normal preference severity is low, because a second provider (multihoming) looks the same.',
  advice: "Find the switch port of the router's MAC and disable it; enable RA guard (RFC 6105).",
  watch(report) {
    const routers = new Recent(WINDOW_S);
    const known = new Bounded<{ prefixes: string; preference: number; readonly since: number }>(ROUTERS_MAX);
    return {
      router({ source, mac, lifetimeS, preference, prefixes, time, frame }) {
        if (lifetimeS === 0) return;
        const text = [...prefixes].sort().join(', ');
        const own = known.for(source, () => ({ prefixes: text, preference, since: time }));
        Object.assign(own, { prefixes: text, preference });
        routers.add(source, time, frame);
        if (routers.size >= FLOOD_ROUTERS) {
          report({
            key: 'flood',
            time,
            source: mac,
            target: 'all hosts',
            severity: 'high',
            confidence: 0.95,
            summary: `${routers.size} IPv6 routers advertised themselves within ${WINDOW_S} s`,
            frames: routers.frames,
            facts: { routers: routers.size },
          });
          return;
        }
        // At equal preference the later router is the suspect.
        const other = [...known.entries()].find(
          ([, its]) =>
            its.prefixes !== text &&
            (its.preference < preference || (its.preference === preference && its.since < own.since)),
        );
        if (other === undefined || text === '') return;
        report({
          key: 'second',
          time,
          source: `${source} (${mac})`,
          target: 'all hosts',
          severity: preference > 0 ? 'medium' : 'low',
          confidence: preference > 0 ? 0.6 : 0.3,
          summary: `${source} advertises ${text}${preference > 0 ? ' with high preference' : ''} beside ${other[0]}, which advertises ${other[1].prefixes || 'none'}`,
          frames: [frame],
        });
      },
    };
  },
};
