import { Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { DIRECT_FLOOD } from '../techniques.ts';

const CLIENTS = 100;
const WINDOW_S = 10;

/** Messages that clients send (RFC 2132 §9.6): discover, request, decline, release, inform. */
const FROM_CLIENT = new Set([1, 3, 4, 7, 8]);

export const dhcpFlood: Rule = {
  id: 'dhcp-flood',
  title: 'UDP flood of DHCP requests (starvation)',
  severity: 'high',
  technique: DIRECT_FLOOD,
  threshold: `requests from ${CLIENTS} different DHCP clients within ${WINDOW_S} s`,
  source:
    'After a power failure the requests of a thousand hosts spread over minutes (back-off of RFC 2131 §4.1); Yersinia, DHCPig and the like send hundreds per second',
  exemptions: 'Retransmissions: each client counts once.',
  advice:
    'Enable DHCP snooping and port security at the switch; the source is behind the port on which it learnt these MACs.',
  watch(report) {
    const clients = new Recent(WINDOW_S);
    return {
      dhcp({ type, clientMac, source, transaction, frameSource, time, frame }) {
        if (!FROM_CLIENT.has(type)) return;
        clients.add(
          source === '0.0.0.0' ? `${clientMac} ${transaction}` : `${clientMac} ${source}`,
          time,
          frame,
        );
        if (clients.size < CLIENTS) return;
        const seconds = Math.max(1, clients.last - clients.first);
        report({
          key: 'dhcp',
          time,
          source: frameSource,
          target: 'DHCP servers',
          confidence: 0.9,
          summary: `${clients.size} DHCP clients sent requests within ${Math.round(seconds)} s`,
          frames: clients.frames,
          facts: { clients: clients.size, perSecond: Math.round(clients.size / seconds) },
        });
      },
    };
  },
};
