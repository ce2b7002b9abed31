import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { SYSTEM_EXPLOIT } from '../techniques.ts';

export const land: Rule = {
  id: 'land',
  title: 'Land attack',
  severity: 'medium',
  technique: SYSTEM_EXPLOIT,
  threshold: 'one SYN from an address and port to the same address and port',
  source: 'CVE-1999-0016; CERT CA-1997-28',
  exemptions: 'Loopback addresses.',
  advice: 'Filter packets with internal source addresses at the border (RFC 2827).',
  watch(report) {
    return {
      suspect({ what, client, server, serverPort, time, frame, stream }) {
        if (what !== 'same-ends' || client.startsWith('127.') || client === '::1') return;
        report({
          key: server,
          time,
          source: client,
          target: endpoint(server, serverPort),
          confidence: 0.9,
          summary: `a SYN to ${endpoint(server, serverPort)} has its destination as source`,
          frames: [frame],
          streams: [stream],
        });
      },
    };
  },
};
