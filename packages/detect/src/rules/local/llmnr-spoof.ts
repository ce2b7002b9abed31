import { Bounded, KEYS_MAX, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { NAME_POISONING } from '../techniques.ts';

const PORT = 5355;
const NAMES = 3;
const WINDOW_S = 600;

export const llmnrSpoof: Rule = {
  id: 'llmnr-spoof',
  title: 'LLMNR poisoning',
  severity: 'high',
  technique: NAME_POISONING,
  threshold: `one host answers queries for ${NAMES} different names within ${WINDOW_S / 60} minutes with the same address`,
  source: 'RFC 4795 §2.1: a host answers only for its own names; Responder answers for all names',
  exemptions:
    'Hosts with two names; cluster nodes, whose names have an address each; multicast DNS and NetBIOS, where servers answer for others.',
  advice:
    'Find the host that answers, and change the passwords used on the clients it answered, which may have sent it their hashes. Disable LLMNR by policy.',
  watch(report) {
    const answered = new Bounded<Recent>(KEYS_MAX, ({ size }) => size);
    return {
      dns({ serverPort, isResponse, addresses, name, server, client, time, frame, stream }) {
        if (serverPort !== PORT || !isResponse) return;
        // A name with and without its domain is the same.
        const host = name.toLowerCase().split('.', 1)[0]!;
        for (const address of addresses) {
          const key = `${server} ${address}`;
          const names = answered.for(key, () => new Recent(WINDOW_S));
          names.add(host, time, frame, stream);
          if (names.size < NAMES) continue;
          report({
            key,
            time,
            source: server,
            target: client,
            confidence: 0.95,
            summary: `${server} answers LLMNR queries for ${names.size} names with ${address}, such as ${[...names.items.keys()].slice(0, NAMES).join(', ')}`,
            frames: names.frames,
            streams: names.streams,
            facts: { names: names.size },
          });
        }
      },
    };
  },
};
