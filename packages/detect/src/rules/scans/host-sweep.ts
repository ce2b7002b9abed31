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
/** Hosts per source that are remembered as present. */
const ANSWERED_MAX = 4096;

/** Addresses that a source requested. */
class Requested {
  readonly all = new Recent(WINDOW_S);
  /** Those that were not requested in the window before, hence not the hosts of monitoring. */
  readonly fresh = new Recent(ECHO_QUICK_S);
  /** Those without an answer so far. */
  readonly silent = new Recent(WINDOW_S);
  readonly #answered = new Bounded<true>(ANSWERED_MAX);

  add(address: string, time: number, frame: number): void {
    const { all, fresh, silent } = this;
    if (!all.items.has(address)) fresh.add(address, time, frame);
    all.add(address, time, frame);
    if (this.#answered.get(address) === undefined) silent.add(address, time, frame);
    else silent.sizeAt(time);
  }

  get items(): number {
    return this.all.size + this.fresh.size + this.silent.size + this.#answered.size;
  }

  answer(address: string): void {
    this.#answered.set(address, true);
    this.silent.items.delete(address);
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
    const pings = new Bounded<Requested>(KEYS_MAX, ({ items }) => items);
    const requests = new Bounded<Requested>(KEYS_MAX, ({ items }) => items);
    const make = (): Requested => new Requested();
    return {
      icmp({ message, source, destination, time, frame }) {
        if (message === 'reply') pings.get(destination)?.answer(source);
        if (message !== 'echo' || isGroup(destination)) return;
        const known = pings.for(source, make);
        known.add(destination, time, frame);
        const { all, fresh, silent } = known;
        const isSilent = silent.size >= ECHO_HOSTS;
        if (!isSilent && fresh.sizeAt(time) < ECHO_MANY) return;
        const counted = isSilent ? all : fresh;
        report({
          key: `${source} ping`,
          time,
          source,
          target: `${counted.size} addresses`,
          severity: isSilent ? 'medium' : 'low',
          confidence: isSilent ? 0.9 : 0.5,
          summary: `${source} pinged ${counted.size} addresses within ${spanText(counted.last - counted.first)}; ${silent.size} did not answer`,
          frames: counted.frames,
          facts: { addresses: counted.size, silent: silent.size },
        });
      },
      arp({ isRequest, senderAddress, senderMac, targetAddress, time, frame }) {
        if (!isRequest) {
          requests.get(targetAddress)?.answer(senderAddress);
          return;
        }
        if (senderAddress === targetAddress || senderAddress === '0.0.0.0') return;
        const known = requests.for(senderAddress, make);
        known.add(targetAddress, time, frame);
        const { all, silent } = known;
        if (silent.size < ARP_HOSTS) return;
        const isMany = silent.size >= ARP_MANY;
        report({
          key: `${senderAddress} arp`,
          time,
          source: senderAddress,
          target: `${all.size} addresses`,
          severity: isMany ? 'medium' : 'low',
          confidence: isMany ? 0.8 : 0.5,
          summary: `${senderAddress} (${senderMac}) sent ARP requests for ${all.size} addresses within ${spanText(all.last - all.first)}; ${silent.size} did not answer`,
          frames: all.frames,
          facts: { addresses: all.size, silent: silent.size },
        });
      },
    };
  },
};
