import type { DnsEvent } from '../../events/events.ts';
import { Bounded } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

const QUERIES = 10_000;
const RACE_S = 5;

interface Asked {
  readonly time: number;
  readonly times: number;
  readonly answer: DnsEvent | null;
}

export const dnsSpoof: Rule = {
  id: 'dns-spoof',
  title: 'Rogue DNS answer (DNS spoofing)',
  severity: 'high',
  technique: IN_THE_MIDDLE,
  threshold: `two answers with different addresses from one server to one query within ${RACE_S} s`,
  source: 'RFC 5452 §3: a forged answer races the genuine one, which still arrives',
  exemptions:
    'Repeated queries (a server that rotates addresses answers each differently); answers that share an address; multicast DNS.',
  advice:
    'Do not trust the first answer; find the link on which the forged one enters (its IP TTL differs), and use DNS over TLS or DNSSEC.',
  watch(report) {
    const asked = new Bounded<Asked>(QUERIES);
    return {
      dns(event) {
        const { client, server, clientPort, serverPort, id, name, type, isResponse, addresses, time } = event;
        if (serverPort !== 53) return;
        const key = `${client} ${clientPort} ${server} ${id} ${name} ${type}`;
        const known = asked.get(key);
        if (!isResponse) {
          asked.set(key, { time, times: (known?.times ?? 0) + 1, answer: null });
          return;
        }
        if (known === undefined || known.times > 1 || addresses.length === 0) return;
        if (Math.abs(time - known.time) > RACE_S) return;
        const first = known.answer;
        if (first === null) {
          asked.set(key, { ...known, answer: event });
          return;
        }
        if (addresses.some((address) => first.addresses.includes(address))) return;
        report({
          key: `${client} ${name}`,
          time,
          source: server,
          target: client,
          confidence: 0.8,
          summary: `${client} queried ${server} once for ${name} and received two answers: ${first.addresses.join(', ')}, then ${addresses.join(', ')}`,
          frames: [first.frame, event.frame],
          streams: [event.stream],
          facts: { name },
        });
      },
    };
  },
};
