import { spanText } from '../addresses.ts';
import type { OutcomeEvent } from '../attempts.ts';
import { isServicePort } from '../ports.ts';
import { Bounded, KEYS_MAX, Lately, Recent } from '../recent.ts';
import type { Rule } from '../rule.ts';
import { SERVICE_DISCOVERY } from '../techniques.ts';

const PORTS = 15;
const MANY_PORTS = 100;
const WINDOW_S = 300;

/** What one host tried on another. */
interface Tried {
  /** Ports that failed. */
  readonly ports: Recent;
  /** Ports that accepted. */
  readonly used: Lately<number>;
  isProbe: boolean;
}

const newlyTried = (): Tried => ({
  ports: new Recent(WINDOW_S),
  used: new Lately(WINDOW_S),
  isProbe: false,
});

export const portScan: Rule = {
  id: 'port-scan',
  title: 'Port scan',
  severity: 'medium',
  technique: SERVICE_DISCOVERY,
  threshold: `${PORTS} different ports of one host in ${WINDOW_S / 60} minutes that do not answer, refuse, or are dropped by the client as soon as they answer; high from ${MANY_PORTS} ports on`,
  source: 'Zeek scan.zeek (port_scan_threshold 15 in 5 minutes); Snort port_scan (15 ports)',
  exemptions:
    'Hosts on which the same source succeeds on more ports than it fails on (RPC, passive FTP, NAT traversal); responses without a request (backscatter).',
  advice:
    'Identify the program on the source. Unless it is your own scanner, isolate the host, and close the ports it found open.',
  watch(report) {
    const pairs = new Bounded<Tried>(KEYS_MAX, ({ ports, used }) => ports.size + used.size);
    const at = (client: string, server: string) => pairs.for(`${client} ${server}`, newlyTried);

    function judge(client: string, server: string, time: number, { ports, used, isProbe }: Tried): void {
      if (ports.size < PORTS || used.sizeAt(time) > ports.size) return;
      report({
        key: `${client} ${server}`,
        time,
        source: client,
        target: server,
        severity: ports.size >= MANY_PORTS ? 'high' : 'medium',
        confidence: 0.95,
        summary: `${client} tried ${ports.size} ports of ${server} within ${spanText(ports.last - ports.first)}${
          isProbe ? ', with flags that no TCP stack sends (stealth scan)' : ''
        }${used.size > 0 ? `; ${used.size} more accepted the connection` : ''}`,
        frames: ports.frames,
        streams: ports.streams,
        facts: { ports: ports.size },
      });
    }

    return {
      outcome({ client, server, serverPort, time, frame, stream, result }: OutcomeEvent) {
        const known = at(client, server);
        if (result === 'completed') {
          known.used.add(serverPort, time);
          return;
        }
        known.ports.add(String(serverPort), time, frame, stream);
        judge(client, server, time, known);
      },
      probe({ client, server, serverPort, flags, time, frame, stream }) {
        // An RST elicits no response, and is useless for scanning.
        if (flags === 'rst') return;
        // Ends of connections that were open before the capture: the ephemeral port is the client's.
        if (flags === 'ack' && !isServicePort(serverPort)) return;
        const known = at(client, server);
        known.isProbe = true;
        known.ports.add(String(serverPort), time, frame, stream);
        judge(client, server, time, known);
      },
    };
  },
};
