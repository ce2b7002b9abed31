import { Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

const FLOOD_ROUTERS = 10;
const WINDOW_S = 60;

export const rogueRouter: Rule = {
  id: 'rogue-router',
  title: 'Rogue IPv6 router advertisement',
  severity: 'medium',
  technique: IN_THE_MIDDLE,
  threshold: `a second router advertises itself with high preference and other prefixes than the first, or ${FLOOD_ROUTERS} routers do within ${WINDOW_S} s (high)`,
  source:
    'RFC 6104 (the problem statement), RFC 4191 §2.1 (preference); the flood is that of THC flood_router6',
  exemptions:
    'Several routers that advertise the same prefixes, or others at normal preference (multihoming); announcements that a router goes away.',
  advice: "Find the router's MAC at the switch, take it off, and turn on RA guard (RFC 6105).",
  watch(say) {
    const routers = new Recent(WINDOW_S);
    let first: { source: string; prefixes: string } | null = null;
    return {
      router({ source, mac, lifetimeS, preference, prefixes, time, frame }) {
        if (lifetimeS === 0) return;
        const text = [...prefixes].sort().join(', ');
        first ??= { source, prefixes: text };
        routers.add(source, time, frame);
        if (routers.size >= FLOOD_ROUTERS) {
          say({
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
        } else if (source !== first.source && preference > 0 && text !== '' && text !== first.prefixes) {
          say({
            key: 'second',
            time,
            source: `${source} (${mac})`,
            target: 'all hosts',
            confidence: 0.6,
            summary: `${source} advertises ${text} with high preference beside ${first.source}, which advertises ${first.prefixes || 'none'}`,
            frames: [frame],
          });
        }
      },
    };
  },
};
