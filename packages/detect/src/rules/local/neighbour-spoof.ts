import type { NeighbourEvent } from '../../events/events.ts';
import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Report, Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

/** Points required for a finding; no single indicator has as many. */
const ENOUGH = 3;
const MEMORY_S = 600;
/** Two MACs that claim an address within this time both use it. */
const AT_ONCE_S = 5;
const DENIED = 3;
const DENIED_WINDOW_S = 60;
const TARGETS_MAX = 64;
const OWNERS_MAX = 8;

interface Claimant {
  /** Addresses that others claim, too. */
  readonly contested: Recent;
  pushedAt: number;
}

const isGroup = (address: string): boolean => address.startsWith('ff');

export const neighbourSpoof: Rule = {
  id: 'neighbour-spoof',
  title: 'IPv6 neighbour spoofing',
  severity: 'high',
  technique: IN_THE_MIDDLE,
  threshold: `${ENOUGH} points within ${MEMORY_S / 60} minutes: an overriding advertisement sent to one host that did not solicit it (1); an address claimed by two MACs within ${AT_ONCE_S} s, or by such an advertisement (2); a second such address (1); or ${DENIED} new addresses of hosts denied by duplicate address detection within ${DENIED_WINDOW_S} s`,
  source:
    'RFC 4861 §7.2.6 (unsolicited advertisements are multicast) and RFC 4862 §5.4 (duplicates are rare); RFC 3756 §4.1 describes the attacks; captures of THC parasite6, fake_advertise6 and dos-new-ip6',
  exemptions:
    'Failover, sleep proxies and new network cards, which multicast, and whose previous owner stays silent; proxies and anycast, which do not override (RFC 4861 §7.2.7, §7.2.8); a single genuine duplicate.',
  advice: "Find the switch port of the claimant's MAC and disable it; enable ND inspection (RFC 6620) there.",
  watch(report) {
    const claims = new Claims(report);
    const denials = new Denials(report);
    return {
      neighbour(event) {
        const { step, source, target, frameSource, time, isOverride } = event;
        if (step === 'advertised') {
          denials.advertised(event);
          if (isOverride) claims.advertised(event);
        } else if (source === '::') denials.probed(target, frameSource, time);
        else claims.add(source, event);
      },
    };
  },
};

/** Addresses that are claimed by more than one MAC. */
class Claims {
  readonly #report: Report;
  readonly #claimants = new Bounded<Claimant>(KEYS_MAX);
  /** By address: MACs that claim it, with the time; the most recent claimant last. */
  readonly #owners = new Bounded<Map<string, number>>(KEYS_MAX);

  constructor(report: Report) {
    this.#report = report;
  }

  add(address: string, { mac, time }: NeighbourEvent): Map<string, number> {
    const macs = this.#ownersOf(address);
    macs.delete(mac);
    macs.set(mac, time);
    if (macs.size > OWNERS_MAX) macs.delete(macs.keys().next().value!);
    return macs;
  }

  advertised(event: NeighbourEvent): void {
    const { target, mac, isSolicited, destination, time, frame } = event;
    this.#takeOver(event);
    const macs = this.add(target, event);
    const isPushed = !isSolicited && !isGroup(destination);
    const reach = isPushed ? MEMORY_S : AT_ONCE_S;
    const rival = [...macs].find(([other, at]) => other !== mac && Math.abs(time - at) <= reach)?.[0];
    if (rival === undefined) return;
    const known = this.#claimants.for(mac, () => ({ contested: new Recent(MEMORY_S), pushedAt: -Infinity }));
    const { contested } = known;
    if (isPushed) known.pushedAt = time;
    if (contested.size < TARGETS_MAX || contested.items.has(target)) contested.add(target, time, frame);
    const isPushing = Math.abs(time - known.pushedAt) <= MEMORY_S;
    const points = 2 + (isPushing ? 1 : 0) + (contested.size > 1 ? 1 : 0);
    if (points < ENOUGH) return;
    const addresses = [...contested.items.keys()].slice(0, 3).join(', ');
    this.#report({
      key: mac,
      time,
      source: mac,
      target: addresses,
      confidence: Math.min(0.99, 0.6 + points / 10),
      summary: `${mac} claims ${addresses}; ${target} is also claimed by ${rival}`,
      frames: contested.frames,
      facts: { points, addresses: contested.size },
    });
  }

  /**
   * An unsolicited multicast advertisement of a new owner is a takeover: its rivals are only MACs that claim the address
   * afterwards.
   */
  #takeOver({ target, mac, isSolicited, destination }: NeighbourEvent): void {
    const macs = this.#ownersOf(target);
    if (!isSolicited && isGroup(destination) && !macs.has(mac)) macs.clear();
  }

  #ownersOf(address: string): Map<string, number> {
    return this.#owners.for(address, () => new Map());
  }
}

/** Duplicate address detections that fail (RFC 4862 §5.4). */
class Denials {
  readonly #report: Report;
  /** By address: source MAC and time of the last probe. */
  readonly #probes = new Bounded<{ readonly from: string; readonly time: number }>(KEYS_MAX);
  readonly #denied = new Recent(DENIED_WINDOW_S);

  constructor(report: Report) {
    this.#report = report;
  }

  probed(address: string, from: string, time: number): void {
    this.#probes.set(address, { from, time });
  }

  advertised({ target, mac, frameSource, time, frame }: NeighbourEvent): void {
    const probe = this.#probes.get(target);
    // A host that probes an address and then advertises it as its own uses the same MAC for both.
    if (probe === undefined || probe.from === frameSource || probe.from === mac) return;
    if (Math.abs(time - probe.time) > AT_ONCE_S) return;
    const denied = this.#denied;
    denied.add(target, time, frame);
    if (denied.size < DENIED) return;
    this.#report({
      key: 'new addresses',
      time,
      source: mac,
      target: 'hosts that configure addresses',
      confidence: 0.9,
      summary: `${denied.size} new addresses failed duplicate address detection, such as ${target} of ${probe.from}`,
      frames: denied.frames,
      facts: { addresses: denied.size },
    });
  }
}
