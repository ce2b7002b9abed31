import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { SNIFFING } from '../techniques.ts';
import { weaknessOf } from './tls-suites.ts';

const VERSIONS: Readonly<Record<number, string>> = {
  2: 'SSL 2',
  768: 'SSL 3',
  769: 'TLS 1.0',
  770: 'TLS 1.1',
};

export const tlsWeak: Rule = {
  id: 'tls-weak',
  title: 'Weak TLS',
  severity: 'low',
  technique: SNIFFING,
  threshold:
    'a server chooses SSL 2 or 3, TLS 1.0 or 1.1, or a cipher suite without encryption or authentication, or with export keys, RC4, DES or triple DES',
  source: 'RFC 8996 (TLS 1.0 and 1.1), RFC 7568 (SSL 3), RFC 7465 (RC4), RFC 9325 §4 (suites)',
  exemptions:
    'Versions and suites that a client merely offers; TLS 1.3, whose legacy version field has the number of 1.2.',
  advice: 'Configure the server for TLS 1.2 and 1.3 with AES-GCM or ChaCha20.',
  watch(report) {
    return {
      tls({ step, client, server, serverPort, serverName, version, suite, time, frame, stream }) {
        if (step !== 'hello') return;
        const weak = [VERSIONS[version], weaknessOf(suite)].filter(
          (word) => word !== undefined && word !== null,
        );
        if (weak.length === 0) return;
        const target = endpoint(server, serverPort);
        report({
          key: `${target} ${weak.join()}`,
          time,
          source: client,
          target,
          confidence: 0.99,
          summary: `${target}${serverName === '' ? '' : ` (${serverName})`} speaks ${weak.join(' with ')}`,
          frames: [frame],
          streams: [stream],
          facts: { version, suite },
        });
      },
    };
  },
};
