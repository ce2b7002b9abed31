import type { ArpEvent } from '../../events/events.ts';
import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Report, Rule } from '../rule.ts';
import { ARP_POISONING } from '../techniques.ts';

/** Points that together make a finding; no single sign does. */
const ENOUGH = 3;
/** Poisoned cache entries expire, so an attacker repeats the reply. */
const PUSHES = 3;
/** A reply is unsolicited if no request was captured within this time. */
const QUESTION_S = 5;
const MEMORY_S = 600;
const CLAIMS_MAX = 64;
/** MACs per address. */
const OWNERS_MAX = 8;
/** Frames of a station that are kept as evidence. */
const FRAMES_MAX = 12;

interface Claim {
  last: number;
  /** Number of unsolicited unicast replies. */
  pushes: number;
  /** The sender named in the packet was not the sender of the frame. */
  isForged: boolean;
}

interface Station {
  readonly claims: Map<string, Claim>;
  /** Addresses whose packets came from this MAC only after it had begun to claim. */
  readonly moved: Set<string>;
  readonly frames: number[];
}

interface Signs {
  readonly points: number;
  /** All that it claims. */
  readonly addresses: readonly string[];
  /** Those that other MACs claim, too. */
  readonly contested: readonly string[];
  /** Those that are contested, pushed or forged. */
  readonly taken: readonly string[];
}

const isUnicast = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0;

function pointsOf(signs: readonly (readonly [isSeen: boolean, points: number])[]): number {
  return signs.reduce((sum, [isSeen, points]) => sum + (isSeen ? points : 0), 0);
}

export const arpSpoof: Rule = {
  id: 'arp-spoof',
  title: 'ARP spoofing',
  severity: 'high',
  technique: ARP_POISONING,
  threshold: `${ENOUGH} points within ${MEMORY_S / 60} minutes: an unsolicited answer, sent to one host (1), ${PUSHES} times (1); a second address claimed by the same MAC (1); an address claimed that another MAC claims too (2); a sender in the packet other than that of the frame (2); packets of others that come from the claimant's MAC after it pushed its claim (2)`,
  source:
    'RFC 826 and RFC 5227 on what is usual; arpwatch and Snort look at single signs, which routers and failover also show; real poisoning shows several',
  exemptions:
    'Hosts with several addresses and proxy ARP (1 point); failover by broadcast announcement (VRRP, CARP, keepalived), which is not sent to single hosts; requests to one host that check a known neighbour (RFC 1122 §2.3.2.1).',
  advice:
    "Find the port of the claimant's MAC at the switch, and take it off; turn on dynamic ARP inspection.",
  watch(report) {
    const claims = new Claims(report);
    /** When somebody asked for an address: `asker address`. */
    const questions = new Bounded<number>(KEYS_MAX);
    return {
      arp(event) {
        const { isRequest, senderAddress, targetAddress, frameDestination, time } = event;
        // A probe claims nothing yet (RFC 5227 §2.1.1).
        if (senderAddress === '0.0.0.0') return;
        if (isRequest) questions.set(`${senderAddress} ${targetAddress}`, time);
        const asked = questions.get(`${targetAddress} ${senderAddress}`);
        const isAsked = asked !== undefined && Math.abs(time - asked) <= QUESTION_S;
        claims.add(event, !isRequest && !isAsked && isUnicast(frameDestination));
      },
      moved({ address, to, time }) {
        claims.moved(address, to, time);
      },
    };
  },
};

/** Addresses that stations claim, and what is suspicious about it. */
class Claims {
  readonly #report: Report;
  readonly #stations = new Bounded<Station>(KEYS_MAX);
  /** By address: MACs that claim it, with the time. */
  readonly #owners = new Bounded<Map<string, number>>(KEYS_MAX);

  constructor(report: Report) {
    this.#report = report;
  }

  add(event: ArpEvent, isPushed: boolean): void {
    const { senderAddress, senderMac, frameSource, time, frame } = event;
    const isForged = frameSource !== senderMac;
    const mac = isForged ? frameSource : senderMac;
    const station = this.#stations.for(mac, () => ({ claims: new Map(), moved: new Set(), frames: [] }));
    const known = station.claims.get(senderAddress);
    if (known === undefined && station.claims.size >= CLAIMS_MAX) return;
    station.claims.set(senderAddress, {
      last: time,
      pushes: (known?.pushes ?? 0) + (isPushed ? 1 : 0),
      isForged: isForged || known?.isForged === true,
    });
    if (station.frames.length < FRAMES_MAX) station.frames.push(frame);
    const macs = this.#owners.for(senderAddress, () => new Map());
    if (macs.size < OWNERS_MAX || macs.has(senderMac)) macs.set(senderMac, time);
    this.#judge(mac, station, time);
  }

  /** Packets of an address now come from this MAC. */
  moved(address: string, to: string, time: number): void {
    const station = this.#stations.get(to);
    if (station === undefined || station.claims.has(address)) return;
    if (station.moved.size < CLAIMS_MAX) station.moved.add(address);
    // It is in use, so it is not evicted first.
    this.#stations.set(to, station);
    this.#judge(to, station, time);
  }

  #judge(mac: string, station: Station, time: number): void {
    const { points, addresses, taken, contested } = this.#signs(station, time);
    if (points < ENOUGH) return;
    const target = (taken.length > 0 ? taken.slice(0, 3) : addresses).join(', ');
    const [disputed] = contested;
    const rival = disputed === undefined ? '' : this.#owning(disputed, time).find((other) => other !== mac);
    const summary = [
      `${mac} claims ${target}`,
      station.moved.size > 0 &&
        `packets of ${station.moved.size === 1 ? 'another host' : `${station.moved.size} others`} now come from it`,
      disputed !== undefined && `${disputed} is also claimed by ${rival}`,
    ];
    this.#report({
      key: mac,
      time,
      source: mac,
      target,
      confidence: Math.min(0.99, 0.5 + points / 10),
      summary: summary.filter(Boolean).join('; '),
      frames: station.frames,
      facts: { points, addresses: addresses.length },
    });
  }

  /** The signs of poisoning that a station shows, weighed. */
  #signs(station: Station, time: number): Signs {
    const claims = [...station.claims].filter(([, { last }]) => Math.abs(time - last) <= MEMORY_S);
    const addresses = claims.map(([address]) => address);
    const pushed = claims.filter(([, { pushes }]) => pushes > 0).map(([address]) => address);
    const forged = claims.filter(([, { isForged }]) => isForged).map(([address]) => address);
    const isActive = pushed.length > 0 || forged.length > 0;
    const contested = addresses.filter((address) => isActive && this.#owning(address, time).length > 1);
    const points = pointsOf([
      [pushed.length > 0, 1],
      [claims.some(([, { pushes }]) => pushes >= PUSHES), 1],
      [claims.length > 1, 1],
      [contested.length > 0, 2],
      [forged.length > 0, 2],
      [station.moved.size > 0 && pushed.length > 0, 2],
    ]);
    return { points, addresses, contested, taken: [...new Set([...contested, ...pushed, ...forged])] };
  }

  /** MACs that claimed an address of late. */
  #owning(address: string, time: number): string[] {
    return [...(this.#owners.get(address) ?? [])]
      .filter(([, at]) => Math.abs(time - at) <= MEMORY_S)
      .map(([mac]) => mac);
  }
}
