import { isLocal } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';

const LEARN_S = 3600;

export const newHost: Rule = {
  id: 'new-host',
  title: 'New host',
  severity: 'info',
  technique: null,
  threshold: `first ARP message of a MAC with a local address, after ${LEARN_S / 60} minutes of observation`,
  source: 'arpwatch; ISO 27002 §5.9 requires an inventory of assets',
  exemptions: 'The first hour, when every host is new; link-local and public addresses.',
  advice: 'Identify the device; if it is unknown, find its switch port.',
  watch(report) {
    const hosts = new Bounded<true>(KEYS_MAX);
    let since = Number.NaN;
    return {
      arp({ senderAddress, senderMac, time, frame }) {
        if (Number.isNaN(since)) since = time;
        if (senderAddress === '0.0.0.0' || senderAddress.startsWith('169.254.')) return;
        if (!isLocal(senderAddress) || hosts.get(senderMac) !== undefined) return;
        hosts.set(senderMac, true);
        if (time - since < LEARN_S) return;
        report({
          key: senderMac,
          time,
          source: senderAddress,
          target: 'local network',
          confidence: 0.9,
          summary: `${senderMac} appeared for the first time, as ${senderAddress}`,
          frames: [frame],
        });
      },
    };
  },
};
