import type { DhcpEvent } from '../../events/events.ts';
import { Bounded } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { DHCP_SPOOFING } from '../techniques.ts';

const TRANSACTIONS = 1000;
const OFFER = 2;
const ACK = 5;

const differ = (a: string, b: string): boolean => a !== '' && b !== '' && a !== b;

export const rogueDhcp: Rule = {
  id: 'rogue-dhcp',
  title: 'Rogue DHCP server',
  severity: 'high',
  technique: DHCP_SPOOFING,
  threshold: 'two servers answer the same request of one client with different routers or DNS servers',
  source: 'RFC 2131 §3.1 allows offers of several servers; those of one network agree on its router',
  exemptions:
    "Failover pairs, which offer the same routers and DNS servers; relays that forward one server's answer twice.",
  advice:
    'Find the switch port of the unknown server (its MAC is in the evidence), and enable DHCP snooping.',
  watch(report) {
    const answers = new Bounded<DhcpEvent>(TRANSACTIONS);
    return {
      dhcp(event) {
        const { type, transaction, clientMac, serverId, routers, dnsServers, time, frame, frameSource } =
          event;
        if (type !== OFFER && type !== ACK) return;
        const key = `${transaction} ${clientMac}`;
        const first = answers.for(key, () => event);
        if (first === event || first.serverId === serverId || serverId === '') return;
        if (!differ(first.routers, routers) && !differ(first.dnsServers, dnsServers)) return;
        report({
          key: [first.serverId, serverId].sort().join(' '),
          time,
          source: `${serverId} (${frameSource})`,
          target: clientMac,
          confidence: 0.8,
          summary: `${first.serverId} and ${serverId} both answered ${clientMac}: routers ${first.routers} and ${routers}, DNS ${first.dnsServers || '-'} and ${dnsServers || '-'}`,
          frames: [first.frame, frame],
          facts: { servers: `${first.serverId} ${serverId}` },
        });
      },
    };
  },
};
