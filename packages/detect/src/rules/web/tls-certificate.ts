import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { IN_THE_MIDDLE } from '../techniques.ts';

const DAY_S = 86_400;

export const tlsCertificate: Rule = {
  id: 'tls-certificate',
  title: 'TLS certificate out of date',
  severity: 'low',
  technique: IN_THE_MIDDLE,
  threshold: "the server's own certificate ended before the packet that carries it, or begins after it",
  source: 'RFC 5280 §4.1.2.5 (validity)',
  exemptions:
    'A difference of less than a day (clocks); certificates of authorities in the chain; TLS 1.3, which hides certificates.',
  advice:
    "Renew the certificate. If it is not your server, the connection may be intercepted: compare the certificate's fingerprint.",
  watch(report) {
    return {
      tls({ step, client, server, serverPort, notBefore, notAfter, serverName, time, frame, stream }) {
        if (step !== 'certificate' || notAfter === 0) return;
        const isOver = time > notAfter + DAY_S;
        if (!isOver && time >= notBefore - DAY_S) return;
        const target = endpoint(server, serverPort);
        const day = new Date((isOver ? notAfter : notBefore) * 1000).toISOString().slice(0, 10);
        report({
          key: `${target} ${day}`,
          time,
          source: client,
          target,
          confidence: 0.95,
          summary: `the certificate of ${target}${serverName === '' ? '' : ` (${serverName})`} ${isOver ? 'ended on' : 'begins on'} ${day}`,
          frames: [frame],
          streams: [stream],
        });
      },
    };
  },
};
