import { isLocal } from '../addresses.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';

const LEARN_S = 3600;

export const newHost: Rule = {
  id: 'new-host',
  title: 'New host',
  severity: 'info',
  technique: null,
  threshold: `an address of the local network speaks for the first time, after the network was watched for ${LEARN_S / 60} minutes`,
  source: 'arpwatch; ISO 27002 §5.9 asks for an inventory that is kept',
  exemptions:
    'The first hour, when every host is new; link-local addresses and addresses out on the Internet.',
  advice: 'See whether you know the device; if not, find its port at the switch.',
  watch(say) {
    const hosts = new Bounded<true>(KEYS_MAX);
    let since = Number.NaN;
    return {
      arp({ senderAddress, senderMac, time, frame }) {
        if (Number.isNaN(since)) since = time;
        if (senderAddress === '0.0.0.0' || senderAddress.startsWith('169.254.')) return;
        if (!isLocal(senderAddress) || hosts.get(senderMac) !== undefined) return;
        hosts.set(senderMac, true);
        if (time - since < LEARN_S) return;
        say({
          key: senderMac,
          time,
          source: senderAddress,
          target: 'local network',
          confidence: 0.9,
          summary: `${senderMac} spoke for the first time, as ${senderAddress}`,
          frames: [frame],
        });
      },
    };
  },
};
