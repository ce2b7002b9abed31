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
  threshold: `${PROTOCOLS} different protocols of IP other than TCP and UDP from one host to another in ${WINDOW_S / 60} minutes`,
  source:
    'nmap -sO sends one packet for each of the 256 numbers of IANA; hosts speak ICMP with each other and, as routers or gateways, three or four more',
  exemptions: 'Routers (OSPF, PIM, VRRP, GRE, ESP with AH between the same two); groups.',
  advice: 'Find out what runs on the source. If it is no scanner of your own, isolate it.',
  watch(say) {
    const spoken = new Bounded<Recent>(KEYS_MAX);
    return {
      protocol({ source, destination, number, time, frame }) {
        if (isGroup(destination)) return;
        const key = `${source} ${destination}`;
        const known = spoken.for(key, () => new Recent(WINDOW_S));
        known.add(String(number), time, frame);
        if (known.size < PROTOCOLS) return;
        say({
          key,
          time,
          source,
          target: destination,
          confidence: 0.95,
          summary: `${source} tried ${known.size} protocols of IP on ${destination} within ${spanText(known.last - known.first)}`,
          frames: known.frames,
          facts: { protocols: known.size },
        });
      },
    };
  },
};
