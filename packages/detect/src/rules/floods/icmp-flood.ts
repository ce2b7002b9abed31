import { Bounded, KEYS_MAX, Rate } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { DIRECT_FLOOD } from '../techniques.ts';

const PER_SECOND = 100;

interface Target {
  readonly rate: Rate;
  readonly sources: Set<string>;
}

export const icmpFlood: Rule = {
  id: 'icmp-flood',
  title: 'ICMP flood',
  severity: 'high',
  technique: DIRECT_FLOOD,
  threshold: `${PER_SECOND} echo requests to one address within one second, or as many unasked replies`,
  source:
    'ping sends one a second, and to send more than five needs to be asked for; ping -f starts at 100 a second',
  exemptions: 'Errors (unreachable, time exceeded), of which backscatter and traceroute are made.',
  advice:
    'Drop ICMP echo from the source, or limit its rate at the border. Unsolicited replies: forbid directed broadcasts where they come from.',
  watch(report) {
    const requests = new Bounded<Target>(KEYS_MAX, ({ sources }) => sources.size);
    const replies = new Bounded<Target>(KEYS_MAX, ({ sources }) => sources.size);
    return {
      icmp({ message, source, destination, time, frame }) {
        if (message !== 'echo' && message !== 'reply') return;
        const make = (): Target => ({ rate: new Rate(), sources: new Set() });
        const known = (message === 'echo' ? requests : replies).for(destination, make);
        if (known.rate.second !== Math.floor(time)) known.sources.clear();
        if (known.sources.size < 1000) known.sources.add(source);
        known.rate.add(time, PER_SECOND, frame);
        if (known.rate.count < PER_SECOND) return;
        if (message === 'reply') {
          const asked = requests.get(source)?.rate;
          if (asked !== undefined && asked.peak * 2 >= known.rate.count / known.sources.size) return;
        }
        const from = known.sources.size === 1 ? source : `${known.sources.size} sources`;
        report({
          key: `${destination} ${message}`,
          time,
          source: from,
          target: destination,
          confidence: 0.9,
          summary: `${from} sent ${destination} ${known.rate.peak} ICMP echo ${message === 'echo' ? 'requests' : 'replies it had not asked for'} in one second`,
          frames: known.rate.frames,
          facts: { perSecond: known.rate.peak, sources: known.sources.size },
        });
      },
    };
  },
};
