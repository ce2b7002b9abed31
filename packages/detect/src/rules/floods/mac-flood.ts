import { Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SNIFFING } from '../techniques.ts';

const STATIONS = 1000;
const WINDOW_S = 10;

export const macFlood: Rule = {
  id: 'mac-flood',
  title: 'MAC flood',
  severity: 'high',
  technique: SNIFFING,
  threshold: `${STATIONS} MACs never seen before send within ${WINDOW_S} s`,
  source:
    'Switches remember some thousand stations, and send to all ports what they cannot place; macof makes up thousands a second, where a network of one broadcast domain has some hundred hosts',
  exemptions: 'MACs that come back.',
  advice: 'Find the port at the switch, and allow each port a few MACs only (port security).',
  watch(say) {
    const stations = new Recent(WINDOW_S);
    return {
      station({ mac, time, frame }) {
        stations.add(mac, time, frame);
        if (stations.size < STATIONS) return;
        say({
          key: 'all',
          time,
          source: 'made-up MACs',
          target: 'the switch',
          confidence: 0.9,
          summary: `${stations.size} MACs that nobody knew sent something within ${WINDOW_S} s, such as ${mac}`,
          frames: stations.frames,
          facts: { stations: stations.size },
        });
      },
    };
  },
};
