import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

const EVIDENCE_MAX = 12;
const OWNERS_MAX = 8;
/** MACs that routers share (VRRP, RFC 9568 §7.3; HSRP): each sends what is its own from its own MAC. */
const SHARED = /^00:00:(?:5e:00:0[12]|0c:07:ac|0c:9f:f)/;

export const icmpRedirect: Rule = {
  id: 'icmp-redirect',
  title: 'ICMP redirect',
  severity: 'medium',
  technique: IN_THE_MIDDLE,
  threshold:
    'one redirect whose frame comes from another MAC than those that claim its sender by ARP; low where they agree, or are unknown',
  source:
    'RFC 1122 §3.2.2.2 (from the gateway in use, to a neighbour); RFC 5927 §6; Linux and others ignore them on request, because they are forged',
  exemptions: 'None: with one router they do not occur, and with several they are a sign of missing routes.',
  advice:
    'Find the sender by its MAC. Let hosts ignore redirects (`net.ipv4.conf.all.accept_redirects = 0`), and give them the route.',
  watch(report) {
    /** By address: MACs that claim it; more than one after failover. */
    const owners = new Bounded<Set<string>>(KEYS_MAX);
    const frames = new Bounded<number[]>(KEYS_MAX);
    return {
      arp({ senderAddress, senderMac, frameSource }) {
        // A claim about the MAC of another host proves nothing.
        if (senderMac !== frameSource || SHARED.test(senderMac)) return;
        const macs = owners.for(senderAddress, () => new Set());
        if (macs.size < OWNERS_MAX) macs.add(senderMac);
      },
      redirect({ source, destination, gateway, mac, time, frame }) {
        const macs = owners.get(source);
        const isForged = macs !== undefined && mac !== '' && !macs.has(mac);
        const key = `${mac} ${source} ${destination} ${gateway}`;
        const seen = frames.for(key, () => []);
        if (seen.length < EVIDENCE_MAX) seen.push(frame);
        report({
          key,
          time,
          source: isForged ? mac : source,
          target: destination,
          severity: isForged ? 'medium' : 'low',
          confidence: isForged ? 0.9 : 0.4,
          summary: `${source} tells ${destination} to send by way of ${gateway}${isForged ? `, but the frame is from ${mac}, not ${[...macs].join(' or ')}` : ''}`,
          frames: seen,
        });
      },
    };
  },
};
