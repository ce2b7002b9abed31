import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';

const CHANGES = 3;
const WINDOW_S = 300;

export const addressConflict: Rule = {
  id: 'address-conflict',
  title: 'Address conflict',
  severity: 'low',
  technique: null,
  threshold: `the MAC that claims an IPv4 address alternates ${CHANGES} times in ${WINDOW_S / 60} minutes`,
  source: 'RFC 5227 §2.4: a host defends an address that another host claims',
  exemptions:
    'An address that moves once (failover, a new network card); virtual router MACs, which several routers share.',
  advice: 'Reconfigure one of the two hosts; look for a DHCP range that overlaps static addresses.',
  watch(report) {
    const owners = new Bounded<{ mac: string; changes: number[]; frames: number[]; others: Set<string> }>(
      KEYS_MAX,
    );
    return {
      arp({ senderAddress, senderMac, time, frame }) {
        if (senderAddress === '0.0.0.0') return;
        const known = owners.for(senderAddress, () => ({
          mac: senderMac,
          changes: [],
          frames: [frame],
          others: new Set([senderMac]),
        }));
        if (known.mac === senderMac) return;
        known.mac = senderMac;
        if (known.others.size < 8) known.others.add(senderMac);
        if (known.frames.length < 12) known.frames.push(frame);
        known.changes.push(time);
        known.changes = known.changes.filter((at) => Math.abs(time - at) <= WINDOW_S).slice(-CHANGES);
        if (known.changes.length < CHANGES) return;
        report({
          key: senderAddress,
          time,
          source: [...known.others].join(', '),
          target: senderAddress,
          confidence: 0.8,
          summary: `${senderAddress} is claimed alternately by ${[...known.others].join(' and ')}`,
          frames: known.frames,
          facts: { macs: known.others.size },
        });
      },
    };
  },
};
