import { isGroup, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const PROTOCOLS = 10;
const WINDOW_S = 300;

export const protocolScan: Rule = {
  id: 'protocol-scan',
  title: 'IP protocol scan',
  severity: 'medium',
  technique: SERVICE_DISCOVERY,
  threshold: `${PROTOCOLS} different IP protocols other than TCP, UDP and ICMP from one host to another in ${WINDOW_S / 60} minutes`,
  source:
    'nmap -sO sends one packet for each of the 256 protocol numbers; hosts use none but those, routers and gateways three or four',
  exemptions: 'Routers (OSPF, PIM, VRRP, GRE, ESP with AH between the same two); multicast destinations.',
  advice: 'Identify the program on the source. Unless it is your own scanner, isolate the host.',
  watch(report) {
    const spoken = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      protocol({ source, destination, number, time, frame }) {
        if (isGroup(destination)) return;
        const key = `${source} ${destination}`;
        const known = spoken.for(key, () => new Recent(WINDOW_S));
        known.add(String(number), time, frame);
        if (known.size < PROTOCOLS) return;
        report({
          key,
          time,
          source,
          target: destination,
          confidence: 0.95,
          summary: `${source} tried ${known.size} IP protocols on ${destination} within ${spanText(known.last - known.first)}`,
          frames: known.frames,
          facts: { protocols: known.size },
        });
      },
    };
  },
};
