import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { PUBLIC_EXPLOIT } from '../techniques.ts';

export const heartbleed: Rule = {
  id: 'heartbleed',
  title: 'Heartbleed',
  severity: 'critical',
  technique: PUBLIC_EXPLOIT,
  threshold: 'one unencrypted TLS heartbeat whose payload length exceeds its record',
  source: 'CVE-2014-0160; RFC 6520 §4: such a message must be discarded',
  exemptions: 'Encrypted heartbeats, whose contents are hidden.',
  advice:
    'Update OpenSSL on the server, replace its key and certificate, and have users change their passwords.',
  watch(report) {
    return {
      tls({ step, client, server, serverPort, overreach, time, frame, stream }) {
        if (step !== 'heartbeat' || overreach <= 0) return;
        const target = endpoint(server, serverPort);
        report({
          key: `${client} ${target}`,
          time,
          source: client,
          target,
          confidence: 0.98,
          summary: `${client} requested from ${target} ${overreach} bytes more than its heartbeat contained`,
          frames: [frame],
          streams: [stream],
          facts: { overreach },
        });
      },
    };
  },
};
