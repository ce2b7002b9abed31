import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { PUBLIC_EXPLOIT } from '../techniques.ts';

export const heartbleed: Rule = {
  id: 'heartbleed',
  title: 'Heartbleed',
  severity: 'critical',
  technique: PUBLIC_EXPLOIT,
  threshold: 'one TLS heartbeat in clear that claims to hold more bytes than its record has',
  source: 'CVE-2014-0160; RFC 6520 §4 says such a message must be dropped',
  exemptions: 'Encrypted heartbeats, whose inside cannot be seen.',
  advice:
    'Update OpenSSL on the server, exchange its key and certificate, and let its users change their passwords.',
  watch(say) {
    return {
      tls({ step, client, server, serverPort, overreach, time, frame, stream }) {
        if (step !== 'heartbeat' || overreach <= 0) return;
        const target = endpoint(server, serverPort);
        say({
          key: `${client} ${target}`,
          time,
          source: client,
          target,
          confidence: 0.98,
          summary: `${client} asked ${target} for ${overreach} bytes more than its heartbeat held`,
          frames: [frame],
          streams: [stream],
          facts: { overreach },
        });
      },
    };
  },
};
