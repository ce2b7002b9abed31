import { endpoint } from '../addresses.ts';
import type { Rule } from '../rule.ts';
import { NON_STANDARD_PORT } from '../techniques.ts';

/** Expected protocols on ports that firewalls commonly allow; anything else there may be evasion. */
const EXPECTED: Readonly<Record<number, readonly string[]>> = {
  21: ['ftp', 'tls'],
  22: ['ssh'],
  25: ['smtp', 'tls'],
  53: ['dns', 'tls'],
  80: ['http', 'http2', 'websocket', 'tls'],
  123: ['ntp'],
  443: ['tls', 'quic', 'http', 'http2', 'dtls', 'openvpn', 'stun'],
  853: ['tls', 'quic', 'dtls'],
  993: ['tls'],
  995: ['tls'],
};

/** Protocols that the dissector knows by their bytes, not by the port alone. */
const CERTAIN = new Set([
  'ssh',
  'tls',
  'http',
  'http2',
  'bittorrent',
  'smb',
  'smb2',
  'rtsp',
  'socks',
  'irc',
  'ftp',
  'smtp',
  'openvpn',
  'wg',
  'quic',
]);
/** Services worth a look wherever they are but on their own port. */
const OWN_PORTS: Readonly<Record<string, readonly number[]>> = { ssh: [22, 2222, 830] };

export const wrongPort: Rule = {
  id: 'wrong-port',
  title: 'Protocol on the wrong port',
  severity: 'low',
  technique: NON_STANDARD_PORT,
  threshold: `a protocol known by its bytes on a port that belongs to another (${Object.keys(EXPECTED).join(', ')}), or SSH on any port but its own`,
  source: "MITRE T1571; Zeek's dynamic protocol detection",
  exemptions: 'Protocols recognised by their port only; HTTP and TLS on unassigned ports.',
  advice: 'See what listens there: a service moved to slip through a filter should be known to you.',
  watch(report) {
    return {
      flow({ flow: { client, server, applications, stream, end } }) {
        const found = applications.find((application) => CERTAIN.has(application));
        if (found === undefined) return;
        const expected = EXPECTED[server.port];
        const own = OWN_PORTS[found];
        const isStrange =
          expected !== undefined
            ? !applications.some((each) => expected.includes(each))
            : own !== undefined && !own.includes(server.port);
        if (!isStrange) return;
        const target = endpoint(server.address, server.port);
        report({
          key: `${target} ${found}`,
          time: end,
          source: client.address,
          target,
          confidence: 0.8,
          summary: `${target} speaks ${found}${expected === undefined ? '' : `, where ${expected[0]} is expected`}`,
          streams: [stream],
          facts: { protocol: found, port: server.port },
        });
      },
    };
  },
};
