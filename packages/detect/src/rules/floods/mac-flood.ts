import { Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SNIFFING } from '../techniques.ts';

const STATIONS = 1000;
const WINDOW_S = 10;
/** Looked at as often, since a flood brings thousands. */
const LOOK_EVERY = 100;
/** Of MACs with a vendor, so many have one that none of the others has: of devices that were bought, some dozens do. */
const STRANGE_SHARE = 0.9;
const VENDORS_MIN = 100;

/** The first three octets identify a vendor, unless the locally administered bit is set (IEEE 802 §8.4). */
function areMadeUp(macs: Iterable<string>): boolean {
  const vendors = new Set<string>();
  let count = 0;
  for (const mac of macs) {
    if ((Number.parseInt(mac.charAt(1), 16) & 2) !== 0) continue;
    vendors.add(mac.slice(0, 8));
    count++;
  }
  return vendors.size >= VENDORS_MIN && vendors.size >= STRANGE_SHARE * count;
}

export const macFlood: Rule = {
  id: 'mac-flood',
  title: 'MAC flood',
  severity: 'high',
  technique: SNIFFING,
  threshold: `${STATIONS} MACs never seen before send within ${WINDOW_S} s, and ${STRANGE_SHARE * 100} of 100 of those that name a vendor name one of their own`,
  source:
    'Switches remember some thousand stations, and send to all ports what they cannot place; macof makes up thousands a second, where a network of one broadcast domain has some hundred hosts',
  exemptions:
    'MACs that come back; a large network at the beginning of a capture, whose devices are of some dozen vendors; random MACs of telephones, which name none.',
  advice: 'Find the port at the switch, and allow each port a few MACs only (port security).',
  watch(report) {
    const stations = new Recent(WINDOW_S);
    return {
      station({ mac, time, frame }) {
        stations.add(mac, time, frame);
        if (stations.size < STATIONS || stations.total % LOOK_EVERY !== 0) return;
        if (!areMadeUp(stations.items.keys())) return;
        report({
          key: 'all',
          time,
          source: 'made-up MACs',
          target: 'the switch',
          confidence: 0.9,
          summary: `${stations.size} unknown MACs sent frames within ${WINDOW_S} s, such as ${mac}`,
          frames: stations.frames,
          facts: { stations: stations.size },
        });
      },
    };
  },
};
