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
  threshold: `requests of ${CLIENTS} different DHCP clients within ${WINDOW_S} s`,
  source:
    'A thousand hosts that come back after a power cut spread over minutes (RFC 2131 §4.1 has them wait); Yersinia, DHCPig and the like send hundreds a second',
  exemptions: 'Clients that ask again: each counts once.',
  advice:
    'Turn on DHCP snooping and port security at the switch; the port behind which the addresses are is the source.',
  watch(say) {
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
        say({
          key: 'dhcp',
          time,
          source: frameSource,
          target: 'DHCP servers',
          confidence: 0.9,
          summary: `${clients.size} DHCP clients asked within ${Math.round(seconds)} s`,
          frames: clients.frames,
          facts: { clients: clients.size, perSecond: Math.round(clients.size / seconds) },
        });
      },
    };
  },
};
