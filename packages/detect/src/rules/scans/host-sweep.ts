import { isGroup, spanText } from '../addresses.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SYSTEM_DISCOVERY } from '../techniques.ts';

const ECHO_HOSTS = 25;
/** Answered or not. */
const ECHO_MANY = 60;
/** Each about once within this time: monitoring repeats the same hosts. */
const ECHO_QUICK_S = 10;
const ARP_HOSTS = 40;
const ARP_MANY = 100;
const WINDOW_S = 60;

/** Requested addresses, and which of them answered. */
class Silent {
  readonly asked = new Recent(WINDOW_S);
  readonly answered = new Set<string>();

  /** Adds a request; returns the number of addresses without an answer so far. */
  ask(address: string, time: number, frame: number): number {
    this.asked.add(address, time, frame);
    let silent = 0;
    for (const each of this.asked.items.keys()) if (!this.answered.has(each)) silent++;
    return silent;
  }

  answer(address: string): void {
    if (this.answered.size < 4096) this.answered.add(address);
  }
}

export const hostSweep: Rule = {
  id: 'host-sweep',
  title: 'Host sweep (ping or ARP scan)',
  severity: 'medium',
  technique: SYSTEM_DISCOVERY,
  threshold: `in ${WINDOW_S} s, unanswered pings to ${ECHO_HOSTS} different addresses (medium), pings to ${ECHO_MANY} within ${ECHO_QUICK_S} s, answered or not (low), or ARP requests for ${ARP_HOSTS} (low) or ${ARP_MANY} (medium)`,
  source: 'Snort ip_sweep; arp-scan and nmap -sn probe all 254 addresses of a network within seconds',
  exemptions:
    'Monitoring, whose hosts answer; hosts that resolve the few neighbours they talk to; ARP probes, whose sender address is unspecified.',
  advice: 'Identify the program on the source; unless it is an inventory tool, it searches for targets.',
  watch(report) {
    const pings = new Bounded<Silent>(KEYS_MAX);
    const requests = new Bounded<Silent>(KEYS_MAX);
    return {
      icmp({ message, source, destination, time, frame }) {
        if (message === 'reply') pings.get(destination)?.answer(source);
        if (message !== 'echo' || isGroup(destination)) return;
        const known = pings.for(source, () => new Silent());
        const silent = known.ask(destination, time, frame);
        const { size, first, last } = known.asked;
        const isQuick = size >= ECHO_MANY && last - first <= ECHO_QUICK_S && known.asked.total <= 2 * size;
        if (silent < ECHO_HOSTS && !isQuick) return;
        report({
          key: `${source} ping`,
          time,
          source,
          target: `${size} addresses`,
          severity: silent >= ECHO_HOSTS ? 'medium' : 'low',
          confidence: silent >= ECHO_HOSTS ? 0.9 : 0.5,
          summary: `${source} pinged ${size} addresses within ${spanText(last - first)}; ${silent} did not answer`,
          frames: known.asked.frames,
          facts: { addresses: size, silent },
        });
      },
      arp({ isRequest, senderAddress, senderMac, targetAddress, time, frame }) {
        if (!isRequest) {
          requests.get(targetAddress)?.answer(senderAddress);
          return;
        }
        if (senderAddress === targetAddress || senderAddress === '0.0.0.0') return;
        const known = requests.for(senderAddress, () => new Silent());
        const silent = known.ask(targetAddress, time, frame);
        if (silent < ARP_HOSTS) return;
        report({
          key: `${senderAddress} arp`,
          time,
          source: senderAddress,
          target: `${known.asked.size} addresses`,
          severity: silent >= ARP_MANY ? 'medium' : 'low',
          confidence: silent >= ARP_MANY ? 0.8 : 0.5,
          summary: `${senderAddress} (${senderMac}) sent ARP requests for ${known.asked.size} addresses within ${spanText(known.asked.last - known.asked.first)}; ${silent} did not answer`,
          frames: known.asked.frames,
          facts: { addresses: known.asked.size, silent },
        });
      },
    };
  },
};
