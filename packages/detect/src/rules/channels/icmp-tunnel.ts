import { Bounded, KEYS_MAX } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { NON_APPLICATION_CHANNEL } from '../techniques.ts';

const CHANGED = 5;
const PACKETS = 3;
const SIZES = 12;
const ECHOES = 50;

interface Channel {
  /** Hash of the last request's data by `ident sequence`. */
  readonly requests: Map<string, number>;
  readonly sizes: Set<number>;
  readonly frames: number[];
  changed: number;
  packets: number;
  echoes: number;
  bytes: number;
}

const REQUESTS_MAX = 256;

export const icmpTunnel: Rule = {
  id: 'icmp-tunnel',
  title: 'ICMP tunnel',
  severity: 'high',
  technique: NON_APPLICATION_CHANNEL,
  threshold: `${CHANGED} echo replies whose data differ from their request's, or ${PACKETS} echoes that contain an IP packet, or ${SIZES} different lengths among ${ECHOES} echoes between two hosts`,
  source: 'RFC 792: a reply returns the data of its request; ptunnel, icmpsh, hans and icmptx send their own',
  exemptions:
    'Pings of any size and rate; path MTU discovery, which tries few lengths; replies whose request was not captured.',
  advice:
    'Find the program that sends the echoes; allow ICMP echo through the firewall only where needed, and only with short data.',
  watch(report) {
    const channels = new Bounded<Channel>(KEYS_MAX, ({ requests, sizes }) => requests.size + sizes.size);
    return {
      icmp({ message, source, destination, ident, sequence, bytes, hash, holdsPacket, time, frame }) {
        if (message !== 'echo' && message !== 'reply') return;
        const [asker, answerer] = message === 'echo' ? [source, destination] : [destination, source];
        const channel = channels.for(`${asker} ${answerer}`, () => ({
          requests: new Map(),
          sizes: new Set(),
          frames: [],
          changed: 0,
          packets: 0,
          echoes: 0,
          bytes: 0,
        }));
        channel.echoes++;
        channel.bytes += bytes;
        if (channel.sizes.size < 1000) channel.sizes.add(bytes);
        if (holdsPacket) channel.packets++;
        const key = `${ident} ${sequence}`;
        const isChanged =
          message === 'reply' && channel.requests.has(key) && channel.requests.get(key) !== hash;
        if (isChanged) channel.changed++;
        if (message === 'echo') {
          channel.requests.set(key, hash);
          if (channel.requests.size > REQUESTS_MAX)
            channel.requests.delete(channel.requests.keys().next().value!);
        }
        if ((isChanged || holdsPacket) && channel.frames.length < 12) channel.frames.push(frame);
        const hasManySizes = channel.echoes >= ECHOES && channel.sizes.size >= SIZES;
        if (channel.changed < CHANGED && channel.packets < PACKETS && !hasManySizes) return;
        report({
          key: `${asker} ${answerer}`,
          time,
          source: asker,
          target: answerer,
          severity: channel.changed >= CHANGED || channel.packets >= PACKETS ? 'high' : 'medium',
          confidence: channel.changed >= CHANGED ? 0.95 : 0.75,
          summary: `${asker} and ${answerer} exchanged ${channel.echoes} echoes with ${channel.bytes} bytes; ${channel.changed} replies differed from their request${channel.packets > 0 ? `, ${channel.packets} echoes an IP packet` : ''}`,
          frames: channel.frames,
          facts: { echoes: channel.echoes, changed: channel.changed, bytes: channel.bytes },
        });
      },
    };
  },
};
