import { endpoint } from '../addresses.ts';
import { Bounded, KEYS_MAX, Rate } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { OS_FLOOD } from '../techniques.ts';

const PER_SECOND = 100;

export const ackFlood: Rule = {
  id: 'ack-flood',
  title: 'TCP flood without connections (ACK, FIN, RST, null)',
  severity: 'high',
  technique: OS_FLOOD,
  threshold: `${PER_SECOND} segments to one port of a host within one second that belong to no connection: ACKs (also with SYN or FIN) that are refused, bare RSTs, or combinations of flags that no TCP stack sends`,
  source: 'As for the SYN flood: common rate filters of Suricata and Snort allow 70 to 100 per second',
  exemptions:
    'Connections that were open before the capture, which continue after their first segment; responses whose requests were not captured (SYN with ACK, RST with ACK).',
  advice:
    'Drop segments without a connection at a stateful firewall in front of the target, and block the sources upstream.',
  watch(report) {
    const targets = new Bounded<{ rate: Rate; sources: Set<string> }>(
      KEYS_MAX,
      ({ sources }) => sources.size,
    );
    return {
      probe({ client, server, serverPort, time, frame, stream }) {
        const target = endpoint(server, serverPort);
        const known = targets.for(target, () => ({ rate: new Rate(), sources: new Set() }));
        if (known.rate.second !== Math.floor(time)) known.sources.clear();
        if (known.sources.size < 1000) known.sources.add(client);
        known.rate.add(time, PER_SECOND, frame, stream);
        if (known.rate.count < PER_SECOND) return;
        const from = known.sources.size === 1 ? client : `${known.sources.size} sources`;
        report({
          key: target,
          time,
          source: from,
          target,
          confidence: 0.9,
          summary: `${from} sent ${target} ${known.rate.peak} TCP segments in one second that belong to no connection`,
          frames: known.rate.frames,
          streams: known.rate.streams,
          facts: { perSecond: known.rate.peak, sources: known.sources.size },
        });
      },
    };
  },
};
